"""Eligibility by card: CardScan asks the payer about the member whose card it has read (contract section 6)."""
