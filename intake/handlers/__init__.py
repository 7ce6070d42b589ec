"""What CardScan does for us, as commands of the engine; importing this registers them."""

from . import comparing, deleting, flagging, reading, vendor_page, verifying

__all__ = ["comparing", "deleting", "flagging", "reading", "vendor_page", "verifying"]
