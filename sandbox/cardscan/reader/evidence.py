"""What speaks for and against a text being the payer's name or the plan's name, as a person would weigh it. Pure.

Nothing here decides: `payer_evidence` and `plan_evidence` name the signs and their strength, ranking.py weighs them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from sandbox.cardscan.reader.candidates import Name, colours_apart
from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.payers import CompanyFound, find_company
from sandbox.cardscan.reader.roles import role_led_by
from sandbox.cardscan.reader.values import take_whole
from sandbox.cardscan.reader.wording import domains_of, ends_as_firm, is_affiliation, is_sentence, letters_of, words_of
from sandbox.cardscan.reader.words import (
    DRUG_WORDS,
    EMPLOYERS,
    HEADING_NOISE,
    INSTRUCTIONS,
    ORGANISATIONS,
    PLAN_WORDS,
    PROGRAMMES,
    SERVICE_WORDS,
    STRONG_PLAN_WORDS,
)

#: a known name that makes up less of a text than this is only a part of another name
WHOLE = 0.75
#: letters as far from the usual colour as this are printed in a colour of their own
COLOURED = 18.0
#: an amount stands at most so far right of its service, in line heights
FAR = 16.0
_AMOUNT = re.compile(r"[\s:.]*(?:\$\s?\d|\d{1,3}\s?%|no charge|not covered)", re.IGNORECASE)
_PLACE = {"address", "box", "po", "p.o", "street", "st", "suite", "ave"}
NETWORK_WORDS = {"network", "networks", "net", "ppo-network", "access", "providers"}
STATE_WORDS = {"department", "dept", "state", "division", "bureau", "office", "commission", "agency", "authority"}


@dataclass(frozen=True)
class Setting:
    """One side of a card as a whole, against which its texts are weighed."""

    lines: Sequence[Line]
    is_back: bool = False
    #: all lines of all sides: where names come again
    everything: Sequence[Line] = ()

    @cached_property
    def tallest(self) -> float:
        """Return the height of the tallest line."""
        return max((line.box.height for line in self.lines), default=1.0)

    @cached_property
    def usual(self) -> float:
        """Return the usual height of a line."""
        return median([line.box.height for line in self.lines] or [1.0])

    @cached_property
    def ink(self) -> tuple[float, float, float] | None:
        """Return the usual colour of letters."""
        inks = [line.ink for line in self.lines if line.ink is not None]
        if not inks:
            return None
        first, second, third = (median(values) for values in zip(*inks, strict=True))
        return first, second, third

    @cached_property
    def domains(self) -> frozenset[str]:
        """Return the names in web and mail addresses."""
        return domains_of(line.text for line in self.everything)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Return the letters of every line."""
        return tuple(letters_of(line.text) for line in self.everything)

    def height_on(self, y: float) -> float:
        """Return how high a row stands: 1 at the top of the text, 0 at its end."""
        top = min((line.box.top for line in self.lines), default=0.0)
        lowest = max((line.box.bottom for line in self.lines), default=1.0)
        return 1 - (y - top) / max(lowest - top, 1.0)


def payer_evidence(name: Name, setting: Setting) -> dict[str, float]:
    """Return what speaks for and against a text being the payer's name."""
    words = words_of(name.text)
    found = {f"role {name.role}": 1.0} if name.role else {}
    if name.kind:
        found[f"kind {name.kind}"] = 1.0
    found |= _look(name, setting) | _company_words(name, words) | _known(find_company(name.text))
    found["affiliation"] = float(is_affiliation(name.text))
    found["announces"] = float(role_led_by(name.text) != "")
    found["has a value"] = float(has_value(name, setting.lines))
    found["again"] = min(_times(name, setting), 2) / 2
    found["web"] = float(_in_web(words, setting))
    found["namesake"] = float(_has_namesake(name, words, setting))
    return {sign: value for sign, value in found.items() if value}


def _look(name: Name, setting: Setting) -> dict[str, float]:
    """Return size, place and colour; on a back they say less, and have names of their own."""
    large = name.height / setting.tallest
    line = name.pieces[0].line
    ink = setting.lines[line].ink if line < len(setting.lines) else None
    apart = colours_apart(ink, setting.ink)
    if setting.is_back:
        return {"back": 1.0, "large on back": large}
    return {
        "large": large,
        "largest": float(large > 0.97),
        "high": setting.height_on(name.top),
        "coloured": min(apart / COLOURED, 1.0),
        "lines": len(name.pieces) - 1.0,
        "uneven": 1 - min(piece.box.height for piece in name.pieces) / name.height,
        "goes on": float(name.goes_on),
        "part of a line": float(not name.whole),
        "two brands": float("|" in name.text),
        "lone letter": float(len(name.text.split()[0]) == 1 and len(name.text.split()) > 1),
    }


def _company_words(name: Name, words: Sequence[str]) -> dict[str, float]:
    told = set(words)
    company = bool(told & ORGANISATIONS)
    person = not company and not told & PLAN_WORDS and take_whole("member_name", name.text) is not None
    doctor = bool(told & {"ipa", "physicians", "clinic", "md", "dr", "doctor", "physician", "pediatrics", "dds"})
    doctor |= {"medical", "group"} <= told or {"medical", "associates"} <= told or {"medical", "center"} <= told
    return {
        "company": float(company),
        "ends as company": float(words[-1] in ORGANISATIONS if words else False),
        "employer": float(bool(told & EMPLOYERS)),
        "doctor": float(doctor),
        "drugs": float(bool(told & DRUG_WORDS or any(word.endswith("rx") or word.startswith("rx") for word in words))),
        "network": float(bool(told & NETWORK_WORDS or any(word.endswith("net") for word in words))),
        "service": len(told & SERVICE_WORDS) / max(len(told), 1),
        "state": float(bool(told & STATE_WORDS)),
        "programme": float(told <= PROGRAMMES | {"health", "insurance", "plan", "program", "card"}),
        "person": float(person),
        "noise": len(told & (HEADING_NOISE | INSTRUCTIONS)) / max(len(told), 1),
        "any noise": float(bool(told & (HEADING_NOISE | INSTRUCTIONS))),
        "firm": float(ends_as_firm(name.text) and not company),
        "sentence": float(is_sentence(name.text)),
        **_plan_signs(name, words),
    }


def _plan_signs(name: Name, words: Sequence[str]) -> dict[str, float]:
    """Return what a plan's name has and a company's seldom, and other forms that a company's name seldom has."""
    told = set(words)
    return {
        "plan": float(bool(told & STRONG_PLAN_WORDS)),
        "plan first": float(bool(words) and words[0] in PLAN_WORDS),
        "plan share": sum(word in PLAN_WORDS for word in words) / max(len(words), 1),
        "figures": float(any(char.isdigit() for char in name.text)),
        "place": float(bool(told & _PLACE)),
        "short": float(len(name.text) < 5),
        "one word": float(len(words) == 1),
        "small letters": float(name.text[:1].islower()),
        "only common": float(not told - ORGANISATIONS - PLAN_WORDS - HEADING_NOISE - INSTRUCTIONS - {"&", "and", "of"}),
    }


def has_value(name: Name, lines: Sequence[Line]) -> bool:
    """Say whether an amount or a share stands behind a text or right of it: then it is a service, and no name."""
    box, own = name.pieces[-1].box, name.pieces[-1].line
    if own < len(lines) and _AMOUNT.match(lines[own].text.partition(name.text)[2]):
        return True
    right = [line for line in lines if line.box.shares_row(box) > 0.5 and line.box.left >= box.right]
    near = min(right, key=lambda line: line.box.left, default=None)
    return near is not None and near.box.left - box.right <= FAR * box.height and bool(_AMOUNT.match(near.text))


def _known(company: CompanyFound | None) -> dict[str, float]:
    """Return what is known of a company, whose name is all or a part of the text."""
    if company is None:
        return {}
    return {f"known {company.kind}" if company.share >= WHOLE else f"known in {company.kind}": company.share}


def _times(name: Name, setting: Setting) -> int:
    """Return how often else the name comes on the card."""
    letters = letters_of(name.text)
    own = len(name.pieces) == 1
    return max(0, sum(letters in text for text in setting.texts) - own) if len(letters) >= 5 else 0


def _in_web(words: Sequence[str], setting: Setting) -> bool:
    """Say whether a web address on the card has the first words of the name, or their first letters."""
    start = letters_of("".join(words[:2])), letters_of(words[0] if words else "")
    telling = [one for one in start if len(one) >= 5]
    first = "".join(word[0] for word in words if word[0].isalpha())
    return any(one in domain for one in telling for domain in setting.domains) or (
        len(first) >= 3 and first in setting.domains
    )


def _has_namesake(name: Name, words: Sequence[str], setting: Setting) -> bool:
    """Say whether another line begins with the first word of the name, as a plan does ("Sagebrush Gold Plus")."""
    first = letters_of(words[0]) if words else ""
    if len(first) < 4 or first in PLAN_WORDS or first in ORGANISATIONS:
        return False
    lines = {piece.line for piece in name.pieces}
    return any(text.startswith(first) for place, text in enumerate(setting.texts) if place not in lines)
