"""What a setting may be, an option of a fault or a switch: each kind cleans a value or says what would fit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from sandbox import webhooks

MOST_TEXT = 200
_MOST_ITEMS = 20


class Wrong(Exception):
    """A value does not fit; the message says what would, such as "is a number from 0 to 60"."""


class Value(Protocol):
    """One kind of value; `about` says what fits, such as "a number from 0 to 60"."""

    @property
    def about(self) -> str:
        """What fits."""
        ...

    def clean(self, value: Any) -> Any:
        """Return the value as its reader wants it; raise Wrong if it does not fit."""
        ...


@dataclass(frozen=True)
class Number:
    """A number within bounds, also of a text; `whole` for one without a fraction."""

    least: float
    most: float
    whole: bool = False

    @property
    def about(self) -> str:
        """What fits."""
        return f"a {'whole ' if self.whole else ''}number from {_plain(self.least)} to {_plain(self.most)}"

    def clean(self, value: Any) -> int | float:
        """Return an int where it is whole, else a float."""
        found = number_in(value, self.least, self.most)
        if found is None or (self.whole and found != int(found)):
            raise Wrong(f"is {self.about}")
        return int(found) if found == int(found) else found


@dataclass(frozen=True)
class Choice:
    """One of some values, also written as a text."""

    values: tuple[str | int, ...]

    @property
    def about(self) -> str:
        """What fits."""
        return f"one of {', '.join(map(str, self.values))}"

    def clean(self, value: Any) -> str | int:
        """Return the one that is meant."""
        for one in self.values:
            if str(one) == str(value):
                return one
        raise Wrong(f"is {self.about}")


@dataclass(frozen=True)
class Flag:
    """True or false."""

    about = "true or false"

    def clean(self, value: Any) -> bool:
        """Return it as it is."""
        if not isinstance(value, bool):
            raise Wrong(f"is {self.about}")
        return value


@dataclass(frozen=True)
class Text:
    """One line of text; what is sent as a number or null stays so, for the readers that know both."""

    loose: bool = False
    about = f"one line of at most {MOST_TEXT} characters, with no blank at its ends"

    def clean(self, value: Any) -> Any:
        """Return it as it is."""
        kinds = (str, int, float, Decimal, type(None)) if self.loose else (str,)
        text = str(value)
        is_one = isinstance(value, kinds) and not isinstance(value, bool)
        # No header may have blanks at its ends.
        if not is_one or len(text) > MOST_TEXT or not text.isprintable() or text != text.strip():
            raise Wrong(f"is {self.about}")
        return value


@dataclass(frozen=True)
class Pauses:
    """A list of seconds."""

    most: float
    about = f"a list of at most {_MOST_ITEMS} numbers of seconds, such as [5, 300]"

    def clean(self, value: Any) -> list[int | float]:
        """Return them as numbers."""
        if not isinstance(value, list) or len(value) > _MOST_ITEMS:
            raise Wrong(f"is {self.about}")
        return [Number(0, self.most).clean(one) for one in value]


@dataclass(frozen=True)
class Addresses:
    """A list of addresses: texts, or {"url", "events"} for some events alone."""

    about = 'a list of addresses: texts, or {"url", "events"}'

    def clean(self, value: Any) -> list[Any]:
        """Return the list; one address alone is a list of one."""
        wanted = value if isinstance(value, list) else [value]
        if len(wanted) > _MOST_ITEMS or not all(map(_is_endpoint, wanted)):
            raise Wrong(f"is {self.about}")
        for one in wanted:
            _must_be_callable(one if isinstance(one, str) else one["url"])
        return wanted


def _is_endpoint(one: Any) -> bool:
    if isinstance(one, str):
        return bool(one)
    if not isinstance(one, dict) or not isinstance(one.get("url"), str) or set(one) > {"url", "events"}:
        return False
    events = one.get("events")
    return events is None or (isinstance(events, list) and all(isinstance(name, str) for name in events))


def _must_be_callable(url: str) -> None:
    try:
        webhooks.must_be_allowed(url)
    except webhooks.NotAllowed as refused:
        raise Wrong(f"cannot hold {url!r}: {str(refused).removesuffix('.')}") from refused


def _plain(number: float) -> str:
    """Return a bound as people write it."""
    return f"{number:f}".rstrip("0").rstrip(".")


def number_in(value: Any, least: float, most: float) -> float | None:
    """Return a number within its bounds, also of a text, or None."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if isinstance(value, bool) or not number.is_finite() or not least <= number <= most:
        return None
    return float(number)
