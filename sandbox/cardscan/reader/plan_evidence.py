"""What speaks for and against a text being the plan's name, once the payer is known. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.cardscan.reader.candidates import LINE, Name
from sandbox.cardscan.reader.evidence import NETWORK_WORDS, STATE_WORDS, WHOLE, Setting, has_value
from sandbox.cardscan.reader.lines import Box
from sandbox.cardscan.reader.payers import find_company
from sandbox.cardscan.reader.roles import role_led_by
from sandbox.cardscan.reader.values import take_whole
from sandbox.cardscan.reader.wording import (
    SMALL_WORDS,
    ends_as_firm,
    has_number,
    is_affiliation,
    is_sentence,
    letters_of,
    words_of,
)
from sandbox.cardscan.reader.words import (
    DRUG_WORDS,
    EMPLOYERS,
    HEADING_NOISE,
    INSTRUCTIONS,
    ORGANISATIONS,
    PLAN_WORDS,
    SERVICE_WORDS,
    STRONG_PLAN_WORDS,
)

#: so much larger than the payer's name is a logo of somebody else
OTHER_LOGO = 1.2
_KINDS = {"ppo", "hmo", "epo", "pos", "hdhp", "indemnity"}
_LETTERED = re.compile(r"plan\s+[A-Z](?:-?\d)?", re.IGNORECASE)
_FUNDS = {"fund", "funds", "trust", "local", "union"}
_METALS = {"bronze", "silver", "gold", "platinum", "catastrophic"}
_PANELS = {"benefits", "copays", "coverage", "card", "id", "identification", "insurance", "medical", "dental", "vision"}
_PANELS |= {"plan", "health", "employee", "benefit", "group", "member", "welfare"}
_IN_BRACKETS = re.compile(r"\((?:hmo|ppo|pos|epo|pffs|hmo-pos|hmo\s*d-?snp|[a-z\- ]*snp)\)", re.IGNORECASE)


@dataclass(frozen=True)
class PlanSetting:
    """Where a plan's name is looked for: the side, the payer's name and its place, and where the labels begin."""

    side: Setting
    payer: str = ""
    payer_boxes: Sequence[Box] = ()
    #: the lowest row (pixels) of the part above all labels: there a name may be any words
    head: float = 0.0
    #: piece of a labelled value -> how sure its label is
    labels: dict[tuple[int, int, int], float] = field(default_factory=dict)


def plan_evidence(name: Name, setting: PlanSetting) -> dict[str, float]:
    """Return what speaks for and against a text being the plan's name."""
    words = words_of(name.text)
    found = {f"role {name.role}": 1.0} if name.role else {}
    if name.kind == LINE:
        found |= {"plan line": 1.0, "lettered": float(_LETTERED.fullmatch(name.text) is not None)}
    elif name.kind:
        found |= {"label": 1.0, "sure label": max(setting.labels.get(name.pieces[0].span, 0.5) - 0.5, 0.0) * 2}
    found |= _plan_words(name, words) | _plan_place(name, setting, name.kind == "plan_name")
    company = find_company(name.text)
    if company and company.share >= WHOLE:
        found[f"known {company.kind}"] = company.share
    found["affiliation"] = float(is_affiliation(name.text))
    found["announces"] = float(role_led_by(name.text) != "")
    found["named"] = float(_is_namesake(words, setting.payer))
    return {sign: value for sign, value in found.items() if value}


def _plan_words(name: Name, words: Sequence[str]) -> dict[str, float]:
    told = set(words)
    strong = sum(word in STRONG_PLAN_WORDS for word in words)
    known = sum(word in PLAN_WORDS | STRONG_PLAN_WORDS for word in words)
    return {
        "strong": float(bool(strong)),
        "more strong": min(max(strong - 1, 0), 2) / 2,
        "plan share": known / max(len(words), 1),
        "plan words": min(known, 3) / 3,
        "kind": float(bool(told & _KINDS)),
        "metal": float(bool(told & _METALS)),
        "in brackets": float(_IN_BRACKETS.search(name.text) is not None),
        "sum": float(has_number(name.text)),
        "only a kind": float(len(words) == 1 and bool(told & (_KINDS | STRONG_PLAN_WORDS))),
        "one word": float(len(words) == 1),
        "many words": max(len(words) - 5, 0) / 3,
        **_other_words(name, words, known > 0),
    }


def _other_words(name: Name, words: Sequence[str], known: bool) -> dict[str, float]:
    """Return the words and forms that a plan's name seldom has."""
    told = set(words)
    letters = [word for word in name.text.split() if word[0].isalpha()]
    return {
        "company": float(bool(told & (ORGANISATIONS - PLAN_WORDS - {"plan", "plans", "care"}))),
        "ends as plan": float(words[-1] in {"plan", "plans", "program", "option"} if words else False),
        "employer": float(bool(told & EMPLOYERS)),
        "fund": float(bool(told & _FUNDS)),
        "state": float(bool(told & STATE_WORDS)),
        "ends as network": float(words[-1] in NETWORK_WORDS if words else False),
        "drugs": float(bool(told & DRUG_WORDS)),
        "service": len(told & SERVICE_WORDS) / max(len(told), 1),
        "any service": float(bool(told & SERVICE_WORDS)),
        "noise": float(bool(told & (HEADING_NOISE | INSTRUCTIONS) - {"deductible"})),
        "sentence": float(is_sentence(name.text)),
        "person": float(not known and take_whole("member_name", name.text) is not None),
        "panel": float(bool(words) and told <= _PANELS),
        "titled": float(all(word[0].isupper() or word.lower() in SMALL_WORDS for word in letters)),
        "firm": float(ends_as_firm(name.text)),
        "ends": float(name.pieces[-1].text.rstrip().endswith((".", ","))),
    }


def _plan_place(name: Name, setting: PlanSetting, labelled: bool) -> dict[str, float]:
    """Return what size and place say; of a labelled text they say nothing."""
    if labelled:
        return {}
    box = name.pieces[0].box
    known = set(words_of(name.text)) & (PLAN_WORDS | STRONG_PLAN_WORDS)
    tall = max((one.height for one in setting.payer_boxes), default=setting.side.tallest)
    return {
        "in head": float(box.middle[1] < setting.head),
        "below payer": float(_is_below(box, setting.payer_boxes)),
        "beside payer": float(any(one.shares_row(box) > 0.5 for one in setting.payer_boxes)),
        "size": min(box.height / tall, 1.2),
        "other logo": float(not known and box.height >= OTHER_LOGO * tall),
        "larger": min(max(box.height / setting.side.usual - 1, 0.0), 1.0),
        "high": setting.side.height_on(box.top),
        "has a value": float(has_value(name, setting.side.lines)),
    }


def _is_below(box: Box, payer: Sequence[Box]) -> bool:
    """Say whether a text stands right below the payer's name."""
    if not payer:
        return False
    last = payer[-1]
    gap = (box.top - last.bottom) / max(last.height, box.height)
    return -0.5 <= gap <= 0.9 and last.shares_column(box) > 0.3 and box.middle[1] > last.middle[1]


def _is_namesake(words: Sequence[str], payer: str) -> bool:
    first = words_of(payer)
    return (
        bool(words and first)
        and letters_of(words[0]) == letters_of(first[0])
        and letters_of(payer) != "".join(letters_of(word) for word in words)
    )
