"""CardScan's bytes and our words for them."""

from decimal import Decimal
from typing import Any

import pytest

from core.http import OutcomeUnknown, Rejected
from intake.vendors.cardscan import CardScanClient, wire
from intake.vendors.cardscan.wire import Meaning
from tests.intake.cards import answer, score


@pytest.mark.parametrize(
    "doc",
    [{}, [], {"card_id": "a"}, {"scan_id": "s"}, {"card_id": "b", "scan_id": "s"}, {"card_id": "a", "scan_id": 1}],
)
def test_an_answer_that_does_not_say_a_photo_of_the_card_was_taken_is_unreadable(doc: Any) -> None:
    with pytest.raises(wire.Unreadable):
        wire.check_direct_upload(doc, "a")
    wire.check_direct_upload({"card_id": "a", "scan_id": "s", "metadata": {"ocr_latency": None}}, "a")


def test_it_knows_all_eleven_states() -> None:
    assert {state: meaning.name for state, meaning in wire.STATES.items()} == {
        "pending": "WAIT",
        "processing": "WAIT",
        "frontside_processing": "WAIT",
        "frontside_failed": "FAILED",
        "backside_processing": "SEND_BACK",
        "backside_failed": "FAILED",
        "post_processing": "WAIT",
        "completed": "READ",
        "enriched": "READ",
        "error": "FAILED",
        "unknown": "FAILED",
    }


def test_it_waits_at_a_state_the_vendor_invents() -> None:
    assert wire.parse_card(answer("rinsing")).meaning is Meaning.WAIT


def test_it_takes_a_deleted_card_for_unread() -> None:
    assert wire.parse_card(answer() | {"deleted": True}).meaning is Meaning.FAILED


def test_it_reads_fields_with_both_scores() -> None:
    fields = {(field.name, field.position): field for field in wire.parse_card(answer()).fields}
    member = fields["member_number", 0]
    assert (member.value, member.text_score, member.label_score) == ("128845682", Decimal("0.998"), Decimal("0.994"))
    assert [fields["dependent_names", n].value for n in (0, 1)] == ["Richard Dickinson", "Lavinia Dickinson"]


@pytest.mark.parametrize(
    ("name", "value", "tidied"),
    [
        ("payer_name", 'unitedhealthcare"', "Unitedhealthcare"),
        ("payer_name", "BCBS of Illinois", "BCBS of Illinois"),
        ("payer_name", "AETNA", "AETNA"),
        ("member_name", "EMILY O'HARA", "Emily O'Hara"),
        ("member_name", "emily dickinson", "Emily Dickinson"),
        ("plan_name", "men's health plus", "Men's Health Plus"),
        ("member_number", " xyz00012 ", "XYZ00012"),
        ("plan_details", "office visit: $25", "office visit: $25"),
    ],
)
def test_it_tidies_what_the_reader_wrote(name: str, value: str, tidied: str) -> None:
    assert wire.tidy(name, value) == tidied


@pytest.mark.parametrize(
    "found",
    [
        score("", "0.9"),
        {"value": None, "scores": []},
        {},
        None,
        "128845682",
        [None, "x", {}],
    ],
)
def test_it_leaves_out_what_is_no_value(found: Any) -> None:
    assert wire.parse_card(answer(member_number=found)).fields == []


@pytest.mark.parametrize("scores", [[], ["NaN"], ["1.5", "-2"], ["high"], None, "0.9", [None, None]])
def test_it_takes_a_broken_score_for_none(scores: Any) -> None:
    field = wire.parse_card(answer(member_number={"value": "1", "scores": scores})).fields[0]
    assert (field.text_score, field.label_score) == (None, None)


def test_it_ranks_clearinghouse_payers_and_takes_a_message_for_none() -> None:
    matches = [
        {"payer_id": "AAA", "payer_name": "A", "score": "0.4"},
        {"payer_id": None, "payer_name": "B", "score": "0.99"},
        {"payer_id": "87726", "payer_name": "C", "score": "0.9"},
    ]
    assert wire.parse_card(answer() | {"payer_match": {"matches": matches}}).payers == [("87726", "C"), ("AAA", "A")]
    assert wire.parse_card(answer()).payers == []


def test_it_keeps_no_addresses_of_images() -> None:
    assert "Signature" not in str(wire.parse_card(answer()).answer)


@pytest.mark.parametrize(
    "document", [None, [], {}, {"card_id": "", "state": "pending"}, {"card_id": "x"}, {"state": 3}]
)
def test_it_refuses_a_card_without_id_or_state(document: Any) -> None:
    with pytest.raises(wire.Unreadable):
        wire.parse_card(document)


def test_it_tells_the_vendor_an_opaque_reference_alone() -> None:
    assert wire.build_create(both_sides=True, reference="c0de") == (
        b'{"enable_backside_scan": true, "enable_livescan": false, "metadata": {"reference": "c0de"}}'
    )


def test_it_keeps_upload_parameters_in_order_and_spelling() -> None:
    form = wire.parse_upload_form(
        {"upload_url": "https://x", "upload_parameters": {"key": "a:b", "X-New": "1", "Content-Type": "image/jpeg"}}
    )
    assert form.parameters == [("key", "a:b"), ("X-New", "1"), ("Content-Type", "image/jpeg")]


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://sandbox.cardscan.ai/upload", True),
        ("https://cardscan-uploads.s3-accelerate.amazonaws.com/", True),
        ("http://cardscan-uploads.s3.amazonaws.com/", False),
        ("https://cardscan-uploads.s3.amazonaws.com:8443/", False),
        ("https://amazonaws.com.evil.example/", False),
        ("https://evilamazonaws.com/", False),
        ("https://user:pw@x.amazonaws.com/", False),
        ("https://sandbox.cardscan.ai@evil.example/", False),
        ("http://sandbox.cardscan.ai/upload", False),
        ("http://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("https://[x.amazonaws.com/", False),
        ("https://x.amazonaws.com:port/", False),
        ("https://x.amazonaws.com:99999/", False),
    ],
)
def test_it_sends_photos_to_the_vendor_alone(url: str, may: bool) -> None:
    client = CardScanClient("https://sandbox.cardscan.ai/v1", "key")
    assert client._is_for_photos(url) is may
    if not may:
        with pytest.raises(Rejected):
            client._post_form(wire.UploadForm(url, []), "front", b"")


def test_what_no_column_holds_is_not_taken() -> None:
    with pytest.raises(wire.Unreadable, match="too long"):
        wire.parse_card({"card_id": "x" * 65, "state": "pending"})
    assert wire.parse_card({"card_id": "x", "state": "a_state_that_nobody_has_heard_of"}).meaning is wire.Meaning.WAIT
    assert len(wire.parse_card({"card_id": "x", "state": "y" * 100}).state) == 24


def test_it_names_what_is_missing_without_the_answer() -> None:
    from core.http import VendorAnswer
    from intake.vendors.cardscan.client import _unreadable

    sent = VendorAnswer("cardscan", 200, {}, b'{"name": "Emily"}', "r1", 1)
    error = _unreadable(wire.Unreadable("the answer has no upload_url"), sent)
    assert isinstance(error, OutcomeUnknown)
    assert "no upload_url" in str(error) and "Emily" not in str(error)


def test_it_reads_phones_addresses_and_amounts() -> None:
    results = {
        "phone_numbers": [
            {"label": "Providers", "type": "provider_services_phone", "number": "800-555-0134", "score": "0.9"}
        ],
        "addresses": [
            {"type": "medical_claims_address", "company_name": "Acme", "address": "PO Box 1", "score": "0.8"}
        ],
        "copays_deductibles": [{"service": "office_visit", "category": "copay", "value": 25, "score": "0.9"}],
        "processed_sides": "both",
    }
    extras = wire.parse_card(answer("enriched") | {"enriched_results": results}).extras
    assert [(one.kind, one.type, one.value) for one in extras] == [
        ("PHONE", "provider_services_phone", "800-555-0134"),
        ("ADDRESS", "medical_claims_address", "Acme\nPO Box 1"),
        ("AMOUNT", "copay", "25"),
    ]


@pytest.mark.parametrize(
    "results",
    [None, [], "x", {"phone_numbers": None}, {"phone_numbers": [None, 7, {}, {"number": ""}]}, {"addresses": {"a": 1}}],
)
def test_odd_enriched_results_are_not_there(results: Any) -> None:
    assert wire.parse_card(answer("enriched") | {"enriched_results": results}).extras == []


def test_it_writes_a_flag_with_what_a_person_wrote() -> None:
    assert wire.build_flag("bad_payer_match", " not this payer ") == (
        b'{"flag_type": "bad_payer_match", "message": "not this payer"}'
    )
    assert wire.build_flag("other", "  ") == b'{"flag_type": "other"}'
    assert len(wire.build_flag("other", "x" * 5000)) < 1100


@pytest.mark.parametrize(
    "frame",
    [
        "pong",
        "",
        b"\x00\xff",
        "[]",
        "[" * 5000,
        '{"type": "scan", "card_id": "c", "state": "completed"}',
        '{"type": "eligibility", "card_id": "c", "state": "completed"}',
        '{"type": "card"}',
        '{"type": "card", "card_id": 5}',
        '{"type": "card", "card_id": ""}',
        '{"type": ["card"], "card_id": "c"}',
        '{"card_id": "c", "state": "completed"}',
    ],
)
def test_a_frame_that_tells_nothing_of_a_card_is_passed_over(frame: str | bytes) -> None:
    assert wire.parse_frame(frame) is None


def test_it_reads_an_event() -> None:
    event = wire.parse_frame(
        '{"event_id": "e", "type": "card", "card_id": "c", "state": "completed", "session_id": "s"}'
    )
    assert event == wire.Event("c", "completed", "s")
    assert {state: wire.Event("c", state).matters for state in ("", "pending", "completed", "rinsing")} == {
        "": True,
        "pending": False,
        "completed": True,
        "rinsing": False,
    }


@pytest.mark.parametrize(
    ("document", "event"),
    [
        ({"type": "card.completed", "card_id": "c", "session_id": "s"}, wire.Event("c", "completed", "s")),
        ({"type": "card.error", "card_id": "c", "error": {}}, wire.Event("c", "error")),
        ({"type": "card.deleted", "card_id": "c"}, wire.Event("c", "")),
        ({"type": "card.created", "card_id": "c"}, wire.Event("c", "pending")),
        ({"type": "card.completed", "data": {"id": "c", "state": "completed"}}, wire.Event("c", "completed")),
        ({"type": "card.completed", "data": {"card_id": "c"}}, wire.Event("c", "completed")),
        ({"type": "eligibility.completed", "card_id": "c"}, None),
        ({"type": "card"}, None),
        ({"type": "card.completed"}, None),
        ({"card_id": "c"}, None),
        ({}, None),
    ],
)
def test_it_reads_a_webhook_flat_and_nested(document: dict[str, Any], event: wire.Event | None) -> None:
    assert wire.parse_webhook(document) == event


PLACE = {"side": "back", "x": 0.25, "y": 0.3, "width": 0.2, "height": 0.05}


def test_it_reads_where_a_value_stands_if_that_is_told() -> None:
    told = wire.parse_card(answer(rx_bin=score("610279") | {"place": PLACE})).fields[0].place
    assert told == wire.Place("back", 0.25, 0.3, 0.2, 0.05)
    assert wire.parse_card(answer()).fields[0].place is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"side": "edge"},
        {"side": ["front"]},
        {"x": -0.1},
        {"x": 0.9},
        {"width": 0},
        {"height": None},
        {"y": "NaN"},
        {"y": True},
        {"width": 1e400},
    ],
)
def test_a_place_that_is_none_is_left_out(wrong: dict[str, Any]) -> None:
    (field,) = wire.parse_card(answer(rx_bin=score("610279") | {"place": PLACE | wrong})).fields
    assert (field.value, field.place) == ("610279", None)


@pytest.mark.parametrize("place", [None, [], "front", {}, 7])
def test_a_place_that_is_no_object_is_left_out(place: Any) -> None:
    assert wire.parse_card(answer(rx_bin=score("610279") | {"place": place})).fields[0].place is None


def test_it_reads_what_text_and_barcode_say() -> None:
    both = {"text": score("128845632", "0.81", "0.9"), "barcode": score("128845682")}
    (field,) = wire.parse_card(answer(member_number=score("128845682") | {"sources": both})).fields
    assert (field.text, field.barcode) == (
        wire.Source("128845632", Decimal("0.81")),
        wire.Source("128845682", Decimal("0.99")),
    )


@pytest.mark.parametrize("both", [None, {}, {"text": score("1")}, {"text": score("1"), "barcode": {"value": ""}}, []])
def test_one_source_alone_is_no_comparison(both: Any) -> None:
    (field,) = wire.parse_card(answer(member_number=score("128845682") | {"sources": both})).fields
    assert (field.text, field.barcode) == (None, None)
