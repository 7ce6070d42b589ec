"""From the lines and barcode of a front and perhaps a back to the vendor's details and enriched results. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sandbox.cardscan.reader.associate import Answer, Piece, Sorted, associate
from sandbox.cardscan.reader.barcode import CardBarcode
from sandbox.cardscan.reader.calibration import chance, scores, signs
from sandbox.cardscan.reader.candidates import Name
from sandbox.cardscan.reader.copays import describe, find_copays
from sandbox.cardscan.reader.extras import Row, find_addresses, find_phones
from sandbox.cardscan.reader.headings import (
    Heading,
    SideTexts,
    find_manager_heading,
    find_payer_heading,
    find_plan_heading,
    payer_candidates,
    plan_candidates,
)
from sandbox.cardscan.reader.lines import Box, Line, Place
from sandbox.cardscan.reader.mend import mend
from sandbox.cardscan.reader.namebook import part_names
from sandbox.cardscan.reader.payers import find_payer, is_known_id
from sandbox.cardscan.reader.people import (
    find_client,
    find_dependents,
    find_unlabelled_member,
    find_unlabelled_number,
    full_name,
)
from sandbox.cardscan.reader.places import Views, place_on
from sandbox.cardscan.reader.ranking import Evidence
from sandbox.cardscan.reader.rx import tell_rx_group
from sandbox.cardscan.reader.scoring import Found, best, decimal, is_card, with_barcode
from sandbox.cardscan.reader.values import MEDICARE_ID
from sandbox.cardscan.reader.wording import clean

#: fields whose values the vendor gives in lower case
_WORDS = {
    "member_name",
    "dependent_names",
    "payer_name",
    "plan_name",
    "employer",
    "client_name",
    "plan_type",
    "pharmacy_benefit_manager",
    "plan_details",
    "member_gender",
}
#: fields that come from a label alone
_LABELLED = (
    "member_number",
    "group_number",
    "payer_id",
    "rx_bin",
    "rx_pcn",
    "rx_group",
    "rx_id",
    "rx_plan",
    "rx_issuer",
    "plan_id",
    "card_specific_id",
    "medicare_medicaid_id",
    "member_id_suffix",
    "employer",
    "client_name",
    "start_date",
    "part_a_effective_date",
    "part_b_effective_date",
    "member_dob",
    "member_gender",
)
#: fields that a card prints and the vendor's schema has no key for
UNLISTED = ("rx_group",)
#: how doubtful it is that a number of Medicare or Medicaid is the member's where no label says so
INSTEAD = 0.5
#: what the back says about a field counts a little less than the front
_BACK = 0.97
_PLAN_TYPE = re.compile(r"(?<![a-z])(hmo-pos|ppo|hmo|epo|pos|hdhp)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What a card says, before it is put into the vendor's words."""

    fields: dict[str, Found]
    dependents: tuple[Found, ...]
    enriched: dict[str, object]
    is_card: bool


@dataclass(frozen=True)
class _Side:
    lines: Sequence[Line]
    answers: list[Answer]
    parts: Sorted


def read_reading(front: Sequence[Line], back: Sequence[Line] | None, barcode: CardBarcode | None) -> Reading:
    """Put together what both sides say. `back` is None when only the front was given."""
    sides, fields, family = _labelled([front] if back is None else [front, back])
    _add_headings(sides, fields)
    _add_barcode(fields, barcode)
    _add_parts(fields)
    _weigh_payer(fields)
    dependents = tuple(_found(answer, 0) for answer in family)
    enriched = _enriched([side.lines for side in sides], both=back is not None)
    _add_plan_details(fields, enriched)
    return Reading(fields, dependents, enriched, _judge(fields, dependents, enriched, front, barcode))


def name_candidates(question: str, texts: Sequence[Sequence[Line]]) -> tuple[list[Name], list[Evidence]]:
    """Return every text that may be the payer's or the plan's name (`question`) on a card's sides, with evidence."""
    sides, _, _ = _labelled(texts)
    told = _texts(sides)
    if question == "payer":
        return payer_candidates(told)
    return plan_candidates(told[0], find_payer_heading(told), _head(sides[0]))


def _labelled(texts: Sequence[Sequence[Line]]) -> tuple[list[_Side], dict[str, Found], list[Answer]]:
    """Return the sides, the fields that labels tell, and the dependents; people's names are no longer free texts."""
    sides = [_side(lines) for lines in texts]
    fields = _labelled_fields(sides)
    member = _member(sides[0], fields.get("member_number"))
    if member is not None:
        fields["member_name"] = _found(member, 0)
    if "member_number" not in fields and (number := find_unlabelled_number(sides[0].parts, member)):
        fields["member_number"] = _found(number, 0)
    family = find_dependents(sides[0].answers, sides[0].parts, member)
    sides[0] = replace(sides[0], parts=sides[0].parts.without([*family, *([member] if member else [])]))
    return sides, fields, family


def details(reading: Reading, views: Views = ()) -> dict[str, object]:
    """Return the vendor's `details`: a MatchScore per field, a list of them for the dependents.

    With `views` each has, beside the vendor's keys, where on the photos it stands. A value that a barcode says, too,
    has what text and barcode say, each alone.
    """
    shown: dict[str, object] = {
        name: _with_extras(name, found, views) for name, found in reading.fields.items() if name not in UNLISTED
    }
    if reading.dependents:
        shown["dependent_names"] = [_with_extras("dependent_names", found, views) for found in reading.dependents]
    return shown


def _with_extras(name: str, found: Found, views: Views) -> dict[str, object]:
    """Return a MatchScore with our own extra keys, for what is known."""
    match = _as_match(name, found)
    if place := place_on(views, found.place):
        match["place"] = place
    if found.printed and found.coded:
        match["sources"] = {"text": _as_match(name, found.printed), "barcode": _as_match(name, found.coded)}
    return match


def matches(reading: Reading) -> dict[str, dict[str, object]]:
    """Return every single field, those of UNLISTED too, each in the shape of a MatchScore."""
    return {name: _as_match(name, found) for name, found in reading.fields.items()}


def enriched_results(reading: Reading) -> dict[str, object]:
    """Return the vendor's `enriched_results`, the scores of copays as chances."""
    rows = reading.enriched["copays_deductibles"]
    told = [{**row, "score": decimal(_copay_chance(row))} for row in rows]  # type: ignore[attr-defined]
    return {**reading.enriched, "copays_deductibles": told}


def _copay_chance(row: Row) -> float:
    return chance("copay", signs("copays", "", float(str(row["score"])), 0.5))


def _side(lines: Sequence[Line]) -> _Side:
    lines = part_names(mend(lines))
    answers, parts = associate(lines)
    return _Side(lines, tell_rx_group(answers), parts)


def _found(answer: Answer, side: int) -> Found:
    place = Place(side, answer.piece.box)
    return Found(answer.value, answer.text_score, answer.label_score, answer.doubt, place=place)


def _named(heading: Heading | None, sides: Sequence[_Side]) -> list[Found]:
    """Return a name that was found among the texts, with its place."""
    if heading is None:
        return []
    place = _place_of(heading.printed, sides)
    return [Found(heading.value, heading.text_score, heading.label_score, place=place)]


def _place_of(pieces: Sequence[Piece], sides: Sequence[_Side]) -> Place | None:
    """Return where pieces of text stand; they know their line, and the lines of a side their box."""
    for number, side in enumerate(sides):
        if pieces and all(_stands_in(piece, side.lines) for piece in pieces):
            return Place(number, reduce(Box.around, [piece.box for piece in pieces]))
    return None


def _stands_in(piece: Piece, lines: Sequence[Line]) -> bool:
    line = lines[piece.line] if piece.line < len(lines) else None
    return line is not None and piece.text in line.text and line.box.top == piece.box.top


def _as_match(name: str, found: Found) -> dict[str, object]:
    """Return the vendor's MatchScore: the value, names in lower case, and both scores as decimal strings."""
    value = found.value.lower() if name in _WORDS else found.value
    told = scores(name, found.value, found.text_score, found.label_score, doubt=found.doubt, confirmed=found.confirmed)
    return {"value": value, "scores": [decimal(score) for score in told]}


def _of_kind(sides: Sequence[_Side], kind: str) -> list[Found]:
    found = [_found(answer, 0) for answer in sides[0].answers if answer.kind == kind]
    for number, side in enumerate(sides[1:], 1):
        found += [
            replace(_found(answer, number), label_score=answer.label_score * _BACK)
            for answer in side.answers
            if answer.kind == kind
        ]
    return found


def _labelled_fields(sides: Sequence[_Side]) -> dict[str, Found]:
    both = [_split(found) for found in _of_kind(sides, "rx_bin_and_pcn")]
    grouped = [_split(found) for found in _of_kind(sides, "rx_bin_and_group")]
    pairs = {"rx_bin": [pair[0] for pair in (*both, *grouped)], "rx_pcn": [pair[1] for pair in both]}
    pairs["rx_group"] = [pair[1] for pair in grouped]
    found_all = {name: _of_kind(sides, name) + pairs.get(name, []) for name in _LABELLED}
    fields = {name: found for name, rows in found_all.items() if (found := best(rows))}
    government = fields.get("medicare_medicaid_id")
    if government and "member_number" not in fields:
        fields["member_number"] = replace(government, doubt=max(government.doubt, INSTEAD), confirmed=False)
    number = fields.get("member_number")
    if number and not government and MEDICARE_ID.fullmatch(number.value):
        fields["medicare_medicaid_id"] = number
    return fields


def _split(found: Found) -> tuple[Found, Found]:
    """Return both values of "020107/WG"."""
    first, _, second = found.value.partition("/")
    return replace(found, value=first), replace(found, value=second)


def _member(front: _Side, number: Found | None) -> Answer | None:
    labelled = [answer for answer in front.answers if answer.kind == "member_name"]
    if whole := full_name(front.answers):
        labelled.append(whole)
    if labelled:
        return max(labelled, key=lambda answer: answer.label_score)
    near = [a for a in front.answers if a.kind == "member_number" and number and a.value == number.value]
    return find_client(front.answers) or find_unlabelled_member(front.parts, near[0] if near else None)


def _add_headings(sides: Sequence[_Side], fields: dict[str, Found]) -> None:
    """Add payer, plan and pharmacy benefit manager, with labels or without; the plan from the front alone."""
    texts = _texts(sides)
    payer = find_payer_heading(texts)
    plan = find_plan_heading(texts[0], payer, _head(sides[0]))
    _add(fields, "payer_name", _named(payer, sides))
    _add(fields, "plan_name", _named(plan, sides[:1]))
    for number, side in enumerate(sides):
        manager = find_manager_heading(side.parts.free)
        said = [_found(answer, number) for answer in side.answers if answer.kind == "pharmacy_benefit_manager"]
        _add(fields, "pharmacy_benefit_manager", [*said, *_named(manager, sides)])
    _add_plan_type(sides[0], fields)


def _texts(sides: Sequence[_Side]) -> list[SideTexts]:
    return [SideTexts(side.lines, side.parts.free, side.answers) for side in sides]


def _head(side: _Side) -> float:
    """Return down to which row (pixels) the card has headings only: where its first label or labelled value stands."""
    boxes = [asked.box for asked in side.parts.asked] + [answer.piece.box for answer in side.answers]
    return min((box.top for box in boxes), default=0.0)


def _add(fields: dict[str, Found], name: str, found: list[Found]) -> None:
    if name not in fields and (winner := best(found)):
        fields[name] = replace(winner, value=clean(winner.value))


def _add_plan_type(front: _Side, fields: dict[str, Found]) -> None:
    said = [_found(answer, 0) for answer in front.answers if answer.kind == "plan_type"]
    if (plan := fields.get("plan_name")) and (kind := _PLAN_TYPE.search(plan.value)):
        said.append(Found(kind[1], plan.text_score, plan.label_score * 0.97, place=plan.place))
    _add(fields, "plan_type", said)


def _add_barcode(fields: dict[str, Found], barcode: CardBarcode | None) -> None:
    for name, coded in (barcode.fields if barcode else {}).items():
        found = with_barcode(fields.get(name), coded)
        if found is not None:
            fields[name] = found


def _add_parts(fields: dict[str, Found]) -> None:
    """Add the three letters that Blue plans put in front of a member number."""
    number = fields.get("member_number")
    if number and (prefix := re.match(r"([A-Z]{3})[A-Z0-9]{6,}$", number.value)):
        fields["member_id_prefix"] = Found(prefix[1], number.text_score, number.label_score * 0.95, place=number.place)


def _weigh_payer(fields: dict[str, Found]) -> None:
    """Raise the scores of payer id and member number when they fit the known payer, or the id is a known one."""
    known = find_payer(fields["payer_name"].value) if "payer_name" in fields else None
    payer_id, number = fields.get("payer_id"), fields.get("member_number")
    if payer_id and (is_known_id(payer_id.value) or (known and payer_id.value in known.payer.ids)):
        fields["payer_id"] = _surer(payer_id)
    if number and known and known.payer.member.fullmatch(number.value):
        fields["member_number"] = _surer(number)


def _surer(found: Found) -> Found:
    return replace(found, label_score=1 - (1 - found.label_score) * 0.5, confirmed=True)


def _enriched(sides: Sequence[Sequence[Line]], *, both: bool) -> dict[str, object]:
    return {
        "addresses": [row for lines in sides for row in find_addresses(lines)],
        "phone_numbers": [row for lines in sides for row in find_phones(lines)],
        "copays_deductibles": [row for lines in sides for row in find_copays(lines)],
        "processed_sides": "both" if both else "front_only",
    }


def _add_plan_details(fields: dict[str, Found], enriched: dict[str, object]) -> None:
    rows = enriched["copays_deductibles"]
    if isinstance(rows, list) and rows:
        sure = min(float(row["score"]) for row in rows)
        fields["plan_details"] = Found(describe(rows), sure, sure)


def _judge(
    fields: dict[str, Found],
    dependents: Sequence[Found],
    enriched: dict[str, object],
    front: Sequence[Line],
    barcode: CardBarcode | None,
) -> bool:
    scores = {name: found.label_score for name, found in fields.items()}
    if dependents:
        scores["dependent_names"] = dependents[0].label_score
    copays, phones = (len(enriched[name]) for name in ("copays_deductibles", "phone_numbers"))  # type: ignore[arg-type]
    return is_card(scores, front, copays=copays, phones=phones, barcode=barcode is not None)
