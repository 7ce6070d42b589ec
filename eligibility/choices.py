"""The words that checks, benefits and captures are stored in."""

from django.db.models import TextChoices


class Channel(TextChoices):
    """How an answer was obtained; the benefits are the same rows whatever the channel."""

    CANDID = "CANDID", "Asked the payer"
    CARDSCAN = "CARDSCAN", "Asked through the card reader"
    MANUAL_CAPTURE = "MANUAL_CAPTURE", "Phone call"


class CheckStatus(TextChoices):
    """Where a check stands; WAITING means that the payer could not answer and the next try is known."""

    QUEUED = "QUEUED", "Waiting for its turn"
    RUNNING = "RUNNING", "Asking the payer"
    WAITING = "WAITING", "Asked again later"
    DONE = "DONE", "Answered"


OPEN_STATUSES = (CheckStatus.QUEUED, CheckStatus.RUNNING, CheckStatus.WAITING)


class Answer(TextChoices):
    """The five answers; an error is never INACTIVE."""

    ACTIVE = "ACTIVE", "Active"
    INACTIVE = "INACTIVE", "Not active"
    NOT_FOUND = "NOT_FOUND", "Not found"
    PAYER_UNAVAILABLE = "PAYER_UNAVAILABLE", "Payer cannot answer now"
    CALL_PAYER = "CALL_PAYER", "Call the payer"


class Reason(TextChoices):
    """What is behind an answer, where the answer alone does not say what to do."""

    INVESTIGATING = "INVESTIGATING", "The payer is investigating"
    UPDATING = "UPDATING", "The payer is updating the record"
    FIX_DATA = "FIX_DATA", "A value has to be fixed"
    ASKING_AGAIN = "ASKING_AGAIN", "We ask again"
    GAVE_UP = "GAVE_UP", "We stopped asking"
    OUR_SETUP = "OUR_SETUP", "Our set-up with the payer"
    NOT_SUPPORTED = "NOT_SUPPORTED", "The payer does not answer this way"
    UNCLEAR = "UNCLEAR", "The answer is not clear"
    NOT_COVERED = "NOT_COVERED", "The plan is active, the service is not covered"


class Owner(TextChoices):
    """Who has to do something next."""

    DESK = "DESK", "Front desk"
    BILLING = "BILLING", "Billing"
    ADMIN = "ADMIN", "Admin"


class Kind(TextChoices):
    """What a benefit line is about (X12 271 EB01)."""

    COPAY = "COPAY", "Copay"
    COINSURANCE = "COINSURANCE", "Coinsurance"
    DEDUCTIBLE = "DEDUCTIBLE", "Deductible"
    OUT_OF_POCKET_MAX = "OUT_OF_POCKET_MAX", "Out of pocket"
    VISITS = "VISITS", "Visits"
    LIMITATION = "LIMITATION", "Limit"
    NON_COVERED = "NON_COVERED", "Not covered"


class Period(TextChoices):
    """Which part of a yearly amount a line states (X12 271 EB06); empty on lines that have no period."""

    YEAR = "YEAR", "Year"
    CONTRACT = "CONTRACT", "Contract"
    YEAR_TO_DATE = "YEAR_TO_DATE", "Used so far"
    REMAINING = "REMAINING", "Left"


class Level(TextChoices):
    """Whose amount a line states (X12 271 EB02)."""

    INDIVIDUAL = "INDIVIDUAL", "Individual"
    FAMILY = "FAMILY", "Family"
    EMPLOYEE_ONLY = "EMPLOYEE_ONLY", "Employee only"
    EMPLOYEE_AND_SPOUSE = "EMPLOYEE_AND_SPOUSE", "Employee and spouse"
    EMPLOYEE_AND_CHILDREN = "EMPLOYEE_AND_CHILDREN", "Employee and children"


class Decision(TextChoices):
    """What staff decided about a payer's correction."""

    OPEN = "OPEN", "To decide"
    ACCEPTED = "ACCEPTED", "Accepted"
    KEPT = "KEPT", "Ours kept"


class CaptureStatus(TextChoices):
    """Where a phone capture stands; SAVED_HERE is complete and used here, but SPRY has no numbers to file it under.

    UNCLEAR may be at SPRY or not, and nobody looks any more: an admin decides.
    """

    DRAFT = "DRAFT", "Draft"
    SAVED_HERE = "SAVED_HERE", "Saved here"
    QUEUED = "QUEUED", "Waiting to be sent"
    SENDING = "SENDING", "Being sent"
    SAVED = "SAVED", "Saved at SPRY"
    REJECTED = "REJECTED", "Refused by SPRY"
    UNKNOWN = "UNKNOWN", "Being looked up at SPRY"
    UNCLEAR = "UNCLEAR", "Unclear at SPRY"
    SUPERSEDED = "SUPERSEDED", "Replaced by a correction"
