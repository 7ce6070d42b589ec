"""The claim payments service, played locally: accounts, batches, hold and release, and a ledger of what money left.

`rules` says what each call does, `reads` what each question is answered, `http` gives them addresses. What is known of
the real service, what is our guess and the table of faults: docs/vendors/optum.md.
"""
