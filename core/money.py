"""Money is a Decimal with two places; "not stated" is None. A float is refused, and nothing is rounded."""

from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
MOST = Decimal("9999999999.99")  # the largest amount that the payments vendor takes


class NotMoney(ValueError):
    """The value is no amount of dollars and cents."""


def money(value: Decimal | int | str) -> Decimal:
    """Return the amount with exactly two places.

    Raises NotMoney for a float, a boolean, text that is no plain number, NaN, infinity, more than two places,
    or more than 9,999,999,999.99 either way.
    """
    if isinstance(value, bool | float):
        raise NotMoney("An amount is never a float.")
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise NotMoney("An amount is a number such as 25 or 25.10.") from error
    if not amount.is_finite():
        raise NotMoney("An amount is a number such as 25 or 25.10.")
    if amount.copy_abs() > MOST:
        raise NotMoney("An amount is at most 9,999,999,999.99.")
    if amount != amount.quantize(CENT):
        raise NotMoney("An amount has at most two places after the point.")
    return amount.quantize(CENT)


def show(amount: Decimal | None) -> str:
    """Return the amount for people: `$1,234.50`, `-$3.00`, or `not stated`."""
    if amount is None:
        return "not stated"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"
