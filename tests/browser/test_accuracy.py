"""How well cards are read, as an admin sees it, and typing a value once more."""

import os
import subprocess
import sys

from playwright.sync_api import expect

from demo.instance import ROOT, own_environment
from tests.browser.conftest import Look, People
from tests.browser.program import Program
from tests.camera import ELLEN

# Values that were read and confirmed in the demo's clinic, as half a year of cards leaves them; one to be typed again.
HALF_A_YEAR = """
import io
from clinic.models import Clinic, User
from intake.models import CardField, Patient, Payer, Rekey
from intake.services import cards
from tests.camera import ELLEN, card_of
from tests.intake.cards import value_of
clinic, by = Clinic.objects.order_by("pk").first(), User.objects.order_by("pk").last()
card = cards.new_card(patient=Patient.objects.filter(clinics=clinic).first(), clinic=clinic, by=by)
picture = io.BytesIO()
card_of(ELLEN)[0].convert("RGB").save(picture, "JPEG", quality=92)
cards.put_photo(card, "FRONT", picture.getvalue(), by=by)
CardField.objects.create(card=card, name="rx_pcn", value=ELLEN.rx_pcn, text_score="0.99")
payer = Payer.objects.order_by("pk").first()
for name, wrong in (("member_number", 2), ("group_number", 9), ("rx_bin", 0), ("member_name", 4), ("payer_name", 12)):
    for place in range(320):
        score = "0.99500" if place % 4 else "0.96000" if place % 8 else "0.88000"
        value_of(card, place, name, accepted=place % 8 != 0 or place >= 8 * wrong, score=score, payer=payer)
value_of(card, 0, "plan_name", payer=payer)
Rekey.objects.create(outcome=value_of(card, 0, "rx_pcn"), clinic=clinic, first_by=by)
"""


def seed(program: Program) -> None:
    """Put half a year of confirmed values into the program's database."""
    environment = own_environment() | {"DATA_DIR": str(program.data), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", HALF_A_YEAR]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | environment, timeout=120)


def test_an_admin_sees_how_well_cards_are_read(people: People, program: Program, look: Look) -> None:
    seed(program)
    page = people.enter("admin")
    page.goto("/clinic/settings/")
    page.get_by_role("link", name="How well cards are read").click()
    row = page.get_by_role("row", name="RxBIN")
    expect(row.get_by_text("100.0 %").first).to_be_visible()
    row.get_by_label("RxBIN is accepted by itself").select_option("0.99")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rule is saved.")).to_be_visible()
    look(page, "accuracy")

    desk = people.enter("frontdesk")
    desk.goto("/patients/")
    desk.get_by_role("link", name="Type once more").click()
    expect(desk.get_by_label("RxPCN")).to_be_focused()
    look(desk, "rekey")
    desk.get_by_label("RxPCN").fill(ELLEN.rx_pcn)
    desk.get_by_role("button", name="Keep what I typed").click()
    expect(desk.get_by_text("Thank you.")).to_be_visible()
