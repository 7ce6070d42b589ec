"""What points at a patient, in every app: found from the models, so that a new one is never forgotten by a merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from clinic.models import Clinic

from ..models import Patient

# Relations that a merge leaves where they are, and why. tests/intake/test_merging.py holds that all others move.
STAYS = {
    "intake.patient_clinics.patient": "the survivor is given the clinics, and the record keeps its own",
    "intake.patient.merged_into": "each merge is undone by itself, so the earlier ones stay as they are",
    "intake.patientname.patient": "made anew of the survivor's name, and of the other's when the merge is taken back",
    "intake.patientmerge.survivor": "a merge tells what was done with which record",
    "intake.patientmerge.gone": "a merge tells what was done with which record",
    "intake.twopeople.low": "what was said of a record is looked up through what it was merged into",
    "intake.twopeople.high": "what was said of a record is looked up through what it was merged into",
}
# What the desk calls the rows of a model, one and several; apps above add theirs from AppConfig.ready().
_NOUNS: dict[str, tuple[str, str]] = {
    "intake.appointment": ("visit", "visits"),
    "intake.cardscan": ("card", "cards"),
    "intake.coverage": ("coverage", "coverages"),
    "intake.legalhold": ("legal hold", "legal holds"),
}


def register_noun(label: str, one: str, several: str) -> None:
    """Say what a desk calls the rows of a model ("eligibility.manualcapture": "call", "calls")."""
    _NOUNS[label] = (one, several)


def counted(model: type[models.Model], number: int) -> str:
    """Return how many rows of a model, in the desk's words: "2 visits"."""
    meta = model._meta
    one, several = _NOUNS.get(meta.label_lower, (str(meta.verbose_name), str(meta.verbose_name_plural)))
    return f"{number} {one if number == 1 else several}"


def and_list(words: list[str]) -> str:
    """Return several words as one says them: "2 visits, 1 card and 1 coverage"; "" for none."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


@dataclass(frozen=True)
class Relation:
    """A column of some model that names a patient."""

    model: type[models.Model]
    column: str
    is_single: bool

    @property
    def label(self) -> str:
        """Return its name, as `PatientMerge.moved` keeps it."""
        return f"{self.model._meta.label_lower}.{self.column}"

    @property
    def has_clinic(self) -> bool:
        """Return whether its rows belong to a clinic."""
        return any(one.name == "clinic" for one in self.model._meta.get_fields())

    def rows(self, patient: Patient) -> models.QuerySet[Any]:
        """Return the rows of a patient, in every clinic."""
        return self.model._base_manager.filter(**{self.column: patient})

    def seen(self, patient: Patient, clinic: Clinic) -> models.QuerySet[Any]:
        """Return those a clinic may know of: its own, and what follows the patient into every clinic."""
        rows = self.rows(patient)
        follows = self.model._meta.label_lower == "intake.coverage" or not self.has_clinic
        return rows if follows else rows.filter(clinic=clinic)


def relations() -> Iterator[Relation]:
    """Yield every relation that a merge moves, always in the same order."""
    for one in sorted(all_relations(), key=lambda found: found.label):
        if one.label not in STAYS:
            yield one


def all_relations() -> Iterator[Relation]:
    """Yield every relation to a patient, hidden ones too."""
    for found in Patient._meta.get_fields(include_hidden=True):
        if isinstance(found, models.ManyToOneRel):
            yield Relation(found.related_model, found.field.name, isinstance(found, models.OneToOneRel))


def relation(label: str) -> Relation | None:
    """Return the relation of a name that was kept; None when it is there no more."""
    return next((one for one in all_relations() if one.label == label), None)
