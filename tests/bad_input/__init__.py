"""Hostile uploads, drawn anew from a seed at every run: nothing of them is kept in the repository."""
