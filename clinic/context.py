"""What the frame of every page needs: where you are, what you may open, which world this is."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from clinic.models import Role
from core.context import banner

_EVERYONE = (Role.FRONT_DESK, Role.BILLING, Role.ADMIN)
# url name, label, icon, who sees it
_NAV = [
    ("today", "Today", "calendar", _EVERYONE),
    ("patient-list", "Patients", "people", _EVERYONE),
    ("worklist", "Worklist", "list", _EVERYONE),
    ("batch-list", "Payments", "bank", (Role.BILLING, Role.ADMIN)),
    ("operations", "Operations", "pulse", _EVERYONE),
    ("settings-home", "Clinic", "building", (Role.ADMIN,)),
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
        "now_local": timezone.now().astimezone(clinic.zone) if clinic else timezone.now(),
    }


def _nav(request: HttpRequest) -> Iterator[dict[str, Any]]:
    for name, label, icon, roles in _NAV:
        if getattr(request, "role", None) not in roles:
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue  # the app is switched off
        active = request.path == url if url == "/" else request.path.startswith(url)
        yield {"name": name, "url": url, "label": label, "icon": icon, "active": active}
