"""What CardScan does for us, as commands of the engine."""
