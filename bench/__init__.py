"""The benchmarks: ratios, with both sides measured in one run."""
