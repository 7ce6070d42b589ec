"""Template filters of eligibility."""
