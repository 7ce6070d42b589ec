"""The vendor's own Python client, unmodified, pointed at the sandbox (docs/vendors/cardscan.md)."""

from __future__ import annotations

import datetime
from pathlib import Path

from cardscan_client import ApiClient, CardScanApi, Configuration
from cardscan_client.models import (
    create_eligibility_request,
    eligibility_api_response,
    eligibility_info,
    eligibility_summarized_response,
    list_eligibility200_response,
    plan_details,
    provider_dto,
    subscriber_dto,
)
from PIL import Image

from sandbox.cardscan.demo_card import DemoCard, draw_back, draw_front
from tests.sandbox.cardscan_vendor import KEY
from tests.sandbox.described import DescribedPool
from tests.sandbox_process import SandboxProcess

CARD = DemoCard()


def rebuild_models() -> None:
    """Make the models of cardscan-client 0.12.0 whole, which name `date` without importing it."""
    plan_details.date = datetime.date
    for model in (
        plan_details.PlanDetails,
        eligibility_summarized_response.EligibilitySummarizedResponse,
        eligibility_api_response.EligibilityApiResponse,
        list_eligibility200_response.ListEligibility200Response,
    ):
        model.model_rebuild(force=True)


def client(sandbox: SandboxProcess, token: str = KEY) -> CardScanApi:
    """Return the vendor's client; nothing but its addresses is told to it."""
    configuration = Configuration(
        host=f"{sandbox.url}/cardscan/v1",
        access_token=token,
        websocket_url=f"{sandbox.url.replace('http', 'ws', 1)}/cardscan/ws",
    )
    told = ApiClient(configuration=configuration)
    told.rest_client.pool_manager = DescribedPool(**told.rest_client.pool_manager.connection_pool_kw)
    return CardScanApi(api_client=told)


def draw_sides(folder: Path) -> tuple[str, str]:
    """Draw the sample card, lying on a table, and return the files of its front and back."""
    files = []
    for name, side in (("front", draw_front(CARD)), ("back", draw_back(CARD))):
        table = Image.new("RGB", (side.width + 228, side.height + 222), "#5b4636")
        table.paste(side, (114, 111))
        files.append(folder / f"{name}.jpg")
        table.save(files[-1], "JPEG", quality=92)
    return str(files[0]), str(files[1])


def question(
    card_id: str, first_name: str = "Emily", last_name: str = "Dickinson"
) -> create_eligibility_request.CreateEligibilityRequest:
    """Return a request to check a card's member."""
    provider = provider_dto.ProviderDto(npi="1952535221", organization_name="Riverside Clinic")
    subscriber = subscriber_dto.SubscriberDto(first_name=first_name, last_name=last_name, date_of_birth="19870415")
    info = eligibility_info.EligibilityInfo(provider=provider, subscriber=subscriber)
    return create_eligibility_request.CreateEligibilityRequest(eligibility=info, card_id=card_id)
