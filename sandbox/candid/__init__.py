"""Candid Health as the sandbox plays it: token, eligibility checks and payer search. See docs/vendors/candid.md."""
