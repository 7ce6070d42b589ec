"""The pages of a coverage: all its fields, where they come from, injuries, what the card prints, who pays first."""

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from intake.models import Appointment, CardExtra, CardScan, Coverage, Patient
from intake.services import coverage, review
from intake.services.coverage import Placing
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, score
from tests.intake.test_kinds_of_coverage import claim, covered, visit

FORM = {"payer_name": "Aetna", "edi_payer_id": "60054", "member_id": "W 123", "relationship": "SELF"}
CLAIM = {
    "type": "WORKERS_COMP",
    "payer_name": "State Fund",
    "claim_number": "WC-77",
    "injury_date": "11/02/2026",
    "injury_state": "IL",
    "employer": "Mill & Sons",
    "adjuster_name": "Pat Quill",
    "adjuster_phone": "312-555-0100",
}


def said_on(client: Client, row: Coverage) -> str:
    return client.get(reverse("coverage-detail", args=[row.code])).content.decode()


def test_it_keeps_all_that_a_card_may_print(desk: Client, emily: Patient) -> None:
    more = {"plan_type": "13", "employer": "Mill & Sons", "copay_office_visit": "25", "copay_urgent_care": "75.50"}
    more |= {"provider_phone": "800-555-0101", "claims_address": "PO Box 7, Peoria, IL 61601", "rx_id": "RX9"}
    desk.post(reverse("coverage-new", args=[emily.code]), FORM | more)
    made = Coverage.objects.get()
    assert (made.plan_type, made.employer, made.rx_id) == ("13", "Mill & Sons", "RX9")
    assert made.copays == {"office_visit": Decimal(25), "urgent_care": Decimal("75.50")}
    page = said_on(desk, made)
    for words in (
        "POS",
        "Mill &amp; Sons",
        "$25.00",
        "$75.50",
        "PO Box 7",
        "Typed by Alice Moreno",
        "Chosen by Alice Moreno",
        "RX9",
    ):
        assert words in page, words
    assert "Emergency room" not in page  # not stated, so nothing is said about it


def test_the_summary_of_errors_names_the_question_about_the_coverage_on_file(
    desk: Client, cast: Cast, emily: Patient
) -> None:
    covered(cast, emily, "Aetna", member_id="A1")
    page = desk.post(reverse("coverage-new", args=[emily.code]), FORM)
    summary = page.content.decode().partition('<div class="notice notice--error"')[2].partition("</div>")[0]
    assert "Say what happens to the coverage on file." in summary


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"copay_office_visit": "twenty"}, "Write the amount as 25 or 25.50."),
        ({"copay_office_visit": "-5"}, "greater than or equal to 0"),
        ({"plan_type": "99"}, "Select a valid choice"),
        ({"subscriber_postal_code": "1"}, "Write five digits"),
    ],
)
def test_it_says_what_is_not_right(desk: Client, emily: Patient, change: dict[str, str], sentence: str) -> None:
    page = desk.post(reverse("coverage-new", args=[emily.code]), FORM | change).content.decode()
    assert sentence in page and not Coverage.objects.exists()


def test_editing_keeps_what_was_not_touched(desk: Client, cast: Cast, emily: Patient) -> None:
    mine = covered(cast, emily, "Aetna", member_id="A1", copays={"office_visit": Decimal(25)}, plan_type="12")
    form = FORM | {"version": 1, "copay_office_visit": "25.00", "copay_specialist_visit": "", "plan_type": "12"}
    desk.post(reverse("coverage-edit", args=[mine.code]), form | {"copay_specialist": "40"})
    mine.refresh_from_db()
    assert mine.copays == {"office_visit": Decimal(25), "specialist_visit": Decimal(40)}
    assert {"copays.office_visit", "copays.specialist_visit", "plan_type"} <= set(mine.sources)


def test_the_patients_address_is_the_subscribers_with_one_press(desk: Client, emily: Patient) -> None:
    emily.change(None, address_line="12 Oak Street", city="Peoria", state="IL", postal_code="61601")
    mother = {"relationship": "CHILD", "subscriber_first_name": "Ann", "subscriber_last_name": "Lee"}
    mother |= {"subscriber_birth_date": "5/8/1960", "subscriber_sex": "FEMALE", "subscriber_at_patients": "on"}
    desk.post(reverse("coverage-new", args=[emily.code]), FORM | mother)
    made = Coverage.objects.get()
    assert made.subscriber_address == "12 Oak Street, Peoria, IL 61601" and made.subscriber_sex == "FEMALE"
    assert "12 Oak Street, Peoria, IL 61601" in said_on(desk, made)


def test_an_injury_is_added_and_its_visits_are_ticked(desk: Client, cast: Cast, emily: Patient) -> None:
    plan = covered(cast, emily, "Aetna", member_id="A1")
    response = desk.post(reverse("injury-new", args=[emily.code]), CLAIM)
    made = Coverage.objects.get(type="WORKERS_COMP")
    assert response.url == reverse("coverage-detail", args=[made.code])
    assert (made.claim_number, made.effective_date) == ("WC-77", date(2026, 11, 2))
    first, other = visit(cast, emily), visit(cast, emily)
    page = said_on(desk, made)
    assert str(first.code) in page and "Pat Quill" in page and "Call the adjuster" not in page
    shown = {"shown": [str(first.code), str(other.code)]}
    desk.post(reverse("coverage-visits", args=[made.code]), shown | {"visits": [str(first.code)]})
    first.refresh_from_db()
    assert Coverage.objects.for_visits([first, other]) == {first.pk: made, other.pk: plan}
    desk.post(reverse("coverage-visits", args=[made.code]), shown)
    first.refresh_from_db()
    assert first.injury is None
    assert AuditEvent.objects.filter(action="intake.appointment.injury_cleared").count() == 1


def test_an_appointment_is_added_for_an_injury_and_its_page_takes_it_back(
    desk: Client, cast: Cast, emily: Patient
) -> None:
    new = reverse("appointment-new", args=[emily.code])
    assert "add its insurance" in desk.get(new).content.decode()
    mine = claim(cast, emily)
    assert "claim WC-77, injured 2 Nov 2026" in desk.get(new).content.decode()
    slot = {"day": "11/23/2026", "time": "09:20", "visit_type": "OFFICE_VISIT"}
    assert b"Select a valid choice" in desk.post(new, slot | {"injury": str(emily.code)}).content
    desk.post(new, slot | {"injury": str(mine.code)})
    its = Appointment.objects.get()
    page = reverse("appointment-detail", args=[its.code])
    assert its.injury == mine and reverse("coverage-detail", args=[mine.code]) in desk.get(page).content.decode()
    url = reverse("appointment-injury", args=[its.code])
    stale = desk.post(url, {"injury": "", "version": 9}, follow=True)
    assert b"Somebody else changed this appointment meanwhile" in stale.content
    told = desk.post(url, {"injury": "", "version": its.version}, follow=True)
    its.refresh_from_db()
    assert its.injury is None and b"The visit is about no injury." in told.content
    coverage.remove_coverage(mine, clinic=cast.clinic_a, by=cast.alice, version=mine.version)
    told = desk.post(url, {"injury": str(mine.code), "version": its.version}, follow=True)
    its.refresh_from_db()
    assert its.injury is None and b"not in use for an injury" in told.content


def test_a_visit_of_another_injury_stays_with_it(desk: Client, cast: Cast, emily: Patient) -> None:
    one, other = claim(cast, emily), claim(cast, emily)
    its = visit(cast, emily, other)
    desk.post(reverse("coverage-visits", args=[one.code]), {"shown": [str(its.code)], "visits": [str(its.code)]})
    its.refresh_from_db()
    assert its.injury == other


def test_a_visit_of_a_claim_that_was_taken_out_goes_to_the_right_one(desk: Client, cast: Cast, emily: Patient) -> None:
    wrong, right = claim(cast, emily), claim(cast, emily)
    its = visit(cast, emily, wrong)
    coverage.remove_coverage(wrong, clinic=cast.clinic_a, by=cast.alice, version=wrong.version)
    assert str(its.code) in said_on(desk, right)
    shown, url = {"shown": [str(its.code)]}, reverse("coverage-visits", args=[right.code])
    desk.post(url, shown)
    its.refresh_from_db()
    assert its.injury == wrong
    desk.post(url, shown | {"visits": [str(its.code)]})
    its.refresh_from_db()
    assert its.injury == right


def test_a_claim_that_was_not_at_work_is_no_workers_compensation(desk: Client, cast: Cast, emily: Patient) -> None:
    mine = claim(cast, emily)
    assert mine.plan_type == "WC"
    desk.post(reverse("coverage-edit", args=[mine.code]), CLAIM | {"version": 1, "type": "LIABILITY"})
    mine.refresh_from_db()
    assert (mine.type, mine.plan_type) == ("LIABILITY", "")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"claim_number": ""}, "Type the claim number."),
        ({"injury_date": "1/1/2090"}, "This day has not come yet."),
        ({"employer": ""}, "Type the employer"),
        ({"termination_date": "1/1/2026"}, "closed before the injury"),
        ({"payer_name": ""}, "Choose who pays."),
    ],
)
def test_a_claim_says_what_is_missing(desk: Client, emily: Patient, change: dict[str, str], sentence: str) -> None:
    page = desk.post(reverse("injury-new", args=[emily.code]), CLAIM | change).content.decode()
    assert sentence in page and not Coverage.objects.exists()


def test_a_claim_is_edited_with_its_own_form(desk: Client, cast: Cast, emily: Patient) -> None:
    mine = claim(cast, emily)
    url = reverse("coverage-edit", args=[mine.code])
    assert b"Claim number" in desk.get(url).content
    desk.post(url, CLAIM | {"version": 1, "termination_date": "12/01/2026"})
    mine.refresh_from_db()
    assert (mine.adjuster_name, mine.termination_date) == ("Pat Quill", date(2026, 12, 1))


# ---- the card -------------------------------------------------------------------------------------------------------


def confirmed(cast: Cast, emily: Patient, **details: Any) -> tuple[CardScan, Coverage]:
    """Return a card with every line accepted, confirmed, and the coverage made of it."""
    found = {"member_number": score("M1"), "payer_name": score("Aetna"), "member_name": score("Emily Dickinson")}
    card = card_in_review(emily, cast.clinic_a, cast.alice, answer(**found, **details))
    values = {(row.name, row.position): row.value for row in card.fields.all() if row.value}
    values[("group_number", 0)] = "G-TYPED"
    review.review_fields(card, values, by=cast.alice, version=card.version, now=timezone.now())
    subscriber, now = review.Subscriber("SELF"), timezone.now()
    made = review.confirm_card(card, by=cast.alice, version=None, subscriber=subscriber, placing=Placing(), now=now)
    assert made is not None
    return card, made


def test_a_card_fills_plan_type_employer_and_rx_id(cast: Cast, emily: Patient) -> None:
    details = {"plan_type": score("Choice Plus PPO"), "client_name": score("MILL & SONS"), "rx_id": score("RX1")}
    _, made = confirmed(cast, emily, **details)
    assert (made.plan_type, made.employer, made.rx_id) == ("12", "MILL & SONS", "RX1")
    came = {name: made.sources[name]["from"] for name in ("plan_type", "employer", "rx_id", "group_number")}
    assert came == {"plan_type": "CARD", "employer": "CARD", "rx_id": "CARD", "group_number": "PERSON"}


def extra(card: CardScan, kind: str, type: str, value: str, label: str = "") -> None:
    CardExtra.objects.create(card=card, kind=kind, type=type, value=value, label=label)


def press_taking_over(desk: Client, made: Coverage, *, after: Callable[[], object] = lambda: None) -> str:
    """Open the coverage, let `after` happen, press what the page offers, and return what it leads to."""
    hidden = re.findall(r'name="(version|shown)" value="([^"]*)"', said_on(desk, made))
    sent = {name: [html.unescape(value) for key, value in hidden if key == name] for name, _ in hidden}
    after()
    return desk.post(reverse("coverage-printed", args=[made.code]), sent, follow=True).content.decode()


def test_what_the_card_prints_is_offered_and_taken_over(desk: Client, cast: Cast, emily: Patient) -> None:
    card, made = confirmed(cast, emily)
    extra(card, "PHONE", "provider_services_phone", "800-555-0101")
    extra(card, "ADDRESS", "medical_claims_address", "PO Box 7\nPeoria, IL 61601")
    extra(card, "AMOUNT", "copay", "25", "office_visit")
    extra(card, "AMOUNT", "copay", "lots", "urgent_care")
    extra(card, "AMOUNT", "deductible", "500", "office_visit")
    page = said_on(desk, made)
    assert "The card prints more" in page and "PO Box 7, Peoria, IL 61601" in page
    press_taking_over(desk, made)
    made.refresh_from_db()
    assert (made.provider_phone, made.copays) == ("800-555-0101", {"office_visit": Decimal(25)})
    page = said_on(desk, made)
    assert "The card prints more" not in page and "Printed on the card, not checked" in page
    assert reverse("card-review", args=[card.code]) in page
    again = desk.post(reverse("coverage-printed", args=[made.code]), {"version": made.version}, follow=True)
    assert b"There is nothing to take over any more." in again.content


def test_a_printed_value_stands_once_on_the_page(desk: Client, cast: Cast, emily: Patient) -> None:
    card, made = confirmed(cast, emily)
    extra(card, "PHONE", "provider_services_phone", "800-555-0101")
    extra(card, "PHONE", "pharmacy_services_phone", "800-555-0188")
    biller = Client()
    biller.force_login(cast.bo)  # takes nothing over, so all is "also on the card"
    for page in (said_on(desk, made), said_on(biller, made)):
        assert (page.count(">800-555-0101"), page.count(">800-555-0188")) == (1, 1)
    press_taking_over(desk, made)
    page = said_on(desk, made)
    assert (page.count(">800-555-0101"), page.count(">800-555-0188")) == (1, 1)
    made.refresh_from_db()
    made.change(None, provider_phone="800-555-0999")
    assert "800-555-0101" in said_on(desk, made)  # printed otherwise than typed: both are told


def test_a_value_that_was_read_anew_is_not_taken_over_unseen(desk: Client, cast: Cast, emily: Patient) -> None:
    card, made = confirmed(cast, emily)
    extra(card, "PHONE", "provider_services_phone", "800-555-0101")
    extra(card, "AMOUNT", "copay", "25", "office_visit")
    page = press_taking_over(desk, made, after=lambda: card.extras.filter(kind="AMOUNT").update(value="250"))
    made.refresh_from_db()
    assert "it prints otherwise: Copay, office visit. Nothing is taken over" in page and "$250.00" in page
    assert (made.version, made.provider_phone, made.copays) == (1, "", {})
    press_taking_over(desk, made, after=lambda: extra(card, "PHONE", "member_services_phone", "800-555-0102"))
    made.refresh_from_db()
    assert (made.provider_phone, made.member_phone, made.copay("office_visit")) == ("800-555-0101", "", 250)
    assert "800-555-0102" in said_on(desk, made)  # what came since is still offered


def test_what_somebody_typed_is_not_overwritten(desk: Client, cast: Cast, emily: Patient) -> None:
    card, made = confirmed(cast, emily)
    typed = {"provider_phone": "111", "copays": {"office_visit": Decimal(10)}}
    coverage.edit_coverage(made, clinic=cast.clinic_a, by=cast.alice, version=1, **typed)
    extra(card, "PHONE", "provider_services_phone", "800-555-0101")
    extra(card, "AMOUNT", "copay", "25", "office_visit")
    extra(card, "AMOUNT", "copay", "40", "specialist_visit")
    press_taking_over(desk, made)
    made.refresh_from_db()
    assert (made.provider_phone, made.copay("office_visit"), made.copay("specialist_visit")) == ("111", 10, 40)
    assert made.sources["copays.office_visit"]["from"] == "PERSON"
    assert made.sources["copays.specialist_visit"]["from"] == "PRINTED"


def test_a_changed_coverage_takes_nothing_over(desk: Client, cast: Cast, emily: Patient) -> None:
    card, made = confirmed(cast, emily)
    extra(card, "PHONE", "provider_services_phone", "800-555-0101")
    edit = {"clinic": cast.clinic_a, "by": cast.alice, "version": 1, "group_number": "G9"}
    page = press_taking_over(desk, made, after=lambda: coverage.edit_coverage(made, **edit))
    assert "Somebody else changed this coverage meanwhile." in page
    made.refresh_from_db()
    assert made.provider_phone == ""


# ---- who pays first -------------------------------------------------------------------------------------------------


def two_plans(cast: Cast, emily: Patient) -> tuple[Coverage, Coverage]:
    spouse = {"relationship": "SPOUSE", "subscriber_first_name": "Ben", "subscriber_last_name": "Lee"}
    return covered(cast, emily, "Aetna", member_id="A1", **spouse), covered(cast, emily, "Cigna", member_id="C1")


def test_it_asks_advises_and_follows_the_advice(desk: Client, cast: Cast, emily: Patient) -> None:
    spouses, own = two_plans(cast, emily)
    url = reverse("paying-order", args=[emily.code])
    record = desk.get(reverse("patient-detail", args=[emily.code])).content
    assert b"something has to be said" in record
    page = desk.get(url).content
    assert b"How is this plan held" in page and b"How large is the employer" not in page
    facts = {f"{row.code}-basis": "EMPLOYED" for row in (spouses, own)}
    facts |= {f"{row.code}-version": "1" for row in (spouses, own)}
    page = desk.post(url, facts, follow=True).content.decode()
    assert "Advised: Cigna, then Aetna" in page and "plan as a dependent" in page and "confirm with the payer" in page
    order = {"follow": "1", "order": [str(own.code), str(spouses.code)], "versions": ["2", "2"]}
    desk.post(url, order)
    own.refresh_from_db()
    spouses.refresh_from_db()
    assert (own.priority, spouses.priority) == ("PRIMARY", "SECONDARY")
    assert b"as advised" in desk.get(reverse("patient-detail", args=[emily.code])).content
    stale = desk.post(url, order, follow=True).content
    assert b"changed meanwhile" in stale


def test_answers_to_changed_coverages_are_not_kept(desk: Client, cast: Cast, emily: Patient) -> None:
    spouses, own = two_plans(cast, emily)
    facts = {f"{spouses.code}-basis": "EMPLOYED", f"{spouses.code}-version": "7", f"{own.code}-version": "1"}
    page = desk.post(reverse("paying-order", args=[emily.code]), facts, follow=True).content
    spouses.refresh_from_db()
    assert b"changed meanwhile" in page and spouses.order_facts == {}


def test_answers_are_kept_all_or_not_at_all(desk: Client, cast: Cast, emily: Patient) -> None:
    plans = {row: "1" for row in two_plans(cast, emily)}
    last = min(plans, key=lambda row: row.priority == "PRIMARY")
    facts = {f"{row.code}-basis": "EMPLOYED" for row in plans}
    facts |= {f"{row.code}-version": "7" if row == last else "1" for row in plans}
    desk.post(reverse("paying-order", args=[emily.code]), facts)
    assert [row.order_facts for row in Coverage.objects.all()] == [{}, {}]


def test_who_works_elsewhere_is_not_named(desk: Client, other_desk: Client, cast: Cast, emily: Patient) -> None:
    emily.clinics.add(cast.clinic_b)
    row = covered(cast, emily, "Aetna", member_id="A1")
    assert "Typed by Alice Moreno" in said_on(desk, row)
    page = said_on(other_desk, row)
    assert "Alice" not in page and "Typed, " in page


def test_one_press_makes_a_coverage_primary(desk: Client, cast: Cast, emily: Patient) -> None:
    first, second = two_plans(cast, emily)
    assert "Make primary" in said_on(desk, second) and "Make primary" not in said_on(desk, first)
    desk.post(reverse("coverage-first", args=[second.code]), {"version": 1})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.priority, second.priority) == ("SECONDARY", "PRIMARY")
    assert [row.said["priority"] for row in second.versions.all()] == ["SECONDARY", "PRIMARY"]


def test_billing_sees_the_advice_and_follows_none(cast: Cast, emily: Patient) -> None:
    two_plans(cast, emily)
    client = Client()
    client.force_login(cast.bo)
    url = reverse("paying-order", args=[emily.code])
    assert client.get(url).status_code == 200 and client.post(url, {}).status_code == 403


def test_a_second_plan_leads_to_the_advice(desk: Client, cast: Cast, emily: Patient) -> None:
    covered(cast, emily, "Cigna", member_id="C1")
    response = desk.post(reverse("coverage-new", args=[emily.code]), FORM | {"on_file": "SECONDARY"})
    assert response.url == reverse("paying-order", args=[emily.code])
