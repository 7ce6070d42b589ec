"""Checking a card beside its photo: line by line, payer, two clerks on one card."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from intake.models import CardScan, Patient, Payer, PayerAlias
from intake.services.payers import payer_from_choice
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, score


def accept(client: Client, card: CardScan, key: str, value: str, version: int | None = None, **options: Any) -> Any:
    form = {"accept": key, f"value:{key}": value, "version": str(version or card.version)}
    return client.post(reverse("card-field", args=[card.code]), form, **options)


def value_of(card: CardScan, name: str) -> tuple[str, bool]:
    row = card.fields.get(name=name, position=0)
    return row.current_value, row.is_reviewed


def test_it_keeps_what_was_read_with_the_lower_score(card: CardScan) -> None:
    row = card.fields.get(name="member_name")
    assert (row.value, str(row.score)) == ("Emily Dickinson", "0.61000")
    assert card.status == "REVIEW" and card.fields.get(name="rx_group").score is None


def test_it_shows_the_least_certain_first_and_the_unread_last(desk: Client, card: CardScan) -> None:
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    order = [
        page.index(f"value:{key}:")
        for key in ("member_name", "dependent_names", "start_date", "member_number", "rx_group")
    ]
    assert order == sorted(order)
    assert "The text is faint." in page and "61 %" in page and "9 of 9 left" in page


def test_a_line_knows_where_its_value_stands(desk: Client, cast: Cast, emily: Patient) -> None:
    place = {"side": "back", "x": 0.25, "y": 0.3, "width": 0.2, "height": 0.05}
    read = answer(rx_bin=score("610279") | {"place": place}, payer_id=score("87726") | {"place": place | {"x": 0.5}})
    card = card_in_review(emily, cast.clinic_a, cast.alice, read)
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert page.count('data-place="back"') == 2
    assert 'data-place-box="0.25 0.3 0.2 0.05"' in page
    assert 'data-place-box="0.5 0.3 0.2 0.05"' in page  # the payer's line: its id alone has a place


def test_a_reader_that_tells_no_places_shows_the_whole_card(desk: Client, card: CardScan) -> None:
    assert "data-place" not in desk.get(reverse("card-review", args=[card.code])).content.decode()


def with_sources(text: str, barcode: str) -> dict[str, Any]:
    both = {"text": score(text, "0.81"), "barcode": score(barcode)}
    return answer(member_number=score(barcode) | {"sources": both})


def test_barcode_and_text_that_disagree_stand_side_by_side(desk: Client, cast: Cast, emily: Patient) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice, with_sources("128845632", "128845682"))
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "Barcode says <strong>128845682</strong>, the text reads <strong>128845632</strong>." in page
    assert page.index('name="value:member_number:0"') < page.index('name="value:group_number:0"')


@pytest.mark.parametrize(("source", "value"), [("barcode", "128845682"), ("text", "128845632")])
def test_one_press_takes_either(desk: Client, cast: Cast, emily: Patient, source: str, value: str) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice, with_sources("128845632", "128845682"))
    form = {"take": f"{source}:member_number:0", "value:member_number:0": "9", "version": str(card.version)}
    answered = desk.post(reverse("card-field", args=[card.code]), form, headers={"HX-Request": "true"})
    assert value_of(card, "member_number") == (value, True)
    assert "Barcode says" not in answered.content.decode()


@pytest.mark.parametrize("take", ["barcode:rx_bin:0", "text:member_number:1", "x:member_number:0", "barcode:", "::::"])
def test_a_source_that_is_not_there_is_404(desk: Client, cast: Cast, emily: Patient, take: str) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice, with_sources("128845632", "128845682"))
    form = {"take": take, "version": str(card.version)}
    assert desk.post(reverse("card-field", args=[card.code]), form).status_code == 404


def test_agreement_is_said_and_one_source_alone_says_nothing(
    desk: Client, card: CardScan, cast: Cast, emily: Patient
) -> None:
    both = card_in_review(emily, cast.clinic_a, cast.alice, with_sources("1288-45682", "128845682"))
    page = desk.get(reverse("card-review", args=[both.code])).content.decode()
    assert "Barcode and text agree." in page and "Barcode says" not in page
    assert "arcode" not in desk.get(reverse("card-review", args=[card.code])).content.decode()


def test_it_accepts_a_line(desk: Client, card: CardScan, cast: Cast) -> None:
    response = accept(desk, card, "member_number:0", "128845682", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "Accepted" in text and "8 of 9 left" in text and "<html" not in text
    newer = card.version + 1
    assert f'id="card-version" value="{newer}"' in text and f'id="confirm-version" value="{newer}"' in text
    row = card.fields.get(name="member_number")
    assert (row.reviewed_value, row.reviewed_by, row.is_corrected) == ("128845682", cast.alice, False)
    event = AuditEvent.objects.get(action="intake.card.reviewed")
    assert event.facts == {"fields": ["member_number"], "corrected": 0}


def test_it_says_first_that_the_card_is_somebody_elses(desk: Client, cast: Cast, emily: Patient) -> None:
    other = answer(member_name=score("June Ashworth"), member_number=score("128845682", "0.7"))
    card = card_in_review(emily, cast.clinic_a, cast.alice, other)
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    sentence = page.index("The card names June Ashworth, and this patient is Emily Dickinson.")
    name, number = page.index('name="value:member_name:0"'), page.index('name="value:member_number:0"')
    assert sentence < name < number
    assert "This is not the name that the patient has here." in page[name:number]
    assert "Clear" not in page[name:number]


def test_it_shows_no_score_of_a_payer_that_its_id_tells(desk: Client, cast: Cast, emily: Patient) -> None:
    faint = answer(payer_id=score("87726", "0.78"), payer_name=score("United", "0.78"))
    Payer.objects.create(name="UnitedHealthcare", edi_payer_id="87726")
    card = card_in_review(emily, cast.clinic_a, cast.alice, faint)
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "Matched by payer id" in page and "78 %" not in page


def test_it_tells_what_no_card_is_read_for_from_what_was_not_found(desk: Client, card: CardScan) -> None:
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    rx_group = page[page.index('name="value:rx_group:0"') :]
    assert "Not read from cards" in rx_group and "Leave empty" in rx_group


def test_it_keeps_a_correction_beside_what_was_read(desk: Client, card: CardScan) -> None:
    assert b"Corrected" in accept(desk, card, "member_number:0", "  128845683 ", headers={"HX-Request": "true"}).content
    row = card.fields.get(name="member_number")
    assert (row.value, row.reviewed_value, row.current_value) == ("128845682", "128845683", "128845683")


def test_it_works_without_scripts(desk: Client, card: CardScan) -> None:
    assert accept(desk, card, "member_number:0", "1").url == reverse("card-review", args=[card.code])
    response = accept(desk, card, "start_date:0", "soon", version=card.version + 1)
    assert response.status_code == 400 and b"Write the date as month/day/year" in response.content


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("start_date:0", "13/45/2026", "Write the date as month/day/year, such as 01/31/2026."),
        ("group_number:0", "9" * 61, "This is longer than 60 characters."),
        ("member_name:0", "E" * 201, "This is longer than 200 characters."),
        ("member_name:0", "E\x00mily", "This has characters that no card prints."),
    ],
)
def test_it_says_beside_the_line_what_is_wrong(
    desk: Client, card: CardScan, key: str, value: str, sentence: str
) -> None:
    text = accept(desk, card, key, value, headers={"HX-Request": "true"}).content.decode()
    assert sentence in text and value in text
    assert not value_of(card, key.partition(":")[0])[1]


def test_it_takes_half_a_date_as_printed_and_leaves_it_out(desk: Client, cast: Cast, emily: Patient) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice, answer(member_number=score("1"), start_date=score("2026")))
    text = accept(desk, card, "start_date:0", "2026", headers={"HX-Request": "true"}).content.decode()
    assert "Not a full date, so it is left out unless you correct it." in text
    assert value_of(card, "start_date") == ("2026", True)


def test_it_wants_the_value_with_the_line(desk: Client, card: CardScan) -> None:
    form = {"accept": "member_number:0", "version": str(card.version)}
    url = reverse("card-field", args=[card.code])
    text = desk.post(url, form, headers={"HX-Request": "true"}).content.decode()
    assert "The value of this line did not arrive" in text and 'value="128845682"' in text
    assert desk.post(url, form).status_code == 400
    assert value_of(card, "member_number") == ("128845682", False)


@pytest.mark.parametrize(
    "key",
    ["nothing:0", "member_number:7", "member_number", "", "member_number:x", "member_number:00", "member_number:٠"],
)
def test_it_knows_no_other_lines(desk: Client, card: CardScan, key: str) -> None:
    assert accept(desk, card, key, "1").status_code == 404


def test_it_does_not_count_to_a_line_of_five_thousand_digits(desk: Client, card: CardScan) -> None:
    form = {"accept": "member_number:" + "9" * 5000, "version": str(card.version)}
    assert desk.post(reverse("card-field", args=[card.code]), form).status_code == 404


def test_it_keeps_two_clerks_on_one_card_apart(desk: Client, card: CardScan) -> None:
    accept(desk, card, "member_number:0", "111")
    response = accept(desk, card, "member_number:0", "222", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response["HX-Retarget"] == "#review-fields"
    assert "Somebody else worked on this card" in text and "You typed “222”; it is not saved." in text
    assert f'id="card-version" value="{card.version + 1}"' in text
    assert value_of(card, "member_number") == ("111", True)
    plain = accept(desk, card, "group_number:0", "333")
    assert plain.status_code == 409 and b"Somebody else worked on this card" in plain.content


def test_it_recognises_the_payer_and_counts_it_as_one_line(desk: Client, cast: Cast, emily: Patient) -> None:
    uhc = payer_from_choice("87726", "UnitedHealthcare")
    card = card_in_review(emily, cast.clinic_a, cast.alice)
    assert (card.payer, card.payer_match) == (uhc, "PAYER_ID")
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "UnitedHealthcare · 87726" in page and "Matched by payer id" in page
    accept(desk, card, "payer:0", "")
    assert value_of(card, "payer_id") == ("87726", True) and value_of(card, "payer_name")[1]


def test_it_says_when_the_payer_is_new(desk: Client, card: CardScan) -> None:
    assert (card.payer, card.payer_match) == (None, "CARD")
    assert b"As printed on the card, new here" in desk.get(reverse("card-review", args=[card.code])).content


def test_it_uses_the_readers_clearinghouse_match(cast: Cast, emily: Patient) -> None:
    aetna = payer_from_choice("60054", "Aetna")
    matched = {"payer_match": {"matches": [{"payer_id": "60054", "payer_name": "AETNA", "score": "0.9"}]}}
    document = answer(member_number=score("1"), payer_name=score("atna")) | matched
    card = card_in_review(emily, cast.clinic_a, cast.alice, document)
    assert card.payer == aetna


def test_it_lets_a_person_choose_the_payer(desk: Client, card: CardScan) -> None:
    form = {"edi_payer_id": "60054", "payer_name": "Aetna", "version": str(card.version)}
    text = desk.post(reverse("card-payer", args=[card.code]), form, headers={"HX-Request": "true"}).content.decode()
    card.refresh_from_db()
    assert card.payer and (card.payer.edi_payer_id, card.payer_match) == ("60054", "PERSON")
    assert "Aetna · 60054" in text and "Chosen by a person" in text
    assert not PayerAlias.objects.exists()  # learned when the card is confirmed, not at a slip of the hand


def test_it_asks_for_a_payer_that_was_left_out(desk: Client, card: CardScan) -> None:
    text = desk.post(
        reverse("card-payer", args=[card.code]), {"version": str(card.version)}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Choose a payer from the list, or type its name." in text and not Payer.objects.exists()


def test_it_asks_for_a_payer_with_letters(desk: Client, cast: Cast, emily: Patient) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice, answer(member_number=score("1"), payer_name=score("***")))
    assert (card.payer, card.payer_match) == (None, "")
    form = {"payer_name": "?!", "version": str(card.version)}
    text = desk.post(reverse("card-payer", args=[card.code]), form, headers={"HX-Request": "true"}).content.decode()
    assert "name with letters or digits" in text and not Payer.objects.exists()


def test_it_does_not_overwrite_a_chosen_payer_by_a_later_field(desk: Client, card: CardScan) -> None:
    desk.post(reverse("card-payer", args=[card.code]), {"payer_name": "Aetna", "version": str(card.version)})
    card.refresh_from_db()
    accept(desk, card, "payer:0", "")
    card.refresh_from_db()
    assert card.payer and card.payer.name == "Aetna"


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"member_name": score("emily e dickinson")}, "The name on the card is the patient"),
        ({"member_name": score("walt whitman")}, "The card names Walt Whitman, and this patient is Emily Dickinson."),
        (
            {"member_name": score("edward dickinson"), "dependent_names": [score("emily dickinson")]},
            "lists Emily Dickinson as a dependent",
        ),
        ({"member_name": score("lavinia emily dickinson")}, "The card names Lavinia Emily Dickinson, and this patient"),
        ({"member_name": score("emily dickinson sr")}, "They may be two people of one family."),
        ({}, "The card shows no member name."),
    ],
)
def test_it_says_whose_name_is_on_the_card(
    desk: Client, cast: Cast, emily: Patient, details: dict[str, Any], sentence: str
) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice, answer(member_number=score("1"), **details))
    assert sentence in desk.get(reverse("card-review", args=[card.code])).content.decode()


def test_it_tells_when_the_card_moved_on(desk: Client, card: CardScan) -> None:
    CardScan.objects.filter(pk=card.pk).update(status="CONFIRMED")
    response = accept(desk, card, "member_number:0", "1", headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"


def test_it_lets_billing_read_and_not_change(cast: Cast, card: CardScan) -> None:
    client = Client()
    client.force_login(cast.bo)
    page = client.get(reverse("card-review", args=[card.code])).content.decode()
    assert "128845682" in page and "data-accept" not in page
    assert accept(client, card, "member_number:0", "1").status_code == 403
