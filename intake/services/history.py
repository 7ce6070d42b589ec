"""What was believed, on some day, about the coverage of another day; gaps and overlaps between coverages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise

from ..models import Coverage, CoverageVersion, Patient

HALF_A_YEAR, TEN_YEARS = 183, 3653
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()
Priority, Status = Coverage.Priority, Coverage.Status
_LINE = list(Priority)


def believed(patient: Patient, *, at: datetime) -> list[Coverage]:
    """Return a patient's coverages as they were believed at a moment, in line; taken-out ones are not among them.

    The rows are to be read: they are what was kept then, and are never saved.
    """
    kept = CoverageVersion.objects.filter(coverage__patient=patient, since__lte=at).exclude(until__lte=at)
    found = [version.as_coverage() for version in kept.select_related("coverage")]
    there = [coverage for coverage in found if coverage.status != Status.REMOVED]
    return sorted(there, key=lambda coverage: (_LINE.index(Priority(coverage.priority)), -coverage.pk))


def holding(coverages: list[Coverage], day: date) -> list[Coverage]:
    """Return those that hold on a day by their dates; both ends are inclusive, a missing end is open."""
    return [coverage for coverage in coverages if coverage.is_valid_on(day)]


@dataclass(frozen=True)
class Stretch:
    """Days from `first` to `last`, both inclusive; None where nobody has stated a date."""

    first: date | None
    last: date | None

    @property
    def days(self) -> int | None:
        """Return how many days it has, None when it is open."""
        return (self.last - self.first).days + 1 if self.first and self.last else None


@dataclass(frozen=True)
class Window:
    """The days that are drawn, both ends inclusive."""

    first: date
    last: date

    def place(self, ordinal: int) -> int:
        """Return where a day lies, in thousandths of the window; what lies outside is put on the edge."""
        first, days = self.first.toordinal(), (self.last - self.first).days + 1
        return min(max(round(1000 * (ordinal - first) / days), 0), 1000)


@dataclass(frozen=True)
class Bar:
    """A coverage on the line of time: where its bar begins and how wide it is, in thousandths of the window."""

    coverage: Coverage
    left: int
    width: int
    is_open_left: bool
    is_open_right: bool


@dataclass(frozen=True)
class Timeline:
    """Coverages side by side over a window of time, with the days nobody pays and those that two pay first."""

    window: Window
    day_at: int
    bars: list[Bar]
    gaps: list[Stretch]
    overlaps: list[Stretch]


def timeline(coverages: list[Coverage], day: date) -> Timeline:
    """Draw the coverages around a day: from half a year before the first known date to half a year after the last.

    A date more than ten years away (some payers write 12/31/9999 for "no end") does not widen the window.
    """
    known = [when for one in coverages for when in (one.effective_date, one.termination_date) if when]
    near = [day, *(when for when in known if abs((when - day).days) <= TEN_YEARS)]
    window = Window(_shifted(min(near), -HALF_A_YEAR), _shifted(max(near), HALF_A_YEAR))
    parts = _parts(coverages)
    return Timeline(
        window,
        window.place(day.toordinal()),
        [_bar(window, coverage) for coverage in coverages],
        _merged(parts, lambda part: _is_gap(part, coverages)),
        _merged(parts, lambda part: _primaries(coverages, part.first or part.last or day) > 1),
    )


def _shifted(day: date, days: int) -> date:
    """Return a day some days later or earlier, at most the calendar's last or first."""
    return date.fromordinal(min(max(day.toordinal() + days, _FIRST), _LAST))


def _parts(coverages: list[Coverage]) -> list[Stretch]:
    """Return all time cut wherever a coverage begins or has just ended: within a part nothing changes."""
    begins = {one.effective_date.toordinal() for one in coverages if one.effective_date}
    ends = {one.termination_date.toordinal() + 1 for one in coverages if one.termination_date}
    cuts = [None, *sorted(begins | ends), None]
    parts = []
    for first, following in pairwise(cuts):
        if (first is None or first <= _LAST) and (following is None or following > _FIRST):
            parts.append(
                Stretch(
                    None if first is None else date.fromordinal(first),
                    None if following is None else date.fromordinal(following - 1),
                )
            )
    return parts


def _merged(parts: list[Stretch], is_wanted: Callable[[Stretch], bool]) -> list[Stretch]:
    """Return the wanted parts, neighbours made into one."""
    runs = [list(run) for wanted, run in groupby(parts, is_wanted) if wanted]
    return [Stretch(run[0].first, run[-1].last) for run in runs]


def _is_gap(part: Stretch, coverages: list[Coverage]) -> bool:
    """Whether nobody pays but for an injury. Before the first known start and after the last known end nobody knows."""
    in_line = [coverage for coverage in coverages if not coverage.is_injury]
    return part.first is not None and part.last is not None and not holding(in_line, part.first)


def _primaries(coverages: list[Coverage], day: date) -> int:
    return sum(one.priority == Priority.PRIMARY for one in holding(coverages, day))


def _bar(window: Window, coverage: Coverage) -> Bar:
    first, last = coverage.effective_date or window.first, coverage.termination_date or window.last
    left, right = window.place(first.toordinal()), window.place(last.toordinal() + 1)
    left = min(left, 996)
    return Bar(coverage, left, max(right - left, 4), coverage.effective_date is None, coverage.termination_date is None)
