"""Outside services that answer about eligibility or keep what was said on the phone."""
