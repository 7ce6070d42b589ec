"""SPRY PT as the sandbox plays it: tokens, capture of a phone call, search. See docs/vendors/spry.md."""
