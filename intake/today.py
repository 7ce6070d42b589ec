"""The day's appointments with their lights: what is ready, what is missing, and the one next thing to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clinic.models import Clinic

from .models import Appointment


@dataclass(frozen=True)
class Light:
    """One thing that has to be ready before a visit.

    Args:
        state: "done", "needs-you", "blocked", "waiting" or "none" (templates/components/state.html).
        sentence: what is the case, in a few words ("Active, $25 copay").
        url: where `action` leads; "" when there is nothing to do.
        action: the words on the button, when this is the next thing to do.
        form: fields to POST to `url`; empty means that `url` is a page to open.
    """

    state: str
    sentence: str
    url: str = ""
    action: str = ""
    form: tuple[tuple[str, str], ...] = ()


LightFunction = Callable[[Clinic, list[Appointment]], dict[int, Light]]

_registered: list[tuple[str, LightFunction]] = []


def register_light(function: LightFunction, label: str = "Eligibility") -> LightFunction:
    """Show one more light on Today; called by apps above this one from AppConfig.ready().

    `function(clinic, appointments)` returns a Light per appointment pk and must need a constant number of queries.
    `label` heads its column; registering a label again replaces its light.
    """
    _registered[:] = [pair for pair in _registered if pair[0] != label]
    _registered.append((label, function))
    return function
