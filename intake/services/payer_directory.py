"""The payers' directory: pages of it, corrections, two that are one, and aliases taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from clinic.models import User
from core import audit
from core.chunks import chunks

from ..models import CardScan, Coverage, Payer, PayerAlias, PayerMerge, payer_name_key
from .payers import hold_payers, search_payers

PER_PAGE = 25


class NumberTaken(Exception):
    """Another payer has this clearinghouse id (or this name, where neither has an id): `payer`."""

    def __init__(self, payer: Payer | None) -> None:
        super().__init__(payer.pk if payer else None)
        self.payer = payer


class OneAlready(ValueError):
    """`payer` was merged into another one."""

    def __init__(self, payer: Payer) -> None:
        super().__init__("A payer is merged into another one of the directory.")
        self.payer = payer


class StaysMerged(Exception):
    """A merge cannot be taken back now: its survivor was merged into `payer`, or (None) it is taken back already."""

    def __init__(self, payer: Payer | None) -> None:
        super().__init__(payer.pk if payer else None)
        self.payer = payer


class KeepTheNumbered(Exception):
    """Of two payers that are one, the one with a clearinghouse id has to stay."""


@dataclass(frozen=True)
class Entry:
    """A payer of the directory: the names cards print for it, and how many coverages in use it has."""

    payer: Payer
    aliases: list[PayerAlias]
    coverages: int


@dataclass(frozen=True)
class Page:
    """One page, and the code that the next one starts after ("" on the last)."""

    entries: list[Entry]
    after: str


def page_of_payers(text: str, after: str = "") -> Page:
    """Return the payers that match, in order of names, after the payer of a code; an unknown code begins anew."""
    rows = search_payers(text)
    last = _payer_of(after)
    if last:
        rows = rows.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    found = list(rows.order_by("name", "pk")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    return Page(entries_of(shown), str(shown[-1].code) if len(found) > PER_PAGE else "")


def _payer_of(code: str) -> Payer | None:
    try:
        return Payer.objects.filter(code=UUID(code)).first() if code else None
    except ValueError:
        return None


def entries_of(payers: list[Payer]) -> list[Entry]:
    """Return payers with their aliases and coverages, in two queries."""
    aliases: dict[int, list[PayerAlias]] = {}
    for alias in PayerAlias.objects.filter(payer__in=payers).order_by("-taught", "-used", "name"):
        aliases.setdefault(alias.payer_id, []).append(alias)
    used = _in_use().filter(payer__in=payers).order_by().values_list("payer").annotate(Count("pk"))
    counts: dict[int, int] = dict(used)
    return [Entry(payer, aliases.get(payer.pk, []), counts.get(payer.pk, 0)) for payer in payers]


def _in_use() -> QuerySet[Coverage]:
    return Coverage.objects.filter(status=Coverage.Status.CURRENT)


@transaction.atomic
def edit_payer(payer: Payer, *, by: User, version: int, **values: object) -> Payer:
    """Change name, phone, clearinghouse id or what is known about asking; a directory does not change that any more.

    Raises core.models.EditedMeanwhile, and NumberTaken when another payer has the id.
    """
    changed = sorted(name for name, value in values.items() if getattr(payer, name) != value)
    if "supports_eligibility" in changed:
        values["eligibility_said_at"] = None if values["supports_eligibility"] is None else timezone.now()
    try:
        with transaction.atomic():
            payer.change(version, **values)
    except IntegrityError:
        raise NumberTaken(_same_as(payer, values)) from None
    audit.record(by, "intake.payer.edited", payer, fields=changed)
    return payer


def _same_as(payer: Payer, values: dict[str, object]) -> Payer | None:
    number = str(values.get("edi_payer_id", payer.edi_payer_id))
    others = Payer.objects.exclude(pk=payer.pk)
    if number:
        return others.filter(edi_payer_id=number).first()
    return others.filter(edi_payer_id="", name_key=payer_name_key(str(values.get("name", payer.name)))).first()


@transaction.atomic
def merge_payers(gone: Payer, into: Payer, *, by: User, version: int) -> None:
    """Let two payers be one: coverages, cards and aliases of the first follow the second.

    The first stays as what it was, out of the directory: its id and its names lead to the second, and what was
    believed earlier of a coverage is still true. `take_apart` undoes it.
    Raises KeepTheNumbered, OneAlready, ValueError for one payer twice, core.models.EditedMeanwhile.
    """
    held = hold_payers(Q(pk__in=[gone.pk, into.pk]) | Q(merged_into=gone))
    gone, into = held[gone.pk], held[into.pk]
    for payer in (gone, into):
        if payer.merged_into_id is not None:
            raise OneAlready(payer)
    if gone.pk == into.pk:
        raise ValueError("A payer is merged into another one of the directory.")
    if gone.edi_payer_id and not into.edi_payer_id:
        raise KeepTheNumbered
    gone.change(version, merged_into=into)
    done = PayerMerge(gone=gone, into=into, merged_by=by, merged_at=timezone.now())
    done.cards = _numbers(CardScan.objects.filter(payer=gone))
    CardScan.objects.filter(payer=gone).update(payer=into)
    _held(PayerAlias.objects.filter(payer__in=[gone, into]))
    for alias in PayerAlias.objects.filter(payer=gone):
        had = _add(into, alias)
        done.aliases.append([alias.name, alias.taught, alias.used, alias.weight, had])
        alias.delete()
    done.coverages = _numbers(Coverage.objects.filter(payer=gone))
    for coverage in Coverage.objects.filter(payer=gone):
        coverage.change(None, payer=into)
    children = Payer.objects.filter(merged_into=gone)
    done.children = list(children.order_by("pk").values_list("pk", flat=True))
    children.update(merged_into=into)
    into.change(None)
    done.save()
    counts = len(done.coverages), len(done.cards)
    audit.record(by, "intake.payer.merged", gone, into=into.pk, coverages=counts[0], cards=counts[1])


def merge_of(gone: Payer) -> PayerMerge | None:
    """Return the merge that took a payer out of the directory, None while it stands there."""
    rows = PayerMerge.objects.filter(gone=gone, undone_at=None)
    return rows.select_related("gone", "into", "merged_by").first()


def merges_into(payer: Payer) -> list[PayerMerge]:
    """Return the merges into a payer that stand, the newest first."""
    rows = PayerMerge.objects.filter(into=payer, undone_at=None)
    return list(rows.select_related("gone", "into", "merged_by"))


@transaction.atomic
def take_apart(done: PayerMerge, *, by: User) -> None:
    """Let two payers be two again: what the merge moved goes back, unless somebody gave it to another payer since.

    What came to the survivor since stays with it, and what people taught of printed names since with the payer that
    they chose. Raises StaysMerged.
    """
    held = hold_payers(Q(pk__in=[done.gone_id, done.into_id, *done.children]))
    gone, into = held[done.gone_id], held[done.into_id]
    if not PayerMerge.objects.filter(pk=done.pk, undone_at=None).update(undone_at=timezone.now(), undone_by=by):
        raise StaysMerged(None)
    if into.merged_into:  # it is one with a third one now, which comes first
        raise StaysMerged(into.merged_into)
    gone.change(None, merged_into=None)
    for pks in chunks(done.cards):
        _held(CardScan.objects.filter(pk__in=pks, payer=into)).update(payer=gone)
    _held(PayerAlias.objects.filter(payer__in=[gone, into]))
    for name, taught, used, weight, *had in done.aliases:
        alias = PayerAlias(name=name, taught=taught, used=used, weight=weight)
        _take_away(into, alias, had[0] if had else None)
        _add(gone, alias, is_its_own=True)
    for pks in chunks(done.coverages):
        for coverage in _held(Coverage.objects.filter(pk__in=pks, payer=into)):
            coverage.change(None, payer=gone)
    Payer.objects.filter(pk__in=done.children, merged_into=into).update(merged_into=gone)
    into.change(None)
    audit.record(by, "intake.payer.taken_apart", gone, other=into.pk)


def _add(payer: Payer, alias: PayerAlias, *, is_its_own: bool = False) -> list[int]:
    """Count for a payer what was counted of a name; return what it had of it before: taught, used, weight, against.

    A card that was opened before payers were merged may have taught the name at any time, also at this moment. What
    weighs for another payer weighs as much for this one at most, and what weighs for itself (`is_its_own`) is added.
    """
    counted = {name: getattr(alias, name) for name in ("name", "taught", "used", "weight", "last_at")}
    rows, key = PayerAlias.objects.select_for_update(), payer_name_key(alias.name)
    same, is_new = rows.get_or_create(payer=payer, name_key=key, defaults=counted)
    if is_new:
        return [0, 0, 0, 0]
    had = [same.taught, same.used, same.weight, same.against]
    same.taught, same.used = same.taught + alias.taught, same.used + alias.used
    both = same.weight + alias.weight if is_its_own else max(same.weight, alias.weight)
    same.weight = min(both, PayerAlias.HEAVIEST)
    same.save(update_fields=["taught", "used", "weight"])
    return had


def _take_away(into: Payer, alias: PayerAlias, had: list[int] | None) -> None:
    """Take from a payer what a merge counted for it of a name; what was counted since stays.

    What was said against the name since was said of both: `alias`, which goes back, weighs less by that too. `had` is
    what the payer had before, None for a merge that did not write it down.
    """
    here = PayerAlias.objects.filter(payer=into, name_key=payer_name_key(alias.name)).first()
    if here is None:
        return
    alias.last_at = here.last_at
    here.taught, here.used = max(here.taught - alias.taught, 0), max(here.used - alias.used, 0)
    if had:
        against = _said_against(here, alias.weight, had)
        here.weight = _weight_without(here, against, had)
        alias.weight = max(alias.weight - against, 0)
    if not here.taught and not here.used:
        here.delete()
        return
    here.save(update_fields=["taught", "used", "weight"])


def _said_against(here: PayerAlias, came: int, had: list[int]) -> int:
    """Return how often another payer was chosen for a name since a merge, at least.

    It is counted, but older merges did not write the count down, and a row that went and came back in another merge
    lost it. What its weight lost tells it, too, as long as nothing was said for the name.
    """
    counted = here.against - had[_AGAINST] if len(had) > _AGAINST else 0
    return max(counted, max(had[2], came) - here.weight, 0)


_AGAINST = 3


def _weight_without(here: PayerAlias, said_against: int, had: list[int]) -> int:
    """Return what a name would weigh for a payer had no weight come from another: as before, and what was said since.

    `here` has its own counts and the weight of both; `had` is as in `_take_away`. It is never more than either.
    """
    taught, used, weight = had[:_AGAINST]
    own = here.taught + here.used
    said_for = max(own - taught - used, 0)
    return max(min(here.weight, own, weight + said_for - said_against), 0)


def _numbers(rows: QuerySet[Any]) -> list[int]:
    """Return the numbers of rows, locked one after another as everybody locks them."""
    return list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))


def _held(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows, locked one after another as everybody locks them: a statement for all has no order."""
    _numbers(rows)
    return rows


@transaction.atomic
def remove_alias(payer: Payer, name_key: str, *, by: User) -> bool:
    """Forget that cards print this name for the payer; False when it is forgotten already."""
    Payer.objects.select_for_update(no_key=True).get(pk=payer.pk)  # before its aliases
    gone, _ = PayerAlias.objects.filter(payer=payer, name_key=name_key).delete()
    if gone:
        payer.change(None)
        audit.record(by, "intake.payer.alias_removed", payer)
    return bool(gone)
