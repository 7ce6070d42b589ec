"""Is a coverage active and what does it pay: electronic checks, phone captures, the worklist."""
