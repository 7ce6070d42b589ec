"""Claim payments: batches made by one person, approved and released by others."""
