"""The sandbox: the four outside services, played on this machine.

One program (`python -m sandbox`) that answers as CardScan, Candid, SPRY and the payments service do, checks keys, keeps
its state in one SQLite file, and can be told to fail. It imports nothing of the product. See docs/sandbox.md.
"""

NAME = "frontdesk-sandbox"
VENDORS = ("cardscan", "candid", "spry", "payments")
