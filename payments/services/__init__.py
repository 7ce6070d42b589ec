"""What people do with payments: `drafts` and `submitting` for makers, `approvals` and `orders` for checkers.

Each function is one verb with keyword arguments; it checks the role and the state itself, writes in one transaction,
and raises a `Refused` with a sentence for people when it does not do it.
"""
