"""What the frame of every page needs: where you are, what you may open, which world this is."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from clinic.models import Role
from core import mail
from core.context import banner

_EVERYONE = (Role.FRONT_DESK, Role.BILLING, Role.ADMIN)
_OF_A_PATIENT = ("/patients/", "/payers/", "/photos/", "/cards/", "/coverages/", "/checks/", "/captures/")
# url name, label, icon, who sees it, where its pages begin
_NAV = [
    ("today", "Today", "calendar", _EVERYONE, ("/appointments/", "/walk-in/", "/schedule/")),
    ("patient-list", "Patients", "people", _EVERYONE, _OF_A_PATIENT),
    ("worklist", "Worklist", "list", _EVERYONE, ("/worklist/",)),
    ("batch-list", "Payments", "bank", (Role.BILLING, Role.ADMIN), ("/payments/",)),
    ("operations", "Operations", "pulse", _EVERYONE, ("/operations/",)),
    ("settings-home", "Clinic", "building", (Role.ADMIN,), ("/clinic/", "/cards/keeping/", "/cards/at-cardscan/")),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context that base.html uses."""
    clinic = getattr(request, "clinic", None)
    return {
        "clinic": clinic,
        "role": getattr(request, "role", None),
        "clinics": [m.clinic for m in getattr(request, "memberships", [])],
        "nav": list(_nav(request)),
        "test_banner": banner(),
        "demo": settings.DEMO,
        "can_mail": mail.can_send(),
        "now_local": timezone.now().astimezone(clinic.zone) if clinic else timezone.now(),
    }


def _nav(request: HttpRequest) -> Iterator[dict[str, Any]]:
    here = _place(request.path)
    for name, label, icon, roles, begins in _NAV:
        if getattr(request, "role", None) not in roles:
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue  # the app is switched off
        active = request.path == url or here in begins
        yield {"name": name, "url": url, "label": label, "icon": icon, "active": active}


def _place(path: str) -> str:
    """Return the longest beginning that the path has ("/cards/keeping/" before "/cards/"), "" for none."""
    found = (begin for *_, begins in _NAV for begin in begins if path.startswith(begin))
    return max(found, key=len, default="")
