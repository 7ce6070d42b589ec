"""What people do in intake: each function is one act, in one transaction, with its line in the audit trail."""
