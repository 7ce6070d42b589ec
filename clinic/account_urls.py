"""Sign-in, passwords and the second factor: the pages of django-allauth that we want, under its own names.

What is not listed does not exist: nobody changes their e-mail address, because approvals and releases go by it.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import urls as recovery_codes
from allauth.mfa.totp import urls as authenticator_app
from django.urls import include, path, re_path
from django.views.generic import TemplateView

from clinic import views

# /accounts/password/reset/
reset_urls = [
    path("", views.reset_password, name="account_reset_password"),
    path("done/", account.password_reset_done, name="account_reset_password_done"),
    path("key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

# /accounts/2fa/
second_factor_urls = [
    path("", second_factor.index, name="mfa_index"),
    path("authenticate/", second_factor.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("totp/", include(authenticator_app)),
    path("recovery-codes/", include(recovery_codes)),
]

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", include(reset_urls)),
    path("2fa/", include(second_factor_urls)),
    # Named in the mail to an address that nobody signs in with; it says that an admin adds people.
    path("signup/", TemplateView.as_view(template_name="account/signup_closed.html"), name="account_signup"),
]
