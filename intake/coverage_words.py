"""The words a coverage is described in: kinds, order, relationships, plan types, copays, where a value comes from.

Codes are those of the claim and eligibility files: relationships of X12 005010 837 SBR02 and PAT01, plan types of
SBR09 (claim filing indicator). Pure: no database.
"""

from __future__ import annotations

import re

from django.db import models


class Type(models.TextChoices):
    """Who pays: a health plan, an insurance that answers for one injury, or the patient."""

    INSURANCE = "INSURANCE", "Health insurance"
    WORKERS_COMP = "WORKERS_COMP", "Workers' compensation"
    LIABILITY = "LIABILITY", "Auto or liability insurance"
    SELF_PAY = "SELF_PAY", "The patient pays"


INJURY = (Type.WORKERS_COMP, Type.LIABILITY)


class Priority(models.TextChoices):
    """Who is asked to pay first. The stored words sort in this order; queries rely on it."""

    PRIMARY = "PRIMARY", "Primary"
    SECONDARY = "SECONDARY", "Secondary"
    TERTIARY = "TERTIARY", "Tertiary"
    UNRANKED = "UNRANKED", "For one injury"


LINE = (Priority.PRIMARY, Priority.SECONDARY, Priority.TERTIARY)


class Relationship(models.TextChoices):
    """What the patient is to the subscriber."""

    SELF = "SELF", "The subscriber"
    SPOUSE = "SPOUSE", "Spouse of the subscriber"
    CHILD = "CHILD", "Child of the subscriber"
    LIFE_PARTNER = "LIFE_PARTNER", "Life partner of the subscriber"
    EMPLOYEE = "EMPLOYEE", "Employee of the subscriber"
    ORGAN_DONOR = "ORGAN_DONOR", "Organ donor for the subscriber"
    CADAVER_DONOR = "CADAVER_DONOR", "Deceased donor for the subscriber"
    OTHER = "OTHER", "Something else"
    UNKNOWN = "UNKNOWN", "Not known"


RELATIONSHIP_CODES: dict[str, str] = {
    Relationship.SELF: "18",
    Relationship.SPOUSE: "01",
    Relationship.CHILD: "19",
    Relationship.LIFE_PARTNER: "53",
    Relationship.EMPLOYEE: "20",
    Relationship.ORGAN_DONOR: "39",
    Relationship.CADAVER_DONOR: "40",
    Relationship.OTHER: "G8",
    Relationship.UNKNOWN: "21",
}


class PlanType(models.TextChoices):
    """What kind of plan it is, by its claim filing code."""

    PPO = "12", "PPO"
    HMO = "HM", "HMO"
    POS = "13", "POS"
    EPO = "14", "EPO"
    INDEMNITY = "15", "Indemnity"
    BLUE = "BL", "Blue Cross Blue Shield"
    COMMERCIAL = "CI", "Commercial"
    MEDICARE_A = "MA", "Medicare Part A"
    MEDICARE_B = "MB", "Medicare Part B"
    MEDICARE_RISK = "16", "Medicare Advantage HMO"
    MEDICAID = "MC", "Medicaid"
    TRICARE = "CH", "TRICARE (Champus)"
    VETERANS = "VA", "Veterans Affairs"
    FEDERAL_EMPLOYEES = "FI", "Federal employees"
    OTHER_FEDERAL = "OF", "Other federal programme"
    OTHER_NON_FEDERAL = "11", "Other, not federal"
    DENTAL = "17", "Dental maintenance organization"
    DISABILITY = "DS", "Disability"
    TITLE_V = "TV", "Title V"
    AUTO = "AM", "Auto medical"
    LIABILITY = "LM", "Liability medical"
    WORKERS_COMP = "WC", "Workers' compensation"
    UNKNOWN = "ZZ", "Not known"


# What cards print, the narrower first: "Medicare Advantage HMO" is none of the HMOs below.
_PRINTED: tuple[tuple[str, PlanType], ...] = (
    (r"MEDICARE (ADVANTAGE )?HMO|MEDICARE ADVANTAGE", PlanType.MEDICARE_RISK),
    (r"MEDICARE PART A", PlanType.MEDICARE_A),
    (r"MEDICARE PART B", PlanType.MEDICARE_B),
    (r"MEDICAID", PlanType.MEDICAID),
    (r"TRICARE|CHAMPUS", PlanType.TRICARE),
    (r"EPO", PlanType.EPO),
    (r"POS|POINT OF SERVICE", PlanType.POS),
    (r"PPO|PREFERRED PROVIDER( ORGANIZATION)?", PlanType.PPO),
    (r"HMO|HEALTH MAINTENANCE( ORGANIZATION)?", PlanType.HMO),
    (r"INDEMNITY", PlanType.INDEMNITY),
)


def plan_type_of(printed: str) -> str:
    """Return the code of a plan type as cards print it ("Choice Plus POS"), "" when the words name none."""
    words = " ".join(re.findall(r"[A-Z]+", printed.upper()))
    return next((code for pattern, code in _PRINTED if re.search(rf"\b(?:{pattern})\b", words)), "")


class Copay(models.TextChoices):
    """What a copay is for; the words are those of the reader's second pass, where it has one."""

    OFFICE_VISIT = "office_visit", "Office visit"
    SPECIALIST = "specialist_visit", "Specialist"
    URGENT_CARE = "urgent_care", "Urgent care"
    EMERGENCY = "emergency_room", "Emergency room"
    PREVENTIVE = "preventive_care", "Preventive care"
    TELEMEDICINE = "telemedicine", "Telemedicine"
    PRESCRIPTION = "prescription", "Prescription"


class Source(models.TextChoices):
    """Where a value of a coverage comes from."""

    CARD = "CARD", "Read from the card and checked"
    PRINTED = "PRINTED", "Printed on the card, not checked"
    PERSON = "PERSON", "Typed"
    PAYER = "PAYER", "The payer's correction"
    PATIENT = "PATIENT", "The patient's record"
