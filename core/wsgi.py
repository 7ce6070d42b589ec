"""The WSGI application, served by granian."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
application = get_wsgi_application()

from core import garbage  # noqa: E402 (the settings have a name now)

_ = get_resolver().url_patterns  # every view is loaded before somebody waits for the first page
garbage.leave_the_program_alone()
