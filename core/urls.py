"""The site map. Each app's urls.py lists its own pages; api_urls.py its API."""

from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core import styleguide, views

_APPS = [name for name in ("intake", "eligibility", "payments", "clinic") if apps.is_installed(name)]


def _of(module: str, prefix: str) -> list[URLPattern | URLResolver]:
    return [path(prefix, include(f"{app}.{module}")) for app in _APPS if find_spec(f"{app}.{module}")]


urlpatterns: list[URLPattern | URLResolver] = [
    # who is it
    path("accounts/", include("clinic.account_urls")),
    # the pages
    *_of("urls", ""),
    # /operations/
    path("operations/", views.operations_page, name="operations"),
    path("operations/commands/<uuid:code>/retry/", views.retry_command, name="command-retry"),
    # for machines
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    *_of("api_urls", "api/v1/"),
    path("hooks/<slug:vendor>/", views.take_webhook, name="webhook"),
    path("health/", views.health, name="health"),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("styleguide/", styleguide.page, name="styleguide"))
