"""Switches: settings of a vendor's behaviour that are read at every call and can be changed while it runs."""

from __future__ import annotations

from typing import TypeVar, cast

from sandbox.state import store

Value = TypeVar("Value")


def switch(vendor: str, name: str, default: Value) -> Value:
    """Return what the switch is set to, or `default` if nobody has set it."""
    kept = store().get("sandbox", "switches", f"{vendor}.{name}")
    return default if kept is None else cast(Value, kept["value"])


def set_switch(vendor: str, name: str, value: object) -> None:
    """Set a switch to a JSON value; None puts it back to its default."""
    key = f"{vendor}.{name}"
    if value is None:
        store().delete("sandbox", "switches", key)
    else:
        store().put("sandbox", "switches", key, {"vendor": vendor, "name": name, "value": value})


def clear_switches(vendor: str | None = None) -> None:
    """Put the switches of a vendor, or all, back to their defaults."""
    with store().transaction():
        for key, kept in store().items("sandbox", "switches"):
            if vendor in (None, kept["vendor"]):
                store().delete("sandbox", "switches", key)


def all_switches() -> list[dict[str, object]]:
    """Return every switch that is set, as {"vendor", "name", "value"}."""
    return [kept for _key, kept in store().items("sandbox", "switches")]
