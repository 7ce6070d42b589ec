"""Pages that show only when two people or two clinics meet: a hold elsewhere, a rule changed meanwhile, a merge."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from demo.instance import ROOT, own_environment
from tests.browser.conftest import Look, People
from tests.browser.program import Program
from tests.browser.test_coverage import record_of

# Another clinic of the organization holds a patient whom both know; a payer stands twice; values wait to be typed.
ANOTHER_CLINIC = """
from datetime import date
from clinic.models import Clinic, Membership, Role
from django.utils import timezone
from intake.models import CardField, Payer, Rekey
from intake.services import cards, coverage, keeping, patients
from tests.intake.cards import photo, value_of
here = Clinic.objects.order_by("pk").first()
there = Clinic.objects.create(organization=here.organization, name="Hill Clinic", time_zone=here.time_zone)
admin = Membership.objects.filter(clinic=here, role=Role.ADMIN).first().user
desk = Membership.objects.filter(clinic=here, role=Role.FRONT_DESK).first().user
born = date(1962, 7, 16)
patient = patients.register_patient(clinic=here, by=desk, first_name="Ida", last_name="Wells", birth_date=born)
patient.clinics.add(there)
keeping.set_hold(patient, "Hill's matter", clinic=there, by=admin, now=timezone.now())
Payer.objects.create(name="Prairie Mutual")
card = cards.new_card(patient=patient, clinic=here, by=desk)
cards.put_photo(card, "FRONT", photo(), by=desk)
CardField.objects.create(card=card, name="rx_bin", value="610279", text_score="0.99")
Rekey.objects.create(outcome=value_of(card, 0, "rx_bin"), clinic=here, first_by=desk)
claim = {"type": "WORKERS_COMP", "claim_number": "WC-77", "injury_date": date(2026, 11, 2), "today": here.today()}
claim |= {"payer": Payer.objects.order_by("pk").first(), "placing": coverage.Placing()}
coverage.add_coverage(patient=patient, clinic=here, by=desk, **claim)
"""


@pytest.fixture(scope="module")
def another(program: Program) -> None:
    """Put it into the program's database."""
    environment = own_environment() | {"DATA_DIR": str(program.data), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", ANOTHER_CLINIC]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | environment, timeout=120)


def test_another_clinics_hold_is_said_without_its_reason(another: None, people: People, look: Look) -> None:
    page = people.enter("admin")
    record_of(page, "Ida Wells")
    look(page, "held-elsewhere")
    page.get_by_role("link", name="Legal hold").click()
    expect(page.get_by_text("Another clinic holds this patient:")).to_be_visible()
    expect(page.get_by_text("Hill's matter")).to_have_count(0)
    look(page, "hold-elsewhere")


def two_of(people: People, url: str) -> tuple[Page, Page]:
    """Return two windows of an admin on one page."""
    first, second = people.enter("admin"), people.enter("admin")
    for page in (first, second):
        page.goto(url)
    return first, second


def test_two_admins_on_one_rule_see_each_others(people: People, look: Look) -> None:
    first, second = two_of(people, "/cards/keeping/")
    for page, months in ((first, "60"), (second, "36")):
        page.get_by_label("Delete card photos after so many months").fill(months)
        page.get_by_role("button", name="Save the rule").click()
    expect(second.get_by_text("Saved by somebody else and different from what you typed")).to_be_visible()
    look(second, "keeping-meanwhile")
    first, second = two_of(people, "/clinic/settings/registration/")
    for page, place in ((first, 0), (second, 1)):
        page.get_by_role("checkbox").nth(place).click()
        page.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Asked for now")).to_be_visible()
    look(second, "registration-meanwhile")
    first.reload()
    first.get_by_role("checkbox").first.uncheck()  # as it was, for the tests to come
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("What a registration asks for is saved.")).to_be_visible()


def test_two_payers_become_one_and_two_again(another: None, people: People, look: Look) -> None:
    page = people.enter("admin")
    page.goto("/payers/?q=Prairie")
    page.get_by_role("link", name="Prairie Mutual").click()
    gone = page.url
    page.get_by_label("The other payer's name or ID").fill("60054")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="It is this one").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="Made one with this payer")).to_be_visible()
    page.goto(gone)
    expect(page.get_by_text("Prairie Mutual was made one with").first).to_be_visible()
    look(page, "payer-merged")
    page.get_by_role("button", name="Take them apart").click()
    page.get_by_role("dialog").get_by_role("button", name="Take them apart").click()
    expect(page.get_by_text("Prairie Mutual is a payer of its own again.")).to_be_visible()


def test_a_desk_of_one_is_told_and_an_appointment_takes_an_injury(another: None, people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/cards/type-once-more/")
    expect(page.get_by_text("for somebody else, because you accepted")).to_be_visible()
    look(page, "rekey-others")
    record_of(page, "Ida Wells")
    page.get_by_role("link", name="Add an appointment").first.click()
    page.get_by_label("For an injury").select_option(index=1)
    look(page, "appointment-injury")
    page.get_by_label("Date").fill("01/08/2027")
    page.get_by_label("Time").fill("16:20")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("row", name="16:20").get_by_role("link", name="Office visit").click()
    expect(page.get_by_role("link", name="claim WC-77")).to_be_visible()
    look(page, "appointment-of-injury")
