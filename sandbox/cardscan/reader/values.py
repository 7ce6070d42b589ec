"""The shapes of the values on a card: what a text must look like to be an id, a name, a date.

`take(kind, text)` reads one value of a kind from the start of a text and says how well it fits. Pure.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.cardscan.reader.words import NOT_A_NAME, PLAN_WORDS, TITLES


@dataclass(frozen=True)
class Taken:
    """A value read from the start of a text: the value, how well it fits its kind (0 to 1), and the text after it."""

    value: str
    fit: float
    rest: str = ""


Shape = Callable[[str], Taken | None]

# a mark or a space stands behind the area code, too: "363527-0633" is a group and its section
PHONE = re.compile(r"(?<![\w-])(?:\+?1[\s.-]*)?\(?([2-9]\d{2})[)\s.\-/]+(\d{3})[\s.-]+(\d{4})(?![\w-])")
DATE = re.compile(r"(?<!\d)(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?!\d)")
MONEY = re.compile(r"\$\s?(\d[\d,]*(?:\.\d{2})?)")
MEDICARE_ID = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}"
)

_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9\-/*]*[A-Z0-9*])?", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`\-])*\.?")
#: words with which a sentence goes on, not a name begins
_GOES_ON = {"of", "for", "is", "are", "and", "or", "may", "will", "does", "has", "to", "with", "in"}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
#: words before a short number that is no member's: "TTY 711", "BOX 47716"
_WORD_BEFORE = re.compile(r"(?:TTY|TDD|TEL|FAX|EXT|BOX|DOB|ZIP)\d")
_EDGES = " \t.,;:#*|()[]"


def take(kind: str, text: str) -> Taken | None:
    """Return the value of `kind` that `text` begins with, or None. An unknown kind is a KeyError."""
    return _SHAPES[kind](text.strip(_EDGES + "-–—"))


def take_whole(kind: str, text: str) -> Taken | None:
    """Return the value of `kind` if it is all of `text`, or None."""
    taken = take(kind, text)
    return taken if taken and not taken.rest.strip(_EDGES) else None


def is_issuer_number(code: str) -> bool:
    """Say whether a code is a health plan number of the card standard (80840 + 10 digits with a check digit)."""
    digits = re.sub(r"\D", "", code)
    if len(digits) != len(re.sub(r"[\s-]", "", code)):
        return False
    digits = digits.removeprefix("80840")
    return len(digits) == 10 and digits[0] == "9" and _luhn("80840" + digits)


def repair_digits(code: str) -> str:
    """Return the code with letters that OCR puts between digits turned back: 12O45 is 12045, 45l7 is 4517.

    A dot in a code is a speck: no id has one.
    """
    code = re.sub(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z0-9])", "", code)
    code = code.replace("Ø", "0").replace("ø", "0")
    code = re.sub(r"(?<=\d)[Oo](?=\d)", "0", code)
    return re.sub(r"(?<=\d)[lI|](?=\d)", "1", code)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _split_code(text: str) -> tuple[str, str]:
    """Return the first word of a text if it can be a code, and what follows."""
    word, _, rest = text.partition(" ")
    clean = repair_digits(word.strip(_EDGES))
    return (clean.upper(), rest) if _CODE.fullmatch(clean) and not DATE.fullmatch(clean) else ("", text)


def _digits(code: str) -> int:
    return sum(char.isdigit() for char in code)


def _member_number(text: str) -> Taken | None:
    if PHONE.match(text) or "80840" in text.split(" ")[0]:
        return None
    code, rest = _split_code(text)
    joined = False
    while code and (more := _next_part(code, rest, goes_on=joined and code[:3].isalpha())):
        code, rest, joined = code + more, rest.partition(" ")[2], True
    if not 5 <= len(code) <= 20 or _digits(code) < 3 or is_issuer_number(code) or _WORD_BEFORE.match(code):
        return None
    return Taken(code, (0.97 if joined else 1.0) * (1.0 if len(code) >= 7 else 0.9), rest)


def _next_part(code: str, rest: str, *, goes_on: bool) -> str:
    """Return the next word if it continues an id that is printed in groups ("XYZ 123 456789", "908 44 1275").

    `goes_on` says that a prefix of letters stood alone: then longer groups of digits belong to it, too.
    """
    part, _ = _split_code(rest)
    if not part or len(code) + len(part) > 16:
        return ""
    if code.isalpha():
        all_but_few = _digits(part) == len(part) or (len(code) <= 3 and _digits(part) >= 5)
        return part if len(code) <= 4 and len(part) <= 12 and all_but_few else ""
    if _digits(part) != len(part):
        return ""
    return part if len(code) <= 11 and len(part) <= (9 if goes_on or len(code) <= 4 else 5) else ""


def _group_number(text: str) -> Taken | None:
    code, rest = _split_code(text)
    if not 2 <= len(code) <= 22 or PHONE.match(text):
        return None
    if _digits(code):
        return Taken(code, 1.0 if len(code) >= 4 else 0.85, rest)
    fits = not rest and len(code) >= 3 and code.isalpha() and code.lower() not in NOT_A_NAME
    return Taken(code, 0.7) if fits else None


def _payer_id(text: str) -> Taken | None:
    code, rest = _split_code(text)
    if not 3 <= len(code) <= 8 or code.lower() in NOT_A_NAME or PHONE.match(text):
        return None
    if _digits(code):
        return Taken(code, 1.0 if len(code) == 5 else 0.85, rest)
    # letters alone are a word unless they are five capitals
    fits = len(code) == 5 and (not rest or text[:5].isupper())
    return Taken(code, 0.75 if not rest else 0.7, rest) if fits else None


def _rx_bin(text: str) -> Taken | None:
    word, _, rest = text.partition(" ")
    code = word.strip(_EDGES + "/").upper().translate(str.maketrans("OØQILSB", "0001158"))
    if not code.isdigit() or len(code) not in (6, 8):
        return None
    return Taken(code, (1.0 if len(code) == 6 else 0.9) * (1.0 if word.strip(_EDGES + "/").isdigit() else 0.9), rest)


def _rx_pcn(text: str) -> Taken | None:
    code, rest = _split_code(text)
    fits = 2 <= len(code) <= 15 and code.lower() not in NOT_A_NAME
    return Taken(code, 1.0 if code == text.split(" ")[0].strip(_EDGES) else 0.9, rest) if fits else None


def _rx_group(text: str) -> Taken | None:
    code, rest = _split_code(text)
    fits = 2 <= len(code) <= 15 and code.lower() not in NOT_A_NAME and not PHONE.match(text)
    return Taken(code, 1.0, rest) if fits else None


def _rx_bin_and_pcn(text: str) -> Taken | None:
    """Read "020107/WG", as printed behind "Rx BIN/PCN"."""
    first, _, second = text.replace("/", " ").partition(" ")
    rx_bin, rx_pcn = _rx_bin(first), _rx_pcn(second.strip())
    return (
        Taken(f"{rx_bin.value}/{rx_pcn.value}", min(rx_bin.fit, rx_pcn.fit), rx_pcn.rest) if rx_bin and rx_pcn else None
    )


def _rx_bin_and_group(text: str) -> Taken | None:
    """Read "610455/BCNC", as printed behind "Rx BIN/Group"."""
    first, _, second = text.replace("/", " ").partition(" ")
    rx_bin, group = _rx_bin(first), _rx_group(second.strip())
    return Taken(f"{rx_bin.value}/{group.value}", min(rx_bin.fit, group.fit), group.rest) if rx_bin and group else None


def _free_code(text: str) -> Taken | None:
    code, rest = _split_code(text)
    return Taken(code, 1.0, rest) if len(code) >= 2 and _digits(code) else None


def _name(text: str) -> Taken | None:
    """Read "EMILY R DICKINSON", "DICKINSON, EMILY R", "01 EMILY DICKINSON 02"; the value is first name first."""
    text = re.sub(r"^0?\d\s+(?=\D)|^0\d(?=[A-Za-z]{2})|(?<=[A-Za-z.])\s+0?\d$", "", text).strip()
    text = re.sub(r"\s*\((?:self|spouse|child|subscriber|dependent)\)$", "", text, flags=re.IGNORECASE)
    words = text.replace(",", ", ").split()
    taken = []
    for word in words:
        if not _NAME_WORD.fullmatch(word.strip(",")) or word.strip(".,").lower() in NOT_A_NAME:
            break
        taken.append(word)
    rest = " ".join(words[len(taken) :])
    name = _first_name_first(taken)
    long_words = [word for word in name.split() if len(word.strip(".")) >= 2]
    if not 2 <= len(name.split()) <= 5 or len(long_words) < 2:
        return None
    return Taken(name, 1.0, rest)


def _first_name_first(words: list[str]) -> str:
    """Turn "KEEL, ANNA M" round. "ANNA KEEL, TIM KEEL" is a list: only its first name is kept."""
    words = [word for word in words if word.strip(".,").lower() not in TITLES]
    comma = next((place for place, word in enumerate(words[:-1], 1) if word.endswith(",")), None)
    if comma and words[comma].strip(".,").lower() not in _SUFFIXES:
        before, after = words[:comma], words[comma:]
        given = [word for word in after if len(word.strip(".,")) > 1]
        is_list = len(before) > 1 and len(given) > 1
        words = before if is_list else [*after, *before]
    return " ".join(word.strip(",") for word in words)


def _one_name(text: str) -> Taken | None:
    word, _, rest = text.partition(" ")
    clean = word.strip(_EDGES)
    fits = _NAME_WORD.fullmatch(clean) and len(clean) > 1 and clean.lower() not in NOT_A_NAME
    return Taken(clean, 1.0, rest) if fits else None


def _plan_name(text: str) -> Taken | None:
    words = text.split()
    letters = sum(char.isalpha() for char in text)
    if letters < 3 or len(words) > 8 or MONEY.search(text) or PHONE.search(text) or DATE.search(text):
        return None
    if words[0].lower() in _GOES_ON:
        return None
    known = any(word.strip(",.()").lower() in PLAN_WORDS for word in words)
    return Taken(" ".join(words).strip(" .,;:"), 1.0 if known else 0.8)


def _company(text: str) -> Taken | None:
    words = text.split()
    if sum(char.isalpha() for char in text) < 3 or len(words) > 8 or MONEY.search(text) or PHONE.search(text):
        return None
    return Taken(" ".join(words).strip(" ,;:"), 0.95)


def _date(text: str) -> Taken | None:
    match = DATE.match(text)
    return Taken(_month_day_year(match[0]), 1.0, text[match.end() :]) if match else None


def _month_day_year(text: str) -> str:
    """Return a date as month/day/year with two, two and the printed number of year digits."""
    first, second, third = re.split(r"[/.\-]", text)
    month, day, year = (second, third, first) if len(first) == 4 else (first, second, third)
    return f"{int(month):02d}/{int(day):02d}/{year}"


def _gender(text: str) -> Taken | None:
    match = re.match(r"(male|female|m|f)(?![a-z])", text, re.IGNORECASE)
    return Taken(match[1].lower(), 1.0, text[match.end() :]) if match else None


def _plan_type(text: str) -> Taken | None:
    match = re.fullmatch(r"(ppo|hmo|epo|pos|hdhp|hmo-pos|indemnity)", text.strip(_EDGES), re.IGNORECASE)
    return Taken(match[1].lower(), 1.0) if match else None


def _government_id(text: str) -> Taken | None:
    match = MEDICARE_ID.match(repair_digits(text.replace(" ", "")).upper())
    return Taken(match[0], 1.0) if match else _member_number(text)


def _anything(text: str) -> Taken | None:
    return Taken(text, 0.9) if text else None


_SHAPES: dict[str, Shape] = {
    "member_number": _member_number,
    "group_number": _group_number,
    "payer_id": _payer_id,
    "rx_bin": _rx_bin,
    "rx_pcn": _rx_pcn,
    "rx_group": _rx_group,
    "rx_bin_and_pcn": _rx_bin_and_pcn,
    "rx_bin_and_group": _rx_bin_and_group,
    "rx_id": _free_code,
    "rx_plan": _free_code,
    "rx_issuer": _free_code,
    "plan_id": _free_code,
    "card_specific_id": _free_code,
    "member_id_suffix": _free_code,
    "medicare_medicaid_id": _government_id,
    "member_name": _name,
    "dependent_names": _name,
    "first_name": _one_name,
    "last_name": _one_name,
    "plan_name": _plan_name,
    "plan_type": _plan_type,
    "payer_name": _company,
    "employer": _company,
    "client_name": _company,
    "pharmacy_benefit_manager": _company,
    "start_date": _date,
    "part_a_effective_date": _date,
    "part_b_effective_date": _date,
    "member_dob": _date,
    "member_gender": _gender,
    "other": _anything,
}
