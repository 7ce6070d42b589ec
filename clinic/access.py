"""Who may do what here: the clinic someone is working in, and their role there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clinic.models import Clinic, Membership, Provider, Role, User
from core.access import View, sign_in_first


class StaffRequest(HttpRequest):
    """A page request of someone signed in, as `staff` hands it to a view."""

    user: User
    clinic: Clinic
    role: Role
    memberships: list[Membership]
    htmx: HtmxDetails


class ApiRequest(Request):
    """An API request of a token, as `clinic_api` hands it to an endpoint."""

    user: User
    clinic: Clinic
    role: Role


def staff(*roles: Role) -> Callable[[View], View]:
    """Let a page be seen by people with one of the roles in the clinic they work in (all three when none is named).

    `request.clinic` and `request.role` are set. Not signed in: the sign-in page. Another role: 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @sign_in_first
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            _require(request, roles)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def clinic_api(*roles: Role) -> Callable[[View], View]:
    """The same for an API endpoint, above @api_view; the bearer token says who and where."""

    def decorate(view: View) -> View:
        inner = view.cls.permission_classes  # type: ignore[attr-defined]
        view.cls.permission_classes = [*inner, _role_permission(roles)]  # type: ignore[attr-defined]
        return view

    return decorate


def _role_permission(roles: tuple[Role, ...]) -> type:
    class HasRole(BasePermission):
        """The token's user still has one of the roles in the token's clinic."""

        message = "Your role does not allow this."

        def has_permission(self, request: Any, view: Any) -> bool:
            return request.role is not None and (not roles or request.role in roles)

    return HasRole


def _require(request: HttpRequest, roles: tuple[Role, ...]) -> None:
    if request.role is None:  # type: ignore[attr-defined]
        raise PermissionDenied("You belong to no clinic yet. Ask an admin to add you.")
    if roles and request.role not in roles:  # type: ignore[attr-defined]
        names = " or ".join(role.label.lower() for role in roles)
        raise PermissionDenied(f"This page is for {names}.")


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return where the user works, the clinics with their organization loaded."""
    return Membership.objects.filter(user=user).select_related("clinic__organization").order_by("clinic__name")


def providers_for(clinic: Clinic) -> QuerySet[Provider]:
    """Return the providers who treat in this clinic."""
    return Provider.objects.filter(clinics=clinic, is_active=True)
