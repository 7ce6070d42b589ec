"""Optum Financial's claim payments: `wire` turns bytes into dataclasses and back, `client` makes the calls."""

from payments.vendors.optum.client import Optum, check_keys, client_for

__all__ = ["Optum", "check_keys", "client_for"]
