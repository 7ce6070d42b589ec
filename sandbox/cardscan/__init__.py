"""CardScan.ai, played locally: cards, uploads, reading, websocket. See docs/vendors/cardscan.md."""
