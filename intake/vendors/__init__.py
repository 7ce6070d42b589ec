"""The outside services that intake uses."""
