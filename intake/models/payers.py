"""Payers, and the names that cards print for them."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from core.models import Coded, Versioned

from .merges import Merge


def payer_name_key(name: str) -> str:
    """Return a payer's name reduced to what two spellings of it share: lower case letters and digits, no spaces.

    Letters of every script count, with the marks that belong to them; "" when the name has none.
    """
    plain = unicodedata.normalize("NFKC", name.casefold())
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LMN")[:120]


class PayerQuerySet(models.QuerySet["Payer"]):
    """Filters over payers that more than one caller needs."""

    def listed(self) -> PayerQuerySet:
        """Return the payers of the directory, without those that were merged into another."""
        return self.filter(merged_into=None)


class Payer(Coded, Versioned):
    """A company or programme that pays; `edi_payer_id` is its number at the clearinghouse, when known.

    A payer that turned out to be another one stays with its number and names, so that cards and the clearinghouse still
    find it, and what was believed earlier stays true; `merged_into` says who is meant.
    """

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, editable=False, db_index=True)
    edi_payer_id = models.CharField("payer id", max_length=40, blank=True, default="", db_index=True)
    supports_eligibility = models.BooleanField(null=True, blank=True)
    # When an admin said so: then no directory says otherwise. Null for what a directory or a file said.
    eligibility_said_at = models.DateTimeField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True, default="")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PayerQuerySet.as_manager()

    class Meta:
        """One payer per clearinghouse number; payers without a number are told apart by name."""

        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="payer_directory")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edi_payer_id"], condition=~models.Q(edi_payer_id=""), name="payer_id_once"
            ),
            models.UniqueConstraint(
                fields=["name_key"], condition=models.Q(edi_payer_id=""), name="payer_without_id_once_by_name"
            ),
        ]

    def __str__(self) -> str:
        """Return the row's number and the payer's public name."""
        return f"Payer #{self.pk} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping the search key equal to the name."""
        self.name_key = payer_name_key(self.name)
        super().save(*args, **kwargs)

    def change(self, version: int | None, **fields: Any) -> None:
        """Write the fields, keeping the search key equal to the name; see core.models.Versioned."""
        if "name" in fields:
            fields["name_key"] = payer_name_key(fields["name"])
        super().change(version, **fields)

    @property
    def meant(self) -> Payer:
        """Return the payer that is meant: this one, or the one that it was merged into."""
        return self.merged_into or self

    @property
    def label(self) -> str:
        """Return the name with the payer id, as lists show it."""
        return f"{self.name} · {self.edi_payer_id}" if self.edi_payer_id else self.name


class PayerMerge(Merge):
    """Two payers that were made one, and all that is needed to take it back.

    Args:
        cards, coverages, children: numbers of the rows that were given to the other one; children were merged before.
        aliases: the names that cards printed for the one that went, with their counts, and with those that the other
            one had for the name before (older merges did not keep these).
    """

    gone = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="merges_away")
    into = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="merges")
    cards = models.JSONField(default=list)
    coverages = models.JSONField(default=list)
    children = models.JSONField(default=list)
    aliases = models.JSONField(default=list)  # [name, taught, used, weight, [taught, used, weight, against]] each

    class Meta:
        """The newest first; a payer goes into one other at a time."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(undone_at__isnull=True), name="payer_merged_once_at_a_time"
            )
        ]


class PayerAlias(models.Model):
    """A name seen on cards for a payer. One name may have been given to several payers; `weight` decides among them.

    `taught` counts the corrections that chose the payer for the name, `used` the confirmed cards on which the name was
    recognised and the payer left as it was, `against` the corrections that chose another one and cost it weight.
    """

    # One slip never outweighs what was said twice, and two corrections in a row outweigh whatever was said before.
    HEAVIEST = 3

    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    taught = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0)
    against = models.PositiveIntegerField(default=0)
    weight = models.PositiveSmallIntegerField(default=1)
    last_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The name that decides comes first."""

        ordering: ClassVar = ["-weight", "-taught", "-last_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payer", "name_key"], name="one_alias_per_payer_and_name")
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"PayerAlias #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping the search key equal to the name."""
        self.name_key = payer_name_key(self.name)
        super().save(*args, **kwargs)
