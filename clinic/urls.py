"""Pages about the clinic itself."""

from django.urls import path

from clinic import views

urlpatterns = [
    path("setup/", views.first_run, name="first-run"),
    path("clinic/switch/", views.switch_clinic, name="clinic-switch"),
    # /clinic/settings/
    path("clinic/settings/", views.settings_home, name="settings-home"),
    path("clinic/settings/people/", views.add_person, name="person-add"),
    path("clinic/settings/people/<int:pk>/remove/", views.remove_person, name="person-remove"),
    path("clinic/settings/people/password/", views.set_password, name="person-password"),
    path("clinic/settings/providers/", views.add_provider, name="provider-add"),
    path("clinic/settings/providers/<uuid:code>/", views.edit_provider, name="provider-edit"),
    path("clinic/settings/providers/<uuid:code>/left/", views.provider_left, name="provider-left"),
    path("clinic/settings/tokens/", views.add_token, name="token-add"),
    path("clinic/settings/tokens/<uuid:code>/revoke/", views.revoke_token, name="token-revoke"),
    path("clinic/settings/vendors/", views.check_vendor_keys, name="vendor-keys"),
]
