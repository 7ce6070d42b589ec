"""A patient's record as its page shows it: what is known, in groups; what is not is named once, on one line."""

from __future__ import annotations

from dataclasses import dataclass

from core.addresses import one_address

from .models import Patient
from .patient_record import PATIENT_RECORD, Group, Item

_ADDRESS = ("address_line", "address_line2", "city", "state", "postal_code")
#: what the page's heading says, and what the name of the responsible party says better
_SAID = ("first_name", "last_name", "birth_date", "sex", "mrn", "guarantor")
#: what a tick says of another field, by the name of the tick
_HAS_NONE = {item.excuse: item.label for item in PATIENT_RECORD if item.excuse}


@dataclass(frozen=True)
class Section:
    """One group of the record: its heading, and label and words of each thing that is known."""

    heading: str
    facts: list[tuple[str, str]]


def sections_of(patient: Patient) -> list[Section]:
    """Return the groups of the record that say something."""
    found = [Section(group.value, _facts(patient, group)) for group in Group]
    return [section for section in found if section.facts]


def silent_groups(patient: Patient) -> list[str]:
    """Return the headings of the groups that say nothing."""
    return [group.value for group in Group if group != Group.WHO and not _facts(patient, group)]


def _facts(patient: Patient, group: Group) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    for item in PATIENT_RECORD:
        if item.group != group or item.name in _SAID or not item.applies(patient):
            continue
        if item.name in ("address_line", "guarantor_address_line"):
            facts.append((_address_label(item), _address(patient, item.name.removesuffix("address_line"))))
        elif item.name in _HAS_NONE:
            facts.append((_HAS_NONE[item.name], "has none" if getattr(patient, item.name) else ""))
        elif item.name.removeprefix("guarantor_") not in _ADDRESS:
            facts.append((item.label, item.shown(patient)))
    return [(label, words) for label, words in facts if words]


def _address_label(item: Item) -> str:
    return "Address" if item.name == "address_line" else "Their address"


def _address(patient: Patient, prefix: str) -> str:
    return one_address(*(getattr(patient, f"{prefix}{name}") for name in _ADDRESS))
