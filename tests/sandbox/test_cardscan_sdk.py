"""The vendor's own client `cardscan-client` 0.12.0 is the judge of the sandbox's CardScan."""

import datetime
import re
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from cardscan_client import CardScanApi
from cardscan_client.exceptions import (
    ApiException,
    BadRequestException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)
from cardscan_client.models import CreateCardRequest, GenerateCardUploadUrlRequest, ScanMetadata, ScanOrientation
from cardscan_client.models.eligibility_summarized_response import EligibilitySummarizedResponse

from sandbox.cardscan.eligibility import services
from tests import own_loop
from tests.sandbox.cardscan_sdk import CARD, client, draw_sides, question, rebuild_models
from tests.sandbox.cardscan_vendor import FRONT, Vendor, landscape, picture
from tests.sandbox.described import spoilt
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

DISPLAYED = re.compile(r"\$\d+(\.\d\d)?|\d+(\.\d+)?%|0")


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The files of the sample card's front and back."""
    rebuild_models()
    return draw_sides(tmp_path_factory.mktemp("card"))


@pytest.fixture
def api(sandbox: SandboxProcess, sides: tuple[str, str]) -> CardScanApi:
    """The client, with payers that answer at once."""
    sandbox.switch("cardscan", "eligibility_seconds", 0)
    return client(sandbox)


@pytest.fixture
def scanned(api: CardScanApi, tmp_path: Path) -> str:
    """The id of a card that was scanned, one with few words."""
    front = tmp_path / "front.jpg"
    front.write_bytes(picture(*FRONT))
    return api.full_scan(str(front)).card_id


def test_it_is_the_published_client() -> None:
    assert version("cardscan-client") == "0.12.0"


# Scanning


def test_a_front_is_scanned(api: CardScanApi, sides: tuple[str, str]) -> None:
    card = api.full_scan(sides[0], timeout=60)
    assert (card.state, card.deleted, card.error) == ("completed", False, None)
    assert (card.details.member_number.value, card.details.group_number.value) == (
        CARD.member_number,
        CARD.group_number,
    )
    assert all(0 <= Decimal(score) <= 1 for score in card.details.member_number.scores)
    assert card.images.front.url
    assert card.images.back is None
    assert card.payer_match.message == "Payer Match is not enabled for this account"


def test_both_sides_are_scanned(sandbox: SandboxProcess, api: CardScanApi, sides: tuple[str, str]) -> None:
    sandbox.switch("cardscan", "payer_match", True)
    card = api.full_scan(*sides, timeout=60)
    assert card.details.rx_bin.value == CARD.rx_bin
    assert card.images.back.url
    match = card.payer_match
    assert match.cardscan_payer_id.startswith("pay_")
    assert {(one.payer_id, one.transaction_type) for one in match.matches} == {
        (CARD.payer_id, "professional"),
        (CARD.payer_id, "institutional"),
    }
    sandbox.call("POST", "clock", {"advance_seconds": 9})
    card = Vendor(sandbox).wait(card.card_id, "enriched")
    enriched = api.get_card_by_id(card["card_id"]).enriched_results
    assert enriched.processed_sides == "both"
    assert {one.service for one in enriched.copays_deductibles} >= {"office_visit", "urgent_care"}


@pytest.mark.parametrize("count", [1, 2])
def test_it_is_scanned_asynchronously(api: CardScanApi, sides: tuple[str, str], count: int) -> None:
    card = own_loop.run(api.full_scan_async(*sides[:count], timeout=60))
    assert (card.state, card.details.member_number.value) == ("completed", CARD.member_number)


@pytest.mark.parametrize("count", [1, 2])
def test_a_bad_photo_is_refused(api: CardScanApi, sides: tuple[str, str], tmp_path: Path, count: int) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(landscape())
    with pytest.raises(Exception, match="Process failed: Rejecting scan for invalid card"):
        api.full_scan(str(bad), *sides[1:count], timeout=60)
    assert api.list_cards().cards[0].error.code == "UKN"


def test_a_bad_back_is_refused(api: CardScanApi, sides: tuple[str, str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff no picture")
    with pytest.raises(Exception, match="Process failed: Rejecting scan for invalid card"):
        api.full_scan(sides[0], str(bad), timeout=60)
    assert api.list_cards().cards[0].state == "backside_failed"


# Cards


def test_cards_are_listed_by_pages(api: CardScanApi) -> None:
    made = [api.create_card(CreateCardRequest(enable_backside_scan=True)).card_id for _ in range(3)]
    first = api.list_cards(limit=2)
    rest = api.list_cards(limit=2, cursor=first.response_metadata.next_cursor)
    assert [card.card_id for card in first.cards + rest.cards] == made[::-1]
    assert (first.response_metadata.total, rest.response_metadata.next_cursor) == (3, None)


def test_cards_are_searched_and_deleted(api: CardScanApi, scanned: str) -> None:
    assert [card.card_id for card in api.search_cards("dickinson").cards] == [scanned]
    assert api.delete_card_by_id_with_http_info(scanned).status_code == 204
    assert api.search_cards("dickinson").cards == []
    card = api.get_card_by_id(scanned)
    assert (card.deleted, card.details, card.images) == (True, None, None)
    with pytest.raises(NotFoundException):
        api.delete_card_by_id(scanned)


def test_it_takes_what_the_client_tells(api: CardScanApi) -> None:
    card = api.create_card()
    metadata = ScanMetadata(captureType="manual", package_name="tests", package_version="1")
    wish = GenerateCardUploadUrlRequest(orientation=ScanOrientation.FRONT, metadata=metadata)
    issued = api.generate_card_upload_url(card.card_id, 600, wish)
    api.set_scan_metadata(issued.scan_id, {"blur": 0.5})
    assert api.card_performance(card.card_id, {"ms": 12}).message
    assert api.get_card_by_id(api.generate_upload_url(600).card_id).state == "pending"


# Who may ask


def test_a_session_sees_its_own_cards_alone(sandbox: SandboxProcess, api: CardScanApi, sides: tuple[str, str]) -> None:
    token = api.get_access_token("user-1")
    user, stranger = client(sandbox, token.token), client(sandbox, api.get_access_token("user-2").token)
    card = user.full_scan(sides[0])
    assert [one.card_id for one in user.list_cards().cards] == [card.card_id]
    assert stranger.list_cards().cards == []
    with pytest.raises(ForbiddenException):
        stranger.get_card_by_id(card.card_id)
    with pytest.raises(ForbiddenException):
        user.get_access_token("user-3")
    again = client(sandbox, api.get_access_token("user-1").token)
    assert again.get_card_by_id(card.card_id).card_id == card.card_id
    check = user.check_eligibility(question(card.card_id, "June", "Ashworth"))
    assert [one.eligibility_id for one in again.list_eligibility().eligibility_requests] == [check.eligibility_id]
    assert stranger.list_eligibility().eligibility_requests == []
    with pytest.raises(NotFoundException):
        stranger.get_eligibility_by_id(check.eligibility_id)


def test_keys_are_looked_at(sandbox: SandboxProcess, api: CardScanApi) -> None:
    with pytest.raises(ForbiddenException, match="API Key is not registered"):
        client(sandbox, "sk_test_cardscan_ai_other").list_cards()
    user = client(sandbox, api.get_access_token().token)
    sandbox.call("POST", "clock", {"advance_seconds": 3601})
    with pytest.raises(UnauthorizedException):
        user.list_cards()


def test_a_telephone_goes_on_with_a_scan(sandbox: SandboxProcess, api: CardScanApi, sides: tuple[str, str]) -> None:
    token = api.get_access_token("user-1")
    desktop = client(sandbox, token.token)
    link = desktop.generate_magic_link()
    assert link.token in link.magic_link
    validated = api.validate_magic_link(link.token)
    assert validated.identity_id == token.identity_id
    telephone = client(sandbox, validated.token)
    card = telephone.full_scan(sides[0])
    assert desktop.get_card_by_id(card.card_id).details.member_number.value == CARD.member_number
    for forbidden in (telephone.list_cards, telephone.generate_magic_link, telephone.get_access_token):
        with pytest.raises(ForbiddenException):
            forbidden()
    with pytest.raises(ForbiddenException):
        telephone.get_card_by_id(client(sandbox, api.get_access_token("user-1").token).create_card().card_id)
    sandbox.call("POST", "clock", {"advance_seconds": 3601})
    with pytest.raises(ApiException) as over:
        api.validate_magic_link(link.token)
    assert over.value.status == 410
    with pytest.raises(NotFoundException):
        api.validate_magic_link("nobody's")
    with pytest.raises(BadRequestException):
        api.validate_magic_link("")


# Too many requests


@spoilt()
def test_a_question_is_asked_again_and_an_order_is_not(sandbox: SandboxProcess, api: CardScanApi) -> None:
    sandbox.fault("cardscan", "list", "429", times=3, retry_after=0)
    assert api.list_cards().cards == []
    assert sandbox.call("GET", "faults")["faults"] == []
    sandbox.fault("cardscan", "create", "429", times=2, retry_after=0)
    with pytest.raises(ApiException) as refused:
        api.create_card()
    assert refused.value.status == 429
    assert sandbox.call("GET", "faults")["faults"][0]["times"] == 1
    assert api.list_cards().response_metadata.total == 0


@spoilt()
def test_a_question_is_not_asked_for_ever(sandbox: SandboxProcess, api: CardScanApi) -> None:
    sandbox.fault("cardscan", "list", "429", times=None, retry_after=0)
    with pytest.raises(ApiException):
        api.list_cards()


# Eligibility


def test_the_payer_of_a_card_is_asked(api: CardScanApi, sides: tuple[str, str]) -> None:
    card_id = api.full_scan(sides[0]).card_id
    check = api.check_eligibility(question(card_id, "June", "Ashworth"), timeout=30)
    assert (check.state, check.card_id, check.error) == ("completed", card_id, None)
    assert check.eligibility_request.subscriber.member_id == CARD.member_number
    assert check.eligibility_request.trading_partner_service_id == CARD.payer_id
    assert re.fullmatch(r"\d{9}", check.eligibility_request.control_number)
    summary = check.eligibility_summarized_response
    assert summary.plan_details.plan_active is True
    assert isinstance(summary.plan_details.plan_start_date, datetime.date)
    assert (summary.subscriber_details.last_name, summary.subscriber_details.date_of_birth) == (
        "ASHWORTH",
        "1987-04-15",
    )
    assert summary.office_visit.co_payment_in_network.amount == "$25"
    assert summary.urgent_care.co_payment_in_network.amount == "$75"
    assert summary.office_visit.service_code == "98"
    raw = check.eligibility_response
    assert raw["plan_status"][0]["status_code"] == "1"
    assert raw["subscriber"]["member_id"] == CARD.member_number
    assert_displayed(summary.to_dict())


def assert_displayed(summary: dict[str, Any]) -> None:
    """Hold that every amount of a summary is written as the vendor displays it, and every key is one of its schema."""
    assert set(summary) <= set(EligibilitySummarizedResponse.model_fields)
    for service in (part for key, part in summary.items() if key not in ("errors", "plan_details")):
        for benefit in (one for one in service.values() if isinstance(one, dict)):
            amounts = [value for name, value in benefit.items() if name.endswith("amount") and value is not None]
            assert all(DISPLAYED.fullmatch(amount) for amount in amounts), amounts
    assert summary["coverage_summary"]["individual_deductible_in_network"]["total_amount"]


def test_every_service_has_a_key_of_the_vendor() -> None:
    known = set(EligibilitySummarizedResponse.model_fields)
    keys = set(services.keys().values())
    assert keys <= known
    nameless = {"substance_abuse_provider_inpatient", "substance_abuse_provider_outpatient"}
    parts = {"errors", "subscriber_details", "payer_details", "plan_details", "coverage_summary"}
    assert known - keys - parts == nameless


def test_the_payer_is_asked_asynchronously(api: CardScanApi, scanned: str) -> None:
    check = own_loop.run(api.check_eligibility_async(question(scanned), timeout=30))
    assert check.eligibility_summarized_response.plan_details.plan_active is True


def test_the_second_check_is_not_taken_for_the_first(api: CardScanApi, scanned: str) -> None:
    first, second = (api.check_eligibility(question(scanned)) for _ in range(2))
    assert first.eligibility_id != second.eligibility_id
    listed = api.list_eligibility(limit=1)
    assert [one.eligibility_id for one in listed.eligibility_requests] == [second.eligibility_id]
    rest = api.list_eligibility(limit=1, cursor=listed.response_metadata.next_cursor)
    assert [one.eligibility_id for one in rest.eligibility_requests] == [first.eligibility_id]


def test_what_a_payer_rejects_is_told(api: CardScanApi, scanned: str) -> None:
    check = api.check_eligibility(question(scanned, "Some", "Body"))
    (error,) = check.eligibility_summarized_response.errors
    assert (check.state, error.code) == ("completed", "73")
    assert error.followup_action and error.description
    assert check.eligibility_summarized_response.plan_details is None


def test_a_check_can_fail(sandbox: SandboxProcess, api: CardScanApi, scanned: str) -> None:
    sandbox.fault("cardscan", "payer", "error")
    with pytest.raises(Exception, match="Eligibility check failed"):
        api.check_eligibility(question(scanned))
    (check,) = api.list_eligibility().eligibility_requests
    assert (check.state, check.error.type) == ("error", "PayerUnavailable")


def test_a_card_must_be_read_first(api: CardScanApi) -> None:
    with pytest.raises(BadRequestException):
        api.create_eligibility(question(api.create_card().card_id))
    with pytest.raises(NotFoundException):
        api.create_eligibility(question("00000000-0000-4000-8000-000000000001"))


def test_a_deleted_card_takes_its_checks_along(api: CardScanApi, scanned: str) -> None:
    check = api.check_eligibility(question(scanned))
    api.delete_card_by_id(scanned)
    assert api.list_eligibility().eligibility_requests == []
    with pytest.raises(NotFoundException):
        api.get_eligibility_by_id(check.eligibility_id)
