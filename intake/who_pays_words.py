"""The words of the advice on who pays first: what may have to be asked, and the rules.

Rules of the Medicare Secondary Payer provisions (42 CFR 411) and of the NAIC model regulation on coordination of
benefits (MDL-120), in our own words; docs/intake.md names the sources.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import models


class Basis(models.TextChoices):
    """Through what somebody has a plan."""

    EMPLOYED = "EMPLOYED", "Through work that the subscriber does now"
    RETIRED = "RETIRED", "Through an earlier employer, as retired or laid off"
    COBRA = "COBRA", "Continued after leaving (COBRA or the state's rule)"
    BOUGHT = "BOUGHT", "Bought by themselves (marketplace)"
    MEDICARE = "MEDICARE", "Medicare"
    MEDICAID = "MEDICAID", "Medicaid"
    TRICARE = "TRICARE", "TRICARE"


class Size(models.TextChoices):
    """How many people the employer has; in a plan of several employers, the largest of them."""

    SMALL = "SMALL", "Fewer than 20 people"
    MIDDLE = "MIDDLE", "20 to 99 people"
    LARGE = "LARGE", "100 people or more"


class Reason(models.TextChoices):
    """Why somebody has Medicare."""

    AGE = "AGE", "65 or older"
    DISABILITY = "DISABILITY", "A disability"
    ESRD = "ESRD", "Kidney failure (ESRD)"


class Parents(models.TextChoices):
    """How a child's parents live."""

    TOGETHER = "TOGETHER", "Married or living together"
    APART = "APART", "Separated, divorced or never together"


class Decree(models.TextChoices):
    """What a court has said about the child's health care."""

    THIS = "THIS", "It names this parent"
    OTHER = "OTHER", "It names the other parent"
    SHARED = "SHARED", "Both, or joint custody without naming one"
    NONE = "NONE", "There is none"


class Parent(models.TextChoices):
    """Whose plan it is, when no court has said who pays. The stored order is the rule's."""

    CUSTODIAL = "CUSTODIAL", "The parent with custody"
    CUSTODIAL_SPOUSE = "CUSTODIAL_SPOUSE", "The spouse of the parent with custody"
    OTHER = "OTHER", "The parent without custody"
    OTHER_SPOUSE = "OTHER_SPOUSE", "The spouse of the parent without custody"


@dataclass(frozen=True)
class Facts:
    """What somebody has said about one plan; "" and None where nobody has."""

    basis: str = ""
    size: str = ""
    reason: str = ""
    esrd_since: date | None = None
    parents: str = ""
    decree: str = ""
    parent: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Facts:
        """Return the facts that a coverage keeps."""
        given = {one.name: kept[one.name] for one in fields(cls) if kept.get(one.name)}
        if "esrd_since" in given:
            given["esrd_since"] = date.fromisoformat(given["esrd_since"])
        return cls(**given)

    def kept(self) -> dict[str, Any]:
        """Return the facts as a coverage keeps them: those that somebody has said."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


RULES: dict[str, tuple[str, str]] = {
    "MEDICAID_LAST": ("Medicaid pays last", "Everybody else who owes something pays before Medicaid does."),
    "TRICARE_AFTER": (
        "TRICARE pays after other plans",
        "Any other plan pays before TRICARE; only Medicaid comes after it.",
    ),
    "WORKING_AGED": (
        "Medicare at 65 with an employer of 20 or more",
        "The plan through one's own or the spouse's present work pays before Medicare when the employer has at least "
        "20 people.",
    ),
    "SMALL_EMPLOYER": (
        "Medicare with a small employer",
        "At 65 with fewer than 20 people, or with a disability and fewer than 100, Medicare pays before the plan of "
        "the employer.",
    ),
    "DISABLED": (
        "Medicare for a disability with an employer of 100 or more",
        "The plan through present work, one's own or of the family, pays before Medicare when the employer has at "
        "least 100 people.",
    ),
    "ESRD_FIRST_30": (
        "Kidney failure: the first 30 months",
        "For 30 months from the first month of Medicare for kidney failure any employer's plan pays before Medicare, "
        "also a retiree's or COBRA.",
    ),
    "ESRD_LATER": (
        "Kidney failure: after 30 months",
        "After the first 30 months Medicare pays before the employer's plan.",
    ),
    "MEDICARE_NOT_WORKING": (
        "Medicare and a plan without present work",
        "Medicare pays before a retiree's plan, before COBRA, and before a plan that was bought.",
    ),
    "PARTNER": (
        "Medicare at 65 and a life partner's plan",
        "The rule for working spouses does not reach life partners: Medicare pays first.",
    ),
    "MEDICARE_BETWEEN": (
        "Medicare stands between the two plans",
        "Medicare pays after the plan of the working spouse and before one's own retiree's plan, so the spouse's "
        "comes first.",
    ),
    "OWN_FIRST": (
        "One's own plan before a plan as a dependent",
        "The plan in which the patient is the subscriber pays before one that covers the patient as spouse or child.",
    ),
    "ACTIVE_FIRST": (
        "Present work before retirement",
        "A plan through present work pays before one as retired or laid off.",
    ),
    "COBRA_LATER": ("COBRA later", "A continued plan (COBRA) pays after one through present or earlier employment."),
    "BIRTHDAY": (
        "The birthday rule",
        "Of two parents' plans, that of the parent whose birthday comes first in the year pays first. The year of "
        "birth does not count.",
    ),
    "DECREE": ("What the court said", "The plan of the parent whom the court made responsible pays first."),
    "CUSTODY": (
        "Custody",
        "Without a court's word: the parent with custody, then that parent's spouse, then the other parent, then that "
        "parent's spouse.",
    ),
    "LONGER": (
        "The plan that covered longer",
        "Where no other rule decides, the plan that has covered longer pays first.",
    ),
}
