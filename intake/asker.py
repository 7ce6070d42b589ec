"""Who asks and where: the parts of a guarded request that pages and API need, typed."""

from __future__ import annotations

from typing import Any, cast

from clinic.models import Clinic, Role, User


class Asker:
    """Read off a request that a guard of clinic.access let through, a page's or the API's."""

    def __init__(self, request: Any) -> None:
        """Take clinic, user and role from the request."""
        self.clinic = cast(Clinic, request.clinic)
        self.user = cast(User, request.user)
        self.role = cast(Role, request.role)

    @property
    def may_write(self) -> bool:
        """Return whether this person changes things: the front desk does, the others read."""
        return self.role == Role.FRONT_DESK
