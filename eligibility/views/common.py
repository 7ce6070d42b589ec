"""Who may do what on these pages."""

from __future__ import annotations

from clinic.access import staff
from clinic.models import Role

reads = staff(Role.FRONT_DESK, Role.BILLING, Role.ADMIN)
asks = staff(Role.FRONT_DESK, Role.BILLING)
bills = staff(Role.BILLING)
reads_raw = staff(Role.BILLING, Role.ADMIN)
MAY_ASK = (Role.FRONT_DESK, Role.BILLING)
