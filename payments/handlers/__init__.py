"""The orders that go to the vendor, and the looks that settle what became of them; docs/payments.md has the table."""

from payments.handlers import adding, looking, making, releasing

__all__ = ["adding", "looking", "making", "releasing"]
