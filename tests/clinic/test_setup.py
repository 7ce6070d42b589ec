"""First set-up on the terminal and in the browser, and the demo's."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from clinic import services, setup
from clinic.models import Clinic, Membership, Organization, Provider, User

ANSWERS = {
    "organization": "Lakeside",
    "clinic": "Lakeside North",
    "time_zone": "America/Denver",
    "npi": "1234567893",
    "admin_name": "Ina",
    "admin_email": "ina@clinic.test",
    "admin_password": "a good long phrase",
    "provider_first_name": "Pat",
    "provider_last_name": "Doe",
    "provider_npi": "2000000002",
}


@pytest.fixture(autouse=True)
def _own_data(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.mark.real
def test_it_is_set_up_on_the_terminal(db, sandbox):
    out = StringIO()
    call_command("setup", no_input=True, stdout=out, **ANSWERS)
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.billing_npi, clinic.organization.name) == ("Lakeside North", "1234567893", "Lakeside")
    assert Membership.objects.get().role == "ADMIN"
    assert Provider.objects.get().npi == "2000000002"
    assert "ina@clinic.test can sign in" in out.getvalue()
    assert "BAD" not in out.getvalue()
    assert out.getvalue().count("It takes our key.") == 4
    with pytest.raises(CommandError, match="already"):
        call_command("setup", no_input=True, **ANSWERS)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"npi": "1234567890"}, "Billing NPI: "),
        ({"provider_npi": ""}, "Provider's NPI: A provider has all three."),
        ({"provider_last_name": ""}, "Provider's last name: A provider has all three."),
        ({"account": "ACCT1"}, "Payment sub-account short code: An account is named together"),
        ({"time_zone": "Chicago"}, "Its time zone: "),
    ],
)
def test_bad_answers_are_named(db, wrong, said):
    with pytest.raises(CommandError, match=said):
        call_command("setup", no_input=True, **{**ANSWERS, **wrong})
    assert not Organization.objects.exists()


@pytest.mark.real
def test_only_a_wrong_answer_is_asked_again(db, sandbox, monkeypatch):
    typed = {"Billing NPI": ["1234567890", "1234567893"], "Phone": ["217-555-0140"]}
    secret = {
        "First admin's password": ["a good long phrase"] * 2,
        "The password once more": ["a god long", "a good long phrase"],
    }
    asked = []

    def terminal(answers):
        def read(prompt):
            question = prompt.split(" (may")[0].split(" [")[0].removesuffix(": ")
            asked.append(question)
            return answers.get(question, [""]).pop(0) if answers.get(question) else ""

        return read

    monkeypatch.setattr("builtins.input", terminal(typed))
    monkeypatch.setattr("getpass.getpass", terminal(secret))
    given = {name: ANSWERS[name] for name in ("organization", "clinic", "admin_name", "admin_email")}
    said = StringIO()
    call_command("setup", stderr=said, stdout=StringIO(), **given)
    assert "The two are not the same." in said.getvalue()
    assert [question for question in asked if asked.count(question) > 1] == [
        "Billing NPI",
        "The password once more",
        "Billing NPI",
        "The password once more",
    ]
    clinic = Clinic.objects.get()
    assert (clinic.npi, clinic.phone, clinic.time_zone) == ("1234567893", "217-555-0140", "America/Chicago")
    assert User.objects.get().check_password("a good long phrase")


def test_without_a_terminal_it_says_what_else_can_be_done(db, monkeypatch):
    def ended(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    with pytest.raises(CommandError, match="open /setup/ in a browser"):
        call_command("setup")


def test_it_is_set_up_in_the_browser_with_the_code_of_the_console(client, db):
    page = client.get(reverse("first-run"))
    assert page.status_code == 200
    wrong = client.post(
        reverse("first-run"), {**ANSWERS, "admin_password_again": ANSWERS["admin_password"], "setup_code": "guess"}
    )
    assert b"This is not the code" in wrong.content
    assert not Organization.objects.exists()
    done = client.post(
        reverse("first-run"),
        {**ANSWERS, "admin_password_again": ANSWERS["admin_password"], "setup_code": services.setup_code()},
    )
    assert done.status_code == 302
    assert User.objects.get().check_password("a good long phrase")
    assert client.get(reverse("first-run")).status_code == 404


def test_the_sign_in_page_leads_to_the_first_set_up(client, db):
    response = client.get(reverse("account_login"))
    assert response.status_code == 302
    assert response["Location"] == reverse("first-run")


def test_the_demo_is_made_once(db, settings):
    settings.DEMO = True
    first = setup.set_up_demo(now=timezone.now())
    again = setup.set_up_demo(now=timezone.now())
    assert first == again == json.loads(setup.demo_file().read_text())
    assert stat.S_IMODE(setup.demo_file().stat().st_mode) == 0o600
    assert sorted(Membership.objects.values_list("role", flat=True)) == ["ADMIN", "ADMIN", "BILLING", "FRONT_DESK"]
    assert set(first["tokens"]) == {"frontdesk", "billing"}, "no token of an admin exists"


def test_a_demo_that_breaks_off_leaves_nothing_and_begins_anew(db, settings, monkeypatch):
    def breaks(clinic, now):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(setup, "demo_seeds", [*setup.demo_seeds, breaks])
        setup.set_up_demo(now=timezone.now())
    assert not setup.is_set_up()
    assert not User.objects.exists()
    assert setup.demo_logins() == {}
    settings.DATA_DIR /= "missing"
    with pytest.raises(FileNotFoundError):
        setup.set_up_demo(now=timezone.now())
    assert not setup.is_set_up(), "no logins, no rows"


def test_a_demo_without_its_file_gets_new_logins(db, settings, client):
    settings.DEMO = True
    first = setup.set_up_demo(now=timezone.now())
    setup.demo_file().unlink()
    again = setup.set_up_demo(now=timezone.now())
    assert again["logins"] == first["logins"]
    assert Organization.objects.count() == 1
    assert all(user.check_password(again["password"]) for user in User.objects.all())
    for given, status in ((first, 401), (again, 200)):
        headers = {"Authorization": f"Bearer {given['tokens']['frontdesk']}"}
        assert client.get("/api/v1/patients/", headers=headers).status_code == status


def test_no_demo_logins_come_to_a_real_organization(db, settings):
    settings.DEMO = True
    setup.set_up(setup.FirstSetUp(**ANSWERS))
    assert setup.set_up_demo(now=timezone.now()) == {}
    assert not User.objects.filter(is_demo=True).exists()
    assert not setup.demo_file().exists()


def test_the_demos_people_and_whom_they_add_are_demo_logins(db):
    setup.set_up_demo(now=timezone.now())
    admin, clinic = User.objects.get(email="admin@demo.test"), Clinic.objects.get()
    person = {"email": "eve@elsewhere.test", "name": "Eve", "role": "ADMIN", "password": "a good long phrase"}
    services.add_member(clinic, by=admin, **person)
    assert set(User.objects.values_list("is_demo", flat=True)) == {True}
    assert User.objects.count() == 5


def test_the_demo_needs_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("setup", demo=True)
