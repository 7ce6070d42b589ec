"""The words that cards print in front of values, and where they stand in a line of text.

The table is data: a meaning, the kinds of value it announces (the first that fits wins), how surely it does
so, and its synonyms. "Number", "No." and "#" may follow any synonym; spaces may be missing; i, l, 1 and o, 0
may be mixed up, as OCR does.
"""

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Meaning:
    """What a label announces.

    `kinds` are the kinds of value (see values.py), `strength` how sure the words are (0 to 1). A `weak` word
    ("name", "plan") also occurs inside sentences: behind other words it counts only with a colon.
    """

    name: str
    kinds: tuple[str, ...]
    strength: float
    words: tuple[str, ...]
    weak: bool = False


@dataclass(frozen=True)
class Label:
    """A label found in a line: its meaning, its characters, and whether a colon or # closes it."""

    meaning: Meaning
    start: int
    end: int
    closed: bool


def _m(name: str, kinds: str, strength: float, words: str, *, weak: bool = False) -> Meaning:
    return Meaning(name, tuple(kinds.split()), strength, tuple(word.strip() for word in words.split(",")), weak)


MEANINGS: tuple[Meaning, ...] = (
    _m(
        "member_number",
        "member_number",
        1.0,
        "member id, member identification, member number, member no, mem id, mbr id, member #, subscriber id,"
        "subscriber number, subscriber no, subscriber identification, enrollee id, enrollee number, enrollee no,"
        "identification number, identification no, identification, participant id, participant number,"
        "insured id, insured's id, cardholder id, card holder id, recipient id, recipient number, beneficiary id,"
        "customer id, health id, employee id, patient id, member id no, id number, id no, id #",
    ),
    _m("bare_id", "member_number", 0.95, "id", weak=True),
    _m(
        "policy",
        "member_number",
        0.88,
        "policy number, policy no, policy #, policy id, certificate number, certificate no, certificate, cert,"
        "contract number, contract no, enrollment id, medical record number, health record number, policy",
    ),
    _m(
        "government_id",
        "medicare_medicaid_id",
        1.0,
        "medicare number, medicare no, medicare id, medicare claim number,"
        "medicaid id, medicaid number, medicaid no, medi-cal id",
    ),
    _m(
        "member",
        "member_name member_number",
        0.95,
        "member, subscriber, enrollee, insured, insured's, cardholder, card holder, participant, beneficiary,"
        "policyholder, policy holder, employee, patient, recipient, customer, issued to",
        weak=True,
    ),
    _m(
        "member_name",
        "member_name",
        1.0,
        "member name, member's name, subscriber name, subscriber's name, enrollee name, insured name, insured's name,"
        "name of insured, name of beneficiary, name of member, cardholder name, card holder name, participant name,"
        "beneficiary name, policyholder name, employee name, patient name, recipient name, customer name, id name",
    ),
    _m("name", "member_name", 0.93, "name", weak=True),
    _m("first_name", "first_name", 0.95, "first name"),
    _m("last_name", "last_name", 0.95, "last name, surname"),
    _m(
        "dependents",
        "dependent_names",
        1.0,
        "dependents, dependent, dependent(s), dependent name, dependent names, covered dependents, covered members,"
        "covered family members, family members, spouse, child, children, dependent name(s), other covered members",
    ),
    _m(
        "group_number",
        "group_number",
        1.0,
        "group number, group no, group #, group num, group id, grp number, grp no, grp #, grp, grp num, gr #,"
        "group policy number, group policy no, group/account, group policy, employer group number, plan group number,"
        "medical group number",
    ),
    _m("group", "group_number", 0.97, "group", weak=True),
    _m("account", "group_number", 0.8, "account number, account no, account #, acct, acct #, acct no, policy group"),
    _m(
        "payer_id",
        "payer_id",
        1.0,
        "payer id, payor id, payer identification, payer number, payor number, payer no, payer #, payor #,"
        "electronic payer id, electronic payor id, edi payer id, edi payor id, edi payer, edi payor, edi id, edi #,"
        "edi number, edi no, edi, claims payer id, claim payer id, electronic claims id, electronic id,"
        "clearinghouse id, emdeon payer id, change healthcare payer id, eclaims payer id, insurer id",
    ),
    _m(
        "rx_bin",
        "rx_bin",
        1.0,
        "rx bin, rxbin, bin, bin #, bin no, pharmacy bin, rx bin #, bin number, rx-bin, rxbin/iin",
    ),
    _m(
        "rx_pcn",
        "rx_pcn",
        1.0,
        "rx pcn, rxpcn, pcn, pcn #, pharmacy pcn, processor control, processor control number, rx-pcn, pcn number",
    ),
    _m(
        "rx_group",
        "other",
        1.0,
        "rx group, rx grp, rxgrp, rxgroup, rx gp, pharmacy group, pharmacy grp, rx-grp, rx group id",
    ),
    _m("rx_id", "rx_id", 1.0, "rx id, rxid, pharmacy id"),
    _m("rx_plan", "rx_plan", 1.0, "rx plan, rxplan"),
    _m("rx_issuer", "rx_id", 0.9, "rx issuer, rxissuer"),
    _m("plan_id", "plan_id", 0.95, "plan id, plan code, plan number, plan no, plan #, health plan id, contract/plan"),
    _m(
        "plan_name",
        "plan_name",
        1.0,
        "plan name, benefit plan, product name, product, coverage plan, medical plan, network name",
    ),
    _m("plan", "plan_name", 0.95, "plan", weak=True),
    _m("network", "plan_name", 0.7, "network", weak=True),
    _m("plan_type", "plan_type plan_name", 0.95, "plan type, product type, coverage type, type of plan"),
    _m(
        "payer_name",
        "payer_name",
        0.95,
        "insurance company, insurance carrier, insurer, payer name, carrier, payer",
        weak=True,
    ),
    _m(
        "underwriter",
        "payer_name",
        0.6,
        "administered by, underwritten by, insured by, coverage provided by",
        weak=True,
    ),
    _m("employer", "employer", 1.0, "employer, employer name", weak=True),
    _m(
        "client_name",
        "client_name",
        1.0,
        "group name, client, client name, account name, sponsor, plan sponsor, company name",
    ),
    _m(
        "start_date",
        "start_date",
        1.0,
        "effective date, effective, eff date, eff, coverage effective date, coverage effective, coverage start date,"
        "coverage begins, coverage starts, start date, effective as of, member effective date, medical effective date",
        weak=True,
    ),
    _m("part_a", "part_a_effective_date", 1.0, "hospital (part a), part a"),
    _m("part_b", "part_b_effective_date", 1.0, "medical (part b), part b"),
    _m("member_dob", "member_dob", 1.0, "date of birth, birth date, birthdate, dob, d.o.b., member dob"),
    _m("member_gender", "member_gender", 0.95, "gender, sex"),
    _m("member_id_suffix", "member_id_suffix", 0.9, "suffix, member suffix, person code"),
    _m("card_id", "card_specific_id", 0.9, "card id, card number, card no, card #"),
    # words in front of values that are none of the fields; they keep those values from being taken for one
    _m(
        "other",
        "other",
        1.0,
        "provider id, provider number, npi, tax id, medical group, pcp, pcp name, primary care physician, primary care"
        " provider, physician, doctor, clinic, pcp phone, phone, telephone, fax, network id, card issued,"
        "issued, issue date, printed, print date, expires, expiration date, termination date, term date, tty,"
        "provider, dental id, dental group, vision id, pin, version, form, rx help desk, claims, class, division,"
        "service area, region, case number, agency, coverage, coverage date, relationship, rel, tier, locator,"
        "member since, ipa, ipa/medical group, county, office, dental plan, vision plan, language",
        weak=True,
    ),
)

#: the health plan number of the card standard: "Health Plan (80840) 911-87726-04"; never a member id
_ISSUER = _m("issuer", "plan_id", 0.9, "80840")
_ISSUER_PATTERN = r"(?:(?:health\s*plan|plan|card\s*issuer|issuer|(?<![a-z])id)[\s:#]*)?[(\[{]?\s*8[o0]84[o0]\s*[)\]}]"

_LOOKALIKE = {
    "i": "[i1l|!]",
    "l": "[l1i|]",
    "o": "[o0]",
    " ": r"[\s.\-_/]*",
    "'": "['’`]?",
    "#": r"[\s.]*#",
    ".": r"\.?",
}
_TAIL = r"(?:[\s.]*(?:\(s\)|numbers?(?![a-z])|num(?![a-z])|nbr(?![a-z])|n[o0](?![a-z])\.?|#))*"
_CLOSE = r"[\s.]*[:#=]?[\s:.#=]*"


def find_labels(text: str) -> list[Label]:
    """Return the labels of a line from left to right; where several begin together the longest."""
    found = []
    for match in _pattern().finditer(_lower(text)):
        if match["issuer"] is not None:
            found.append(Label(_ISSUER, match.start(), match.end(), closed=True))
            continue
        closed = any(mark in match["close"] for mark in ":#=") or match["tail"].strip() != ""
        found.append(Label(_by_words()[_key(match["words"])], match.start(), match.end(), closed))
    return found


def _lower(text: str) -> str:
    """Return the text in lower case with every character still at its place."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _key(words: str) -> str:
    """Return the words without what OCR changes: spaces, marks, and i/l/1 and o/0 mixed up."""
    kept = re.sub(r"[\s.\-_/'’`]", "", words)
    return kept.translate(str.maketrans("1|!l0", "iiiio"))


@cache
def _by_words() -> dict[str, Meaning]:
    return {_key(words): meaning for meaning in MEANINGS for words in meaning.words}


@cache
def _pattern() -> re.Pattern[str]:
    phrases = sorted({words for meaning in MEANINGS for words in meaning.words}, key=len, reverse=True)
    either = "|".join("".join(_LOOKALIKE.get(char, re.escape(char)) for char in words) for words in phrases)
    named = rf"(?<![a-z0-9])(?P<words>{either})(?![a-z])(?P<tail>{_TAIL})(?P<close>{_CLOSE})"
    return re.compile(rf"(?P<issuer>{_ISSUER_PATTERN}[\s:#]*)|{named}")
