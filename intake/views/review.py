"""Checking a card beside its photo: fields, payer, confirm, undo, another patient."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import audit, commands
from core.models import EditedMeanwhile

from .. import fields
from ..access import get_card, get_patient
from ..forms import OnFileForm, SubscriberForm
from ..models import CardMovedOn, CardScan, Coverage
from ..services import cards, coverage, finding, holds, readings, review, same_card
from ..services.payers import NAMELESS, names_a_payer, payer_from_choice
from .cards import MOVED_ON
from .common import Asker, is_fragment, reads, said, version_of, writes
from .flags import flags_of
from .lines import PAYER, Line, also_on, lines_of

SOMEBODY_ELSE = (
    "Somebody else worked on this card while you had it open. Their values are shown now. "
    "Yours was not saved; look at the field and accept or correct it again."
)
NO_VALUE = "The value of this line did not arrive, so nothing was changed. Accept or correct it again."


def _summary(card: CardScan, lines: list[Line]) -> dict[str, object]:
    """Return what stands under the lines and changes with each of them."""
    left = [line for line in lines if line.is_left]
    total = len(left) + sum(line.is_done and bool(line.value) for line in lines)
    return {"card": card, "left": len(left), "total": total, "name": review.name_on_card(card)}


@require_safe
@reads
def card_page(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show the card as it stands: progress, review, why it failed, or what was made of it."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    if card.status == CardScan.Status.DRAFT and asker.may_write:
        return redirect("card-capture", card.code)
    audit.record(asker.user, "intake.card.viewed", card, clinic=asker.clinic)
    return _page(request, card)


def _page(
    request: HttpRequest,
    card: CardScan,
    *,
    subscriber: SubscriberForm | None = None,
    on_file: OnFileForm | None = None,
    sentence: str = "",
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = lines_of(card)
    made = card.coverages.exclude(status=Coverage.Status.REMOVED).select_related("payer").first()
    current = coverage.current_coverages(card.patient)
    context = {
        **_summary(card, lines),
        "lines": lines,
        "images": list(card.images.all()),
        "coverage": made,
        "on_file": current,
        "comparison": same_card.compare(card, current) if card.status == CardScan.Status.REVIEW else None,
        "subscriber_form": subscriber or _subscriber_form(card),
        "on_file_form": on_file or OnFileForm(current, initial={"on_file": _likely(card, current)}),
        "sentence": sentence,
        "to_check": _to_check(lines, problems or {}),
        "may_write": Asker(request).may_write,
        "may_turn_back": Asker(request).may_write and card.status == CardScan.Status.REVIEW,
        "readings": _readings(request, card),
        **flags_of(card),
        "held": holds.is_held(card.patient_id),
        **_also(card),
    }
    return render(request, "intake/card.html", context, status=status)


def _readings(request: HttpRequest, card: CardScan) -> list[readings.Reading]:
    """Return the other readings of a card; that they were looked at is kept."""
    asker, found = Asker(request), readings.others_of(card)
    for reading in found:
        audit.record(asker.user, "intake.card.viewed", reading.card, clinic=asker.clinic)
    return found


def _also(card: CardScan) -> dict[str, object]:
    """Return what else is printed on the card, and whether more of it may still come."""
    return {"also": also_on(card.extras.all()), "also_waits": commands.open_for(cards.ENRICH, card) is not None}


@require_safe
@reads
def also(request: HttpRequest, code: UUID) -> HttpResponse:
    """Answer the page that waits for what else is printed on the card."""
    card = get_card(Asker(request).clinic, code)
    return render(request, "intake/_also.html", {"card": card, **_also(card)})


def _to_check(lines: list[Line], problems: dict[str, str]) -> list[Line]:
    """Return the lines that keep the card from being confirmed; one that is empty gets its sentence beside it."""
    stopped = {PAYER if name == review.PAYER_LINE else name: sentence for name, sentence in problems.items()}
    for line in lines:
        line.error = "" if line.value else stopped.get(line.name, "")
    return [line for line in lines if problems and (line.is_left or line.error)]


def _subscriber_form(card: CardScan) -> SubscriberForm:
    """Return the form with what the card suggests; nothing is chosen when the names do not fit."""
    name = review.name_on_card(card)
    known = same_card.compare(card, coverage.current_coverages(card.patient))
    if known:  # what the patient is to this subscriber was said when the coverage was made
        return SubscriberForm(initial={field: getattr(known.coverage, field) for field in SubscriberForm.base_fields})
    initial = {
        "relationship": name.relationship,
        "subscriber_first_name": name.first_name,
        "subscriber_last_name": name.last_name,
    }
    return SubscriberForm(initial=initial)


def _likely(card: CardScan, current: list[Coverage]) -> str:
    """Return the likely choice: leave what is on file when the card says the same, else no choice."""
    known = same_card.compare(card, current)
    return coverage.OnFile.LEAVE if known and not known.changes else ""


@require_POST
@writes
def review_field(request: HttpRequest, code: UUID) -> HttpResponse:
    """Accept or correct one line; `accept` names it, its value comes with the form.

    `take` names the line after the source whose value is to be taken: "barcode:member_number:0".
    """
    asker = Asker(request)
    card, take = get_card(asker.clinic, code), request.POST.get("take", "")
    key = take.partition(":")[2] or request.POST.get("accept", "")
    try:
        values = _of_source(card, *take.split(":")) if take else _values(card, request.POST, key)
        review.review_fields(card, values, by=asker.user, version=version_of(request), now=timezone.now())
    except review.FieldRefused as refused:
        return _line_answer(request, card, key, str(refused))
    except EditedMeanwhile:
        return _changed(request, get_card(asker.clinic, code), key)
    except CardMovedOn:
        return _refresh(request, card)
    return _line_answer(request, card, key)


def _of_source(card: CardScan, source: str, *key: str) -> dict[tuple[str, int], str]:
    """Return a line's value as text or barcode say it. Raises Http404 for a line that has no two sources."""
    for row in card.fields.all():
        if (row.name, str(row.position)) == key and row.sources and source in row.sources:
            return {(row.name, row.position): str(row.sources[source]["value"])}
    raise Http404


def _values(card: CardScan, posted: QueryDict, key: str) -> dict[tuple[str, int], str]:
    """Return the reviewed values of a line; accepting the payer accepts both fields as they are.

    Raises Http404 for a line that is none, FieldRefused when the value did not come with it.
    """
    if key == f"{PAYER}:0":
        rows = card.fields.filter(name__in=fields.PAYER_FIELDS)
        return {(row.name, row.position): row.current_value for row in rows if row.value or row.is_reviewed}
    known = {f"{row.name}:{row.position}": (row.name, row.position) for row in card.fields.all()}
    if key not in known:
        raise Http404
    value = posted.get(f"value:{key}")
    if value is None:
        raise review.FieldRefused(NO_VALUE)
    return {known[key]: value}


def _line_answer(request: HttpRequest, card: CardScan, key: str, error: str = "") -> HttpResponse:
    """Send the line back with the summary; without htmx the whole page."""
    card = get_card(Asker(request).clinic, card.code)
    if not is_fragment(request):
        return _page(request, card, sentence=error, status=400) if error else redirect("card-review", card.code)
    lines = lines_of(card)
    line = next(line for line in lines if line.key == key)
    if error:
        line.value, line.error = request.POST.get(f"value:{key}", line.value), error
    context = {**_summary(card, lines), "line": line, "is_answer": True, "may_write": True}
    return render(request, "intake/_review_answer.html", context)


def _changed(request: HttpRequest, card: CardScan, key: str = "") -> HttpResponse:
    """Somebody else was faster: show all lines as they are now, and keep what was typed in its line."""
    if not is_fragment(request):
        return _page(request, card, sentence=SOMEBODY_ELSE, status=409)
    lines = lines_of(card)
    for line in lines:
        if line.key == key and f"value:{key}" in request.POST:
            typed = request.POST[f"value:{key}"]
            line.error = f"You typed “{typed}”; it is not saved." if typed != line.value else ""
    context = {**_summary(card, lines), "lines": lines, "sentence": SOMEBODY_ELSE, "may_write": True}
    response = render(request, "intake/_review_fields.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#review-fields", "outerHTML"
    return response


def _refresh(request: HttpRequest, card: CardScan) -> HttpResponse:
    messages.warning(request, MOVED_ON)
    if not is_fragment(request):
        return redirect("card-review", card.code)
    response = HttpResponse()
    response["HX-Refresh"] = "true"
    return response


@require_POST
@writes
def accept_agreeing(request: HttpRequest, code: UUID) -> HttpResponse:
    """Accept every line that was read as the coverage on file has it; what differs stays to be looked at."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    known = same_card.compare(card, coverage.current_coverages(card.patient))
    read = {(row.name, row.position): row.value for row in card.fields.all()}
    values = {key: read[key] for key in known.agree} if known else {}
    try:
        review.review_fields(card, values, by=asker.user, version=version_of(request), now=timezone.now())
    except EditedMeanwhile:
        return _page(request, get_card(asker.clinic, code), sentence=SOMEBODY_ELSE, status=409)
    except CardMovedOn:
        messages.warning(request, MOVED_ON)
    return redirect("card-review", card.code)


@require_POST
@writes
def choose_payer(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let a person say who pays."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    edi_payer_id, name = request.POST.get("edi_payer_id", "")[:40], request.POST.get("payer_name", "")[:120]
    if not (edi_payer_id.strip() or name.strip()):
        return _line_answer(request, card, f"{PAYER}:0", "Choose a payer from the list, or type its name.")
    if not (names_a_payer(edi_payer_id, name) and fields.is_keepable(edi_payer_id + name)):
        return _line_answer(request, card, f"{PAYER}:0", NAMELESS)
    try:
        payer = payer_from_choice(edi_payer_id, name)
        review.choose_payer(card, payer, by=asker.user, version=version_of(request), now=timezone.now())
    except EditedMeanwhile:
        return _changed(request, get_card(asker.clinic, code))
    except CardMovedOn:
        return _refresh(request, card)
    return _line_answer(request, card, f"{PAYER}:0")


@require_POST
@writes
def confirm(request: HttpRequest, code: UUID) -> HttpResponse:
    """Make the card the patient's coverage."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    subscriber = SubscriberForm(request.POST)
    on_file = OnFileForm(coverage.current_coverages(card.patient), request.POST)
    if not (subscriber.is_valid() & on_file.is_valid()):
        return _page(request, card, subscriber=subscriber, on_file=on_file, status=400)
    try:
        review.confirm_card(
            card,
            by=asker.user,
            version=version_of(request),
            subscriber=subscriber.subscriber(),
            placing=on_file.placing(),
            now=timezone.now(),
        )
    except review.NotReady as not_ready:
        return _page(request, card, subscriber=subscriber, on_file=on_file, problems=not_ready.problems, status=400)
    except (EditedMeanwhile, coverage.DecisionMissing):
        fresh = get_card(asker.clinic, code)
        return _page(request, fresh, subscriber=subscriber, sentence=SOMEBODY_ELSE, status=409)
    except CardMovedOn:
        messages.warning(request, MOVED_ON)
    return redirect("card-review", card.code)


@require_POST
@writes
def undo(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take a confirmation back."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        review.undo_confirm(card, by=asker.user, version=version_of(request))
    except review.UndoTooLate:
        sentence = (
            "The coverage made of this card was changed or replaced since. Edit or remove it on the patient's record."
        )
        return said(request, sentence, "card-review", card.code, level=messages.WARNING)
    except (CardMovedOn, EditedMeanwhile):
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return said(request, "The card is back in review, and its coverage is taken out.", "card-review", card.code)


@writes
def move(request: HttpRequest, code: UUID) -> HttpResponse:
    """Give the card to another patient: search, then choose."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    if request.method == "POST" and request.POST.get("patient"):
        return _move_to(request, asker, card)
    text = request.POST.get("q", "").strip()[:100]
    found = finding.find_patients(asker.clinic, text, today=asker.clinic.today(timezone.now())).patients
    context = {"card": card, "q": text, "found": [row for row in found if row.pk != card.patient_id]}
    return render(request, "intake/card_move.html", context)


def _move_to(request: HttpRequest, asker: Asker, card: CardScan) -> HttpResponse:
    try:
        patient = get_patient(asker.clinic, UUID(request.POST["patient"]))
    except ValueError:
        raise Http404 from None
    try:
        cards.move_to_patient(card, patient, by=asker.user, version=version_of(request))
    except (CardMovedOn, EditedMeanwhile):
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return said(request, "The card now belongs to the patient you chose.", "card-review", card.code)
