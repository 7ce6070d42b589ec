"""Signing in, the pages around it, the second factor, and from which address somebody comes."""

import runpy
from importlib import import_module
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.urls import NoReverseMatch, resolve, reverse

from clinic.accounts import StaffBackend
from clinic.models import User
from core import settings as settings_module
from core.models import AuditEvent

PASSWORD = "correct horse battery"


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def test_it_signs_in_by_email(client, cast):
    assert sign_in(client, "ALICE@clinic.test").status_code == 302
    assert client.session["_auth_user_id"] == str(cast.alice.pk)


def test_it_says_when_the_password_is_wrong(client, cast):
    response = sign_in(client, "alice@clinic.test", "wrong")
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, db):
    assert b"An administrator adds people here" in client.get(reverse("account_signup")).content
    client.post(reverse("account_signup"), {"email": "x@clinic.test", "password1": "long enough password"})
    assert not User.objects.exists()


def test_nobody_changes_their_own_address(client, cast):
    client.force_login(cast.alice)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "ade@elsewhere.test"})
    assert answer.status_code == 404
    for name in ("account_email", "account_confirm_email", "account_set_password", "account_request_login_code"):
        with pytest.raises(NoReverseMatch):
            reverse(name, args=["key"] if name == "account_confirm_email" else [])


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("account_login", "/accounts/login/"),
        ("account_logout", "/accounts/logout/"),
        ("account_inactive", "/accounts/inactive/"),
        ("account_reauthenticate", "/accounts/reauthenticate/"),
        ("account_change_password", "/accounts/password/change/"),
        ("account_reset_password", "/accounts/password/reset/"),
        ("account_reset_password_done", "/accounts/password/reset/done/"),
        ("account_reset_password_from_key_done", "/accounts/password/reset/key/done/"),
        ("mfa_index", "/accounts/2fa/"),
        ("mfa_authenticate", "/accounts/2fa/authenticate/"),
        ("mfa_reauthenticate", "/accounts/2fa/reauthenticate/"),
        ("mfa_activate_totp", "/accounts/2fa/totp/activate/"),
        ("mfa_deactivate_totp", "/accounts/2fa/totp/deactivate/"),
        ("mfa_view_recovery_codes", "/accounts/2fa/recovery-codes/"),
        ("mfa_generate_recovery_codes", "/accounts/2fa/recovery-codes/generate/"),
        ("mfa_download_recovery_codes", "/accounts/2fa/recovery-codes/download/"),
    ],
)
def test_the_pages_that_are_wanted_stay_where_they_were(name, address):
    assert reverse(name) == address
    assert resolve(address).url_name == name


def test_a_demo_login_is_nobody_without_demo(client, cast, settings):
    User.objects.filter(pk=cast.ana.pk).update(is_demo=True)
    settings.DEMO = False
    sign_in(client, "ana@clinic.test")
    assert "_auth_user_id" not in client.session
    settings.DEMO = True
    sign_in(client, "ana@clinic.test")
    assert "_auth_user_id" in client.session
    settings.DEMO = False
    assert StaffBackend().get_user(int(client.session["_auth_user_id"])) is None


# ---- a forgotten password -------------------------------------------------------------------------------------------


def test_a_link_by_mail_sets_a_new_password(client, cast):
    assert b"I do not know my password" in client.get(reverse("account_login")).content
    client.post(reverse("account_reset_password"), {"email": "alice@clinic.test"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/accounts/password/reset/key/" in line)
    page = client.get(link, follow=True)
    address = page.redirect_chain[0][0]
    client.post(address, {"password1": "a good long phrase", "password2": "a good long phrase"})
    cast.alice.refresh_from_db()
    assert cast.alice.check_password("a good long phrase")


def test_nobody_learns_who_signs_in_here(client, cast):
    known = client.post(reverse("account_reset_password"), {"email": "alice@clinic.test"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@clinic.test"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["alice@clinic.test"], ["nobody@clinic.test"]]


def test_without_a_mail_server_a_person_sets_the_password(client, cast, settings):
    settings.EMAIL_BACKEND = "core.mail.NoMailServer"
    assert b"I do not know my password" not in client.get(reverse("account_login")).content
    for ask in (client.get, client.post):
        page = ask(reverse("account_reset_password"), {"email": "alice@clinic.test"})
        assert page.status_code == 200
        assert b"manage.py changepassword" in page.content
        assert b"Send the link" not in page.content


# ---- the second factor ----------------------------------------------------------------------------------------------


@pytest.fixture
def factors(cast):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(cast.ana, secret)
    RecoveryCodes.activate(cast.ana)
    return secret


def test_the_second_factors_secrets_are_sealed(factors):
    app, codes = Authenticator.objects.order_by("-type")
    assert factors not in str(app.data)
    assert get_adapter().decrypt(app.data["secret"]) == factors
    seed = get_adapter().decrypt(codes.data["seed"])
    assert len(bytes.fromhex(seed)) == 40
    assert seed not in str(codes.data)
    assert len(RecoveryCodes(codes).get_unused_codes()) == 10


def test_what_was_kept_plain_is_sealed_and_demo_logins_are_marked_when_upgrading(cast):
    upgrade = import_module("clinic.migrations.0002_demo_logins_versions_sealed_factors")
    Authenticator.objects.create(user=cast.ana, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    demo = User.objects.create_user("admin@demo.test", PASSWORD, name="Ana")
    upgrade.seal_second_factors(apps, None)
    upgrade.mark_demo_logins(apps, None)
    assert get_adapter().decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert list(User.objects.filter(is_demo=True)) == [demo]


def test_the_second_factor_survives_the_end_of_a_key(factors, settings):
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    unused = codes.get_unused_codes()
    assert codes.validate_code(unused[0])
    settings.SEALING_KEYS = {"next": bytes(32), **settings.SEALING_KEYS}
    call_command("reseal", verbosity=0)
    settings.SEALING_KEYS = {"next": bytes(32)}
    assert get_adapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == factors
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == unused[1:]


# ---- where somebody comes from --------------------------------------------------------------------------------------


def audited_address(client, cast, **extra):
    client.force_login(cast.ana)
    client.post(reverse("provider-add"), {"first_name": "N", "last_name": "W", "npi": cast.provider.npi}, **extra)
    return AuditEvent.objects.get(action="clinic.provider.added").address


FORWARDED = {"HTTP_X_FORWARDED_FOR": "198.51.100.9, 203.0.113.7", "REMOTE_ADDR": "10.0.0.2"}


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(client, cast, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert audited_address(client, cast, **FORWARDED) == "203.0.113.7"


def test_without_a_proxy_nobody_chooses_their_address(client, cast):
    assert audited_address(client, cast, **FORWARDED) == "10.0.0.2"


def test_an_unknown_address_stops_nobody(client, cast):
    assert audited_address(client, cast, REMOTE_ADDR="") is None


def test_one_guesser_behind_the_proxy_does_not_lock_out_the_others(client, cast, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip", "login_failed": False}
    for _ in range(3):
        refused = sign_in(client, "alice@clinic.test", "wrong", **FORWARDED)
    assert refused.status_code == 429
    other = {**FORWARDED, "HTTP_X_FORWARDED_FOR": "203.0.113.8"}
    assert sign_in(client, "bo@clinic.test", **other).status_code == 302


@pytest.mark.parametrize(("flag", "count"), [("1", 1), ("0", 0)])
def test_behind_proxy_says_whose_word_is_taken(monkeypatch, tmp_path, flag, count):
    monkeypatch.setenv("BEHIND_PROXY", flag)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert runpy.run_path(settings_module.__file__)["ALLAUTH_TRUSTED_PROXY_COUNT"] == count


# ---- a session that has ended ---------------------------------------------------------------------------------------


def next_of(answer):
    return parse_qs(urlsplit(answer["Location"]).query)["next"]


def test_a_page_is_opened_again_after_signing_in(client, cast):
    assert next_of(client.get("/patients/?q=a")) == ["/patients/?q=a"]


@pytest.mark.parametrize(
    ("came_from", "then"),
    [
        ("http://testserver/patients/?q=a", "/patients/?q=a"),
        ("https://elsewhere.example/patients/", "/"),
        (None, "/"),
    ],
)
def test_a_press_leads_back_to_the_page_with_the_button(client, cast, came_from, then):
    headers = {"referer": came_from} if came_from else {}
    address = reverse("card-new", args=[uuid4()])
    assert next_of(client.post(address, headers=headers)) == [then]


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(client, cast):
    answer = client.get("/patients/", headers={"HX-Request": "true", "referer": "http://testserver/"})
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/"


def test_a_buttons_address_that_is_opened_says_what_it_is(client, cast):
    client.force_login(cast.alice)
    page = client.get(reverse("card-new", args=[uuid4()]))
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "takes only what a button sends" in page.content.decode()


@pytest.mark.django_db
def test_the_first_field_has_the_focus_until_there_is_an_error_to_read(client, cast):
    page = client.get(reverse("account_login")).content.decode()
    assert page.count("autofocus") == 1 and "autofocus" in page.partition('name="login"')[2].partition(">")[0]
    assert "autofocus" not in client.post(reverse("account_login"), {}).content.decode()
