"""An insurance card being read: its two photos, the fields found on it, and where the reading stands."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models

from core.models import Coded, Versioned
from core.sealed import SealedJSONField, SealedTextField

from ..images import CONCERNS, ON_SIDE
from .coverage import Payer
from .people import Patient

FOLDER = "cards"


class CardMovedOn(Exception):
    """The card is no longer in a state that allows this step."""


def image_path(image: CardImage | None, filename: str) -> str:
    """Return where a photo is kept: a random name that says nothing about the person."""
    return f"{FOLDER}/{uuid.uuid4().hex}.jpg"


class CardScan(Coded, Versioned):
    """One insurance card of one patient, from the first photo to the coverage made of it."""

    class Status(models.TextChoices):
        """Where the reading stands (the vendor's eleven states are mapped in vendors/cardscan/wire.py)."""

        DRAFT = "DRAFT", "Photos are being taken"
        QUEUED = "QUEUED", "Waiting to be sent"
        UPLOADING = "UPLOADING", "Being sent"
        PROCESSING = "PROCESSING", "Being read"
        REVIEW = "REVIEW", "Ready to check"
        CONFIRMED = "CONFIRMED", "Checked"
        FAILED = "FAILED", "Could not be read"
        RETAKEN = "RETAKEN", "Taken again"
        DISCARDED = "DISCARDED", "Deleted"

    class Match(models.TextChoices):
        """What the payer was recognised by."""

        PAYER_ID = "PAYER_ID", "matched by payer id"
        ALIAS = "ALIAS", "matched by a name learned earlier"
        NAME = "NAME", "matched by name"
        CARD = "CARD", "as printed on the card, new here"
        PERSON = "PERSON", "chosen by a person"

    class Outcome(models.TextChoices):
        """What confirming did with the coverage already on file."""

        ADDED = "ADDED", "added as primary coverage"
        REPLACED = "REPLACED", "replaced the coverage on file"
        SECONDARY = "SECONDARY", "added as secondary coverage"
        LEFT = "LEFT", "left the coverage on file as it is"

    WORKING: ClassVar[tuple[str, ...]] = (Status.QUEUED, Status.UPLOADING, Status.PROCESSING)

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cards")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    problem = models.CharField(max_length=300, blank=True, default="")
    retry_at = models.DateTimeField(null=True, blank=True)
    vendor_card_id = models.CharField(max_length=64, blank=True, default="")
    vendor_state = models.CharField(max_length=24, blank=True, default="")
    vendor_answer = SealedJSONField(null=True, default=None)
    has_back = models.BooleanField(default=False)
    # The reading that was not good enough, so that the card was taken again; and whether the two photos were read the
    # other way round once because nothing was found on the first.
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, related_name="later", null=True, blank=True)
    swapped = models.BooleanField(default=False)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    payer_match = models.CharField(max_length=8, choices=Match, blank=True, default="")
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True, default="")
    created_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest card of a patient is asked for most."""

        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["patient", "-created_at"], name="card_of_patient"),
            models.Index(fields=["vendor_card_id"], condition=~models.Q(vendor_card_id=""), name="card_at_vendor"),
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"CardScan #{self.pk}"

    @property
    def is_working(self) -> bool:
        """Return whether the vendor still has something to do."""
        return self.status in self.WORKING

    @property
    def photo_stamp(self) -> str:
        """Return what changes whenever a photo is added or replaced; it says nothing else."""
        return "-".join(image.stamp for image in self.images.all())

    @property
    def progress_stamp(self) -> str:
        """Return what changes whenever the page has something else to say of a card that is being read."""
        return f"{self.status}-{bool(self.problem):d}-{self.retry_at.timestamp() if self.retry_at else 0:.0f}"

    def move(self, to: str, *, allowed: tuple[str, ...], version: int | None = None, **fields: object) -> None:
        """Move the card from one of the `allowed` states to `to`, writing `fields` with it.

        Raises CardMovedOn when the card is in another state by now, core.models.EditedMeanwhile when
        `version` is given and somebody else changed the card.
        """
        if self.status not in allowed:
            raise CardMovedOn
        if version is not None:
            self.change(version, status=to, **fields)
        else:
            row = type(self).objects.filter(pk=self.pk, status__in=allowed)
            if not row.update(status=to, version=models.F("version") + 1, **fields):
                raise CardMovedOn
        self.refresh_from_db()


class JudgedPhoto(models.Model):
    """What was seen of a photo when it was cleaned."""

    class Concern(models.TextChoices):
        """What may keep a photo from being read well (images.CONCERNS says what to do)."""

        BLURRED = "BLURRED", "blurred"
        DARK = "DARK", "very dark"
        FEW_PIXELS = "FEW_PIXELS", "few pixels"
        GLARE = "GLARE", "glare on it"
        CUT_OFF = "CUT_OFF", "cut off"
        NOT_A_CARD = "NOT_A_CARD", "no card seen"

    # What may keep it from being read well.
    concern = models.CharField(max_length=10, choices=Concern, blank=True, default="")
    look = models.CharField(max_length=16, blank=True, default="", editable=False)
    # By how many quarters (clockwise) it was turned unasked, because its print stood so; 0 once a person turns it;
    # images.ON_SIDE when its print runs up or down and which way is for a person to say.
    turned = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def is_on_side(self) -> bool:
        """Return whether the photo lies on its side, which way is not known."""
        return self.turned == ON_SIDE

    @property
    def was_turned(self) -> bool:
        """Return whether it was turned upright unasked, because its print stood so."""
        return self.turned not in {0, ON_SIDE}

    @property
    def advice(self) -> str:
        """Return what to do about what is doubtful, "" when nothing is."""
        return CONCERNS.get(self.concern, "")


class CardImage(JudgedPhoto):
    """The cleaned photo of one side: upright, RGB JPEG without metadata. Nothing else of the upload is kept."""

    class Side(models.TextChoices):
        """Which side of the card."""

        FRONT = "FRONT", "Front"
        BACK = "BACK", "Back"

    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="images")
    side = models.CharField(max_length=5, choices=Side)
    file = models.FileField(upload_to=image_path, max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # Who at the desk said to use it although it is doubtful.
    overruled_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    # The keyed fingerprint of the content, which stays in the proof when the photo is deleted.
    proof = models.CharField(max_length=64, blank=True, default="", editable=False)
    # How often sending was begun; after an unclear first time the vendor is asked before the photo goes again.
    sends = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)  # when we saw that the vendor was done with it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One photo per side."""

        ordering: ClassVar = ["card_id", "-side"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["card", "side"], name="one_photo_per_side")]
        indexes: ClassVar = [
            models.Index(
                fields=["side", "-answered_at"],
                condition=models.Q(answered_at__isnull=False),
                name="photo_answered_newest",
            )
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"CardImage #{self.pk}"

    @property
    def stamp(self) -> str:
        """Return what tells this photo from another one of its side; it says nothing else."""
        return str(self.file.name)[-12:-4]

    @property
    def is_doubtful(self) -> bool:
        """Return whether somebody has to say that this photo is to be used."""
        return bool(self.concern) and self.overruled_by_id is None


class CardField(models.Model):
    """One value of a card: as it was read, and as a person accepted or corrected it.

    `name` is the vendor's ("member_number", "rx_bin"); `position` tells several values of one name apart
    (dependents). A field without scores was not found on the card.

    `place` is where it stands: side ("front", "back"), and x, y, w and h as fractions of the photo; None when the
    vendor does not say. `sources` has what text and barcode say, {"value", "score"} each, of a value that both say.
    """

    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="fields")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    value = SealedTextField(blank=True, default="")
    text_score = models.DecimalField(max_digits=6, decimal_places=5, null=True, blank=True)
    label_score = models.DecimalField(max_digits=6, decimal_places=5, null=True, blank=True)
    place = models.JSONField(null=True, default=None)
    sources = SealedJSONField(null=True, default=None)
    reviewed_value = SealedTextField(blank=True, default="")
    reviewed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    rule = models.CharField(max_length=100, blank=True, default="")  # the sentence of the rule that accepted it

    class Meta:
        """One row per name and position."""

        ordering: ClassVar = ["card_id", "name", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "name", "position"], name="one_row_per_card_field")
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"CardField #{self.pk}"

    @property
    def score(self) -> Decimal | None:
        """Return the lower of the vendor's two scores, 0 to 1; None when the field was not read."""
        scores = [score for score in (self.text_score, self.label_score) if score is not None]
        return min(scores) if scores else None

    @property
    def is_reviewed(self) -> bool:
        """Return whether a person accepted or corrected the value."""
        return self.reviewed_at is not None

    @property
    def current_value(self) -> str:
        """Return what is believed now: the reviewed value, else what was read."""
        return self.reviewed_value if self.is_reviewed else self.value

    @property
    def is_corrected(self) -> bool:
        """Return whether a person changed what was read."""
        return self.is_reviewed and self.reviewed_value != self.value


class CardExtra(models.Model):
    """What the vendor's second pass finds beside the fields: a phone number, an address, an amount. Never reviewed.

    `type` is the vendor's word (provider_services_phone, medical_claims_address, copay), `label` what the card calls
    it; of an amount `label` is the service.
    """

    class Kind(models.TextChoices):
        """What it is."""

        PHONE = "PHONE", "Phone"
        ADDRESS = "ADDRESS", "Address"
        AMOUNT = "AMOUNT", "Amount"

    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="extras")
    kind = models.CharField(max_length=7, choices=Kind)
    type = models.CharField(max_length=40)
    label = SealedTextField(blank=True, default="")
    value = SealedTextField()
    score = models.DecimalField(max_digits=6, decimal_places=5, null=True, blank=True)

    class Meta:
        """In the order in which the vendor lists them."""

        ordering: ClassVar = ["card_id", "pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"CardExtra #{self.pk}"
