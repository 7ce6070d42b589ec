"""The vendors that payments speaks to."""
