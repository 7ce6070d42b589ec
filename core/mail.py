"""Mail without a mail server: refuse, and say what to set, instead of pretending it was sent."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class NoMailServer(BaseEmailBackend):
    """Used while EMAIL_HOST is not set."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse. Raises ConnectionError with what to do."""
        raise ConnectionError(
            "No mail was sent: set EMAIL_HOST, or let an admin set the password with `manage.py changepassword`."
        )


def can_send() -> bool:
    """Whether there is a mail server."""
    return settings.EMAIL_BACKEND != "core.mail.NoMailServer"
