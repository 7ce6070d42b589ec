"""National Provider Identifiers: ten digits with a check digit (CMS; Luhn over 80840 + NPI)."""

from django.core.exceptions import ValidationError

_PREFIX_SUM = 24  # what the issuer prefix 80840 adds to the Luhn sum


def is_npi(text: str) -> bool:
    """Whether the text is ten digits, begins with 1 or 2, and its check digit fits."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()) or text[0] not in "12":
        return False
    total = _PREFIX_SUM
    for place, digit in enumerate(reversed(text)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def validate_npi(text: str) -> None:
    """Raise ValidationError, with what to do, when the text is no NPI."""
    if not is_npi(text):
        raise ValidationError(
            "This is no NPI: it has ten digits and the last one checks the others. Compare it with the registry.",
            code="npi",
        )
