"""The payment pages: `making` for makers, `checking` for checkers, `showing` for both, `accounts` for admins."""
