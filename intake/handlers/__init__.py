"""What CardScan does for us, as commands of the engine; importing this registers them."""

from . import comparing, deleting, reading, vendor_page

__all__ = ["comparing", "deleting", "reading", "vendor_page"]
