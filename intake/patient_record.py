"""What a patient's record consists of: every column with its words, its place, and what may stand in it.

The form, the record page, the API, merging and the fields a clinic asks for are all made from this list. The columns
themselves are in models/people.py, and a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.db.models import TextChoices

OF_AGE = 18


class Sex(TextChoices):
    """Sex as insurance files state it (X12 DMG03, with a word for "other")."""

    FEMALE = "FEMALE", "Female"
    MALE = "MALE", "Male"
    OTHER = "OTHER", "Other"
    UNKNOWN = "UNKNOWN", "Not stated"


class Guarantor(TextChoices):
    """Who is responsible for what insurance does not pay."""

    PATIENT = "PATIENT", "The patient"
    OTHER = "OTHER", "Somebody else"


class ContactBy(TextChoices):
    """How a patient wants to hear from the clinic."""

    CALL = "CALL", "A call to the mobile phone"
    TEXT = "TEXT", "A text message"
    OTHER_PHONE = "OTHER_PHONE", "A call to the other phone"
    EMAIL = "EMAIL", "E-mail"
    MAIL = "MAIL", "A letter"


class Ethnicity(TextChoices):
    """Ethnicity in the words of the federal standard (OMB directive 15)."""

    HISPANIC = "HISPANIC", "Hispanic or Latino"
    NOT_HISPANIC = "NOT_HISPANIC", "Not Hispanic or Latino"
    DECLINED = "DECLINED", "Prefers not to say"


class Race(TextChoices):
    """Race in the words of the federal standard (OMB directive 15)."""

    NATIVE = "NATIVE", "American Indian or Alaska Native"
    ASIAN = "ASIAN", "Asian"
    BLACK = "BLACK", "Black or African American"
    PACIFIC = "PACIFIC", "Native Hawaiian or other Pacific Islander"
    WHITE = "WHITE", "White"
    SEVERAL = "SEVERAL", "More than one"
    OTHER = "OTHER", "Another one"
    DECLINED = "DECLINED", "Prefers not to say"


class Group(Enum):
    """The parts of the record in the order in which they are shown, with their headings."""

    WHO = "Who"
    CONTACT = "Contact"
    ADDRESS = "Address"
    ABOUT = "About the person"
    RESPONSIBLE = "Responsible party"
    EMERGENCY = "Emergency contact"
    EMPLOYER = "Employer"
    CARE = "Care and numbers"


class Kind(Enum):
    """What stands in a column, and so how it is typed and checked."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"
    EMAIL = "email"
    PHONE = "phone"
    STATE = "state"
    ZIP = "zip"
    SSN = "ssn"
    NUMBER = "number"


Applies = Callable[[Any], bool]


def _always(patient: Any) -> bool:
    return True


def _has_guarantor(patient: Any) -> bool:
    return bool(patient.guarantor == Guarantor.OTHER)


def _guarantor_lives_elsewhere(patient: Any) -> bool:
    return _has_guarantor(patient) and not patient.guarantor_same_address


@dataclass(frozen=True)
class Item:
    """One column of a patient's record.

    Args:
        name: the column of Patient.
        label: the desk's words for it; they say whose it is, since they also stand alone in a sentence.
        group: under which heading it is shown.
        kind: what stands in it.
        most: the most characters of a text.
        is_sealed: whether the column is sealed; names and birth dates of patients are not, because a desk searches
            by them.
        choices: what can be chosen, for Kind.CHOICE.
        suggestions: what people type most often, for a text.
        hint: a sentence for the form.
        size: "short" or "medium" for a narrow control.
        excuse: the flag that says why it is empty ("has no e-mail").
        applies: whether the column means anything on this record.
    """

    name: str
    label: str
    group: Group
    kind: Kind = Kind.TEXT
    most: int = 0
    is_sealed: bool = True
    choices: type[TextChoices] | None = None
    suggestions: tuple[str, ...] = ()
    hint: str = ""
    size: str = ""
    excuse: str = ""
    applies: Applies = _always

    @property
    def may_be_required(self) -> bool:
        """Return whether a clinic may ask for it: names and birth date always are, and a flag is an answer already."""
        return self.kind != Kind.FLAG and self.name not in (*ALWAYS, "guarantor", "spry_patient_id")

    def is_empty(self, patient: Any) -> bool:
        """Return whether the record says nothing here."""
        return getattr(patient, self.name) in (None, "", False, Sex.UNKNOWN)

    def shown(self, patient: Any) -> str:
        """Return the value in words for people, "" for none; a social security number shows its last four digits."""
        value = getattr(patient, self.name)
        if self.is_empty(patient):
            return ""
        if self.kind == Kind.SSN:
            return masked_ssn(value)
        if self.kind == Kind.CHOICE and self.choices:
            return str(dict(self.choices.choices).get(value, value))
        if isinstance(value, date):
            return f"{value:%-d %b %Y}"
        return "Yes" if value is True else str(value)


ALWAYS = ("first_name", "last_name", "birth_date")
_PRONOUNS = ("she/her", "he/him", "they/them")
_GENDERS = ("Woman", "Man", "Non-binary", "Transgender woman", "Transgender man", "Prefers not to say")
_LANGUAGES = ("English", "Spanish", "Chinese", "Tagalog", "Vietnamese", "Arabic", "French", "Korean", "Russian")
_KIN = ("Mother", "Father", "Parent", "Guardian", "Spouse", "Partner", "Child", "Sibling", "Grandparent", "Friend")

PATIENT_RECORD: tuple[Item, ...] = (
    Item("first_name", "First name", Group.WHO, most=35, is_sealed=False),
    Item("middle_name", "Middle name", Group.WHO, most=35, is_sealed=False),
    Item("last_name", "Last name", Group.WHO, most=60, is_sealed=False),
    Item("suffix", "Suffix", Group.WHO, most=10, is_sealed=False, suggestions=("Jr", "Sr", "II", "III"), size="short"),
    Item("preferred_name", "Preferred name", Group.WHO, most=35, is_sealed=False, hint="What the person is called."),
    Item("birth_date", "Birth date", Group.WHO, Kind.DATE, is_sealed=False, size="short"),
    Item(
        "sex",
        "Birth sex",
        Group.WHO,
        Kind.CHOICE,
        is_sealed=False,
        choices=Sex,
        size="short",
        hint="As the insurance has it.",
    ),
    Item("phone", "Mobile phone", Group.CONTACT, Kind.PHONE, most=40, size="medium"),
    Item("other_phone", "Other phone", Group.CONTACT, Kind.PHONE, most=40, size="medium"),
    Item("email", "E-mail", Group.CONTACT, Kind.EMAIL, most=254, excuse="has_no_email"),
    Item("has_no_email", "Has no e-mail", Group.CONTACT, Kind.FLAG, is_sealed=False),
    Item(
        "contact_by",
        "Preferred contact",
        Group.CONTACT,
        Kind.CHOICE,
        is_sealed=False,
        choices=ContactBy,
        size="medium",
    ),
    Item("address_line", "Street address", Group.ADDRESS, most=110),
    Item("address_line2", "Address, second line", Group.ADDRESS, most=110, hint="Apartment, suite, or care of."),
    Item("city", "City", Group.ADDRESS, most=60),
    Item("state", "State", Group.ADDRESS, Kind.STATE, most=30, size="short"),
    Item("postal_code", "ZIP code", Group.ADDRESS, Kind.ZIP, most=15, size="short"),
    Item("pronouns", "Pronouns", Group.ABOUT, most=40, suggestions=_PRONOUNS, size="medium"),
    Item("gender_identity", "Gender identity", Group.ABOUT, most=60, suggestions=_GENDERS, size="medium"),
    Item("ethnicity", "Ethnicity", Group.ABOUT, Kind.CHOICE, choices=Ethnicity, size="medium"),
    Item("race", "Race", Group.ABOUT, Kind.CHOICE, choices=Race),
    Item("language", "Language", Group.ABOUT, most=40, suggestions=_LANGUAGES, size="medium"),
    Item(
        "ssn",
        "Social security number",
        Group.ABOUT,
        Kind.SSN,
        most=20,
        size="medium",
        hint="Only if it is needed. It is never shown whole again.",
    ),
    Item(
        "guarantor",
        "Responsible party",
        Group.RESPONSIBLE,
        Kind.CHOICE,
        is_sealed=False,
        choices=Guarantor,
        hint="Who pays what insurance does not. A patient under 18 needs somebody else here.",
    ),
    Item(
        "guarantor_relationship",
        "Their relationship to the patient",
        Group.RESPONSIBLE,
        most=40,
        suggestions=_KIN,
        size="medium",
        applies=_has_guarantor,
    ),
    Item("guarantor_first_name", "Their first name", Group.RESPONSIBLE, most=35, applies=_has_guarantor),
    Item("guarantor_last_name", "Their last name", Group.RESPONSIBLE, most=60, applies=_has_guarantor),
    Item(
        "guarantor_birth_date",
        "Their date of birth",
        Group.RESPONSIBLE,
        Kind.DATE,
        is_sealed=False,
        size="short",
        applies=_has_guarantor,
    ),
    Item(
        "guarantor_sex",
        "Their sex",
        Group.RESPONSIBLE,
        Kind.CHOICE,
        is_sealed=False,
        choices=Sex,
        size="short",
        applies=_has_guarantor,
    ),
    Item("guarantor_phone", "Their phone", Group.RESPONSIBLE, Kind.PHONE, 40, size="medium", applies=_has_guarantor),
    Item("guarantor_email", "Their e-mail", Group.RESPONSIBLE, Kind.EMAIL, 254, applies=_has_guarantor),
    Item(
        "guarantor_same_address",
        "They live at the patient's address",
        Group.RESPONSIBLE,
        Kind.FLAG,
        is_sealed=False,
        applies=_has_guarantor,
    ),
    Item(
        "guarantor_address_line",
        "Their street address",
        Group.RESPONSIBLE,
        most=110,
        applies=_guarantor_lives_elsewhere,
    ),
    Item(
        "guarantor_address_line2",
        "Their address, second line",
        Group.RESPONSIBLE,
        most=110,
        applies=_guarantor_lives_elsewhere,
    ),
    Item("guarantor_city", "Their city", Group.RESPONSIBLE, most=60, applies=_guarantor_lives_elsewhere),
    Item(
        "guarantor_state",
        "Their state",
        Group.RESPONSIBLE,
        Kind.STATE,
        most=30,
        size="short",
        applies=_guarantor_lives_elsewhere,
    ),
    Item(
        "guarantor_postal_code",
        "Their ZIP code",
        Group.RESPONSIBLE,
        Kind.ZIP,
        most=15,
        size="short",
        applies=_guarantor_lives_elsewhere,
    ),
    Item("emergency_name", "Name of the emergency contact", Group.EMERGENCY, most=100),
    Item(
        "emergency_relationship",
        "Relationship of the emergency contact",
        Group.EMERGENCY,
        most=40,
        suggestions=_KIN,
        size="medium",
    ),
    Item("emergency_phone", "Emergency phone", Group.EMERGENCY, Kind.PHONE, most=40, size="medium"),
    Item("employer", "Employer", Group.EMPLOYER, most=100),
    Item("employer_phone", "Employer's phone", Group.EMPLOYER, Kind.PHONE, most=40, size="medium"),
    Item(
        "primary_care_provider",
        "Primary care provider",
        Group.CARE,
        most=100,
        excuse="has_no_primary_care_provider",
    ),
    Item("has_no_primary_care_provider", "Has no primary care provider", Group.CARE, Kind.FLAG, is_sealed=False),
    Item("pharmacy", "Pharmacy", Group.CARE, most=120, hint="Name and street."),
    Item("pharmacy_phone", "Pharmacy's phone", Group.CARE, Kind.PHONE, most=40, size="medium"),
    Item("mrn", "Medical record number", Group.CARE, most=40, is_sealed=False, size="medium"),
    Item(
        "spry_patient_id",
        "SPRY patient number",
        Group.CARE,
        Kind.NUMBER,
        is_sealed=False,
        size="medium",
        hint="Needed to send a phone call's answer to SPRY.",
    ),
)
BY_NAME: dict[str, Item] = {item.name: item for item in PATIENT_RECORD}
NAMES: tuple[str, ...] = tuple(BY_NAME)
SEALED: tuple[str, ...] = tuple(item.name for item in PATIENT_RECORD if item.is_sealed)
MAY_BE_REQUIRED: tuple[Item, ...] = tuple(item for item in PATIENT_RECORD if item.may_be_required)


def masked_ssn(number: str) -> str:
    """Return a social security number with nothing but its last four digits: "•••-••-6789"; "" for none."""
    return f"•••-••-{number[-4:]}" if number else ""


def is_minor(birth_date: date, today: date) -> bool:
    """Return whether somebody is not of age yet on the day."""
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (0 if had_birthday else 1) < OF_AGE


@dataclass(frozen=True)
class Missing:
    """Something that a clinic asks for and a record does not say: which column, and the sentence beside it."""

    item: Item
    sentence: str


def missing_fields(patient: Any, required: Iterable[str], today: date) -> list[Missing]:
    """Return what the record lacks of the columns that its clinic requires, in the order of the record.

    `patient` is a Patient, saved or not; `today` is the clinic's day. Without being asked for, a minor needs a
    responsible party, and a responsible party needs a name. Reads only the columns of `columns_for(required)`.
    """
    wanted = {*required, *(("guarantor_first_name", "guarantor_last_name") if _has_guarantor(patient) else ())}
    found = []
    for item in PATIENT_RECORD:
        if item.name == "guarantor":
            if not _has_guarantor(patient) and is_minor(patient.birth_date, today):
                found.append(Missing(item, "The patient is under 18: say who is responsible."))
        elif item.name in wanted and _is_missing(item, patient):
            or_say = f", or say that the patient {BY_NAME[item.excuse].label.lower()}" if item.excuse else ""
            found.append(Missing(item, f"This clinic asks for it. Fill it in{or_say}."))
    return found


def _is_missing(item: Item, patient: Any) -> bool:
    excused = bool(item.excuse and getattr(patient, item.excuse))
    return item.applies(patient) and not excused and item.is_empty(patient)


def columns_for(required: Iterable[str]) -> set[str]:
    """Return the columns that `missing_fields` reads, for a query that loads no others."""
    names = {*required, "guarantor_first_name", "guarantor_last_name"}
    excuses = {BY_NAME[name].excuse for name in names if BY_NAME[name].excuse}
    return {*names, *excuses, "birth_date", "guarantor", "guarantor_same_address"}
