"""A card over the API: photos, reading, fields, confirming. Field names are the vendor's; see docs/intake.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.access import clinic_api
from clinic.models import Role
from core import audit
from core.api import Problem

from . import fields
from . import serializers as shapes
from .access import cards_for, get_card, get_patient
from .api import READERS, decision_missing, only_desk, payer_of, placing_of, read_input
from .asker import Asker
from .coverage_shapes import CoverageOut
from .images import MAX_BYTES, PhotoRefused
from .models import CardImage, CardMovedOn, CardScan, Coverage
from .services import cards, coverage, flags, holds, review


@contextmanager
def _in_words(card: CardScan) -> Iterator[None]:
    """Turn what the services refuse into problem documents."""
    try:
        yield
    except PhotoRefused as refused:
        raise Problem(400, "The photo cannot be used", str(refused)) from None
    except cards.FrontMissing:
        raise Problem(409, "The front is missing", "Send a photo of the front first.") from None
    except cards.PhotoDoubtful:
        detail = "Send a better photo, or start with use_doubtful_photos. `doubtful` says what is the matter."
        raise Problem(409, "A photo may be hard to read", detail) from None
    except CardMovedOn:
        raise Problem(409, "Not now", "The card is not in a state for this.", status_now=card.status) from None
    except holds.Held as held:
        raise Problem(409, "Under legal hold", str(held)) from None
    except review.FieldRefused as refused:
        raise Problem(400, "A value cannot be kept", str(refused)) from None
    except review.NotReady as not_ready:
        raise Problem(409, "Not ready to confirm", "Some fields need a look.", errors=not_ready.problems) from None
    except review.UndoTooLate:
        raise Problem(409, "Too late to undo", "The coverage made of it was changed or replaced since.") from None
    except coverage.DecisionMissing:
        raise decision_missing(card.patient) from None


def _shown(request: Request, card: CardScan, status: int = 200) -> Response:
    asker = Asker(request)
    return Response(shapes.CardOut(get_card(asker.clinic, card.code)).data, status=status)


@extend_schema(request=shapes.CardIn, responses={201: shapes.CardOut})
@clinic_api(Role.FRONT_DESK)
@api_view(["POST"])
def card_list(request: Request) -> Response:
    """Begin a card for a patient; photos come next."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, read_input(shapes.CardIn, request.data)["patient"])
    card = cards.new_card(patient=patient, clinic=asker.clinic, by=asker.user)
    return _shown(request, card, status=201)


@extend_schema(methods=["GET"], responses=shapes.CardOut)
@extend_schema(methods=["DELETE"], responses={204: OpenApiResponse(description="Deleted here; CardScan is told.")})
@clinic_api(*READERS)
@api_view(["GET", "DELETE"])
def card_detail(request: Request, code: UUID) -> Response:
    """Return the card with its fields, or delete it here and at CardScan."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    if request.method == "DELETE":
        only_desk(request)
        with _in_words(card):
            cards.delete_card(card, by=asker.user, now=timezone.now())
        return Response(status=204)
    audit.record(asker.user, "intake.card.viewed", card, clinic=asker.clinic)
    return _shown(request, card)


@extend_schema(request={"multipart/form-data": shapes.PhotoIn}, responses={201: shapes.CardOut})
@clinic_api(Role.FRONT_DESK)
@api_view(["POST"])
@parser_classes([MultiPartParser])
def card_images(request: Request, code: UUID) -> Response:
    """Keep the photo of one side; a refused one leaves everything as it was."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    sent = read_input(shapes.PhotoIn, request.data)
    with _in_words(card):
        cards.put_photo(card, sent["side"].upper(), sent["file"].read(MAX_BYTES + 1), by=asker.user)
    return _shown(request, card, status=201)


@extend_schema(request=shapes.StartIn, responses={202: shapes.CardOut})
@clinic_api(Role.FRONT_DESK)
@api_view(["POST"])
def card_start(request: Request, code: UUID) -> Response:
    """Send the photos to be read; ask for the card until its status is REVIEW or FAILED."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    sent = read_input(shapes.StartIn, request.data)
    with _in_words(card):
        if sent["use_doubtful_photos"]:
            for side in CardImage.Side.values:
                cards.use_anyway(card, side, by=asker.user)
        cards.start_reading(card, by=asker.user, now=timezone.now())
    return _shown(request, card, status=202)


@extend_schema(request=None, responses=shapes.CardOut)
@clinic_api(Role.FRONT_DESK)
@api_view(["POST"])
def card_by_hand(request: Request, code: UUID) -> Response:
    """Stop waiting for the reader; the fields are typed by a person."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    with _in_words(card):
        cards.type_by_hand(card, by=asker.user, now=timezone.now())
    return _shown(request, card)


@extend_schema(request=shapes.FieldsPatch, responses=shapes.CardOut)
@clinic_api(Role.FRONT_DESK)
@api_view(["PATCH"])
def card_fields(request: Request, code: UUID) -> Response:
    """Accept or correct fields, and choose the payer when the card's own was not recognised."""
    asker = Asker(request)
    card, sent = get_card(asker.clinic, code), read_input(shapes.FieldsPatch, request.data)
    values, version = _values(card, sent["fields"], sent["accept"]), sent.get("version")
    with _in_words(card):
        if values:
            review.review_fields(card, values, by=asker.user, version=version, now=timezone.now())
        if sent.get("payer"):
            version = card.version if values else version
            review.choose_payer(card, payer_of(sent["payer"]), by=asker.user, version=version, now=timezone.now())
    return _shown(request, card)


def _values(card: CardScan, typed: dict[str, Any], accepted: list[str]) -> dict[tuple[str, int], str]:
    """Return reviewed values by name and position. Raises Problem for a name no card has."""
    read = {(row.name, row.position): row.current_value for row in card.fields.all()}
    known = {name for name, _ in read} | set(fields.KINDS)
    unknown = sorted({*typed, *accepted} - known)
    if unknown:
        raise Problem(400, "Some values are not right", errors={name: ["No card has this field."] for name in unknown})
    values = {key: value for key, value in read.items() if key[0] in accepted}
    for name, value in typed.items():
        entries = _entries(name, value)
        values |= {(name, position): _plain(name, entry) for position, entry in enumerate(entries)}
    return values


def _entries(name: str, value: Any) -> list[Any]:
    """Return the values sent for a field: a list only where a card may print several. Raises Problem."""
    if not isinstance(value, list):
        return [value]
    if name not in fields.SEVERAL:
        raise Problem(400, "Some values are not right", errors={name: ["Send one value, not a list."]})
    if len(value) > fields.MOST_ENTRIES:
        sentence = f"Send at most {fields.MOST_ENTRIES} of these."
        raise Problem(400, "Some values are not right", errors={name: [sentence]})
    return value


def _plain(name: str, entry: Any) -> str:
    """Return a value sent as text or as {"value": text}. Raises Problem for anything else."""
    value = entry.get("value") if isinstance(entry, dict) else entry
    if not isinstance(value, str):
        raise Problem(400, "Some values are not right", errors={name: ["Send the value as text."]})
    return value


@extend_schema(request=shapes.ConfirmIn, responses=shapes.CardOut)
@clinic_api(Role.FRONT_DESK)
@api_view(["POST"])
def card_confirm(request: Request, code: UUID) -> Response:
    """Make the card the patient's coverage. `relationship` may be left out when the card names the patient."""
    asker = Asker(request)
    card, values = get_card(asker.clinic, code), read_input(shapes.ConfirmIn, request.data)
    name = review.name_on_card(card)
    relationship = values.get("relationship") or name.relationship
    if not relationship:
        raise Problem(409, "Whose coverage is it", name.sentence, errors={"relationship": ["Say what the patient is."]})
    subscriber = review.Subscriber(
        relationship,
        values["subscriber_first_name"],
        values["subscriber_last_name"],
        values["subscriber_birth_date"],
    )
    with _in_words(card):
        review.confirm_card(
            card,
            by=asker.user,
            version=values.get("version"),
            subscriber=subscriber,
            placing=placing_of(card.patient, values),
            now=timezone.now(),
        )
    return _confirmed(request, card)


def _confirmed(request: Request, card: CardScan) -> Response:
    """Return the card together with the coverage made of it."""
    made = card.coverages.exclude(status=Coverage.Status.REMOVED).select_related("patient", "payer", "card").first()
    answer = _shown(request, card)
    answer.data = {**answer.data, "coverage_made": CoverageOut(made).data if made else None}
    return answer


@extend_schema(request=None, responses=shapes.CardOut)
@clinic_api(Role.FRONT_DESK)
@api_view(["POST"])
def card_undo(request: Request, code: UUID) -> Response:
    """Take the confirmation back: the card is in review again, and what it replaced is in use again."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    with _in_words(card):
        review.undo_confirm(card, by=asker.user, version=None)
    return _shown(request, card)


@extend_schema(methods=["GET"], responses=shapes.FlagOut(many=True))
@extend_schema(
    methods=["POST"],
    request=shapes.FlagIn,
    responses={201: shapes.FlagOut, 409: OpenApiResponse(description="CardScan has no reading of this card.")},
)
@clinic_api(*READERS)
@api_view(["GET", "POST"])
def card_flags(request: Request, code: UUID) -> Response:
    """List what was told to CardScan about the reading, newest first, or tell it; `fate` says what became of it."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    if request.method == "GET":
        audit.record(asker.user, "intake.card.viewed", card, clinic=asker.clinic)
        return Response(shapes.FlagOut(card.flags.all(), many=True).data)
    only_desk(request)
    sent = read_input(shapes.FlagIn, request.data)
    with _in_words(card):
        flag = flags.flag_card(card, sent["kind"], sent["message"], by=asker.user)
    return Response(shapes.FlagOut(flag).data, status=201)


@extend_schema(responses=shapes.CardOut(many=True))
@clinic_api(*READERS)
@api_view(["GET"])
def card_earlier(request: Request, code: UUID) -> Response:
    """List the readings that this card was photographed instead of, the newest first."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    numbers = [row.pk for row in cards.earlier_of(card)]
    rows = sorted(cards_for(asker.clinic).filter(pk__in=numbers), key=lambda row: numbers.index(row.pk))
    audit.record(asker.user, "intake.card.viewed", card, clinic=asker.clinic, earlier=len(rows))
    return Response(shapes.CardOut(rows, many=True).data)
