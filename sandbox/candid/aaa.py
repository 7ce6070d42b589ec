"""AAA rejections (X12 271, segment AAA): every code, where it stands, and what the payer suggests.

The codes and their meanings are X12's; which follow-up action goes with which code varies between payers, so the ones
here are one plausible choice. Any of them can be provoked with the member id `AAA-` and the code, or several:
`AAA-42-79`; a letter behind them decides on the follow-up action: `AAA-42-S`. See docs/vendors/candid.md.
"""

from __future__ import annotations

from dataclasses import dataclass

CORRECT = "Please Correct and Resubmit"
NOT_ALLOWED = "Resubmission Not Allowed"
ORIGINAL = "Please Resubmit Original Transaction"
ALLOWED = "Resubmission Allowed"
INQUIRY = "Do Not Resubmit; Inquiry Initiated to a Third Party"
WAIT_30 = "Please Wait 30 Days and Resubmit"
WAIT_10 = "Please Wait 10 Days and Resubmit"
HOLD = "Do Not Resubmit; We Will Hold Your Request and Respond Again Shortly"
# By their letters in X12.
FOLLOW_UPS = {
    "C": CORRECT,
    "N": NOT_ALLOWED,
    "P": ORIGINAL,
    "R": ALLOWED,
    "S": INQUIRY,
    "W": WAIT_30,
    "X": WAIT_10,
    "Y": HOLD,
}

PAYER, PROVIDER, SUBSCRIBER, DEPENDENT = "payer", "provider", "subscriber", "dependent"
LOOPS = {PAYER: "Loop 2100A", PROVIDER: "Loop 2100B", SUBSCRIBER: "Loop 2100C", DEPENDENT: "Loop 2100D"}
# Said of the patient, who is the dependent if the question has one and else the subscriber.
PATIENT = "patient"


@dataclass(frozen=True)
class Rejection:
    """One AAA error of an answer."""

    code: str
    description: str
    level: str
    follow_up: str
    resolution: str
    field: str = "AAA"
    source: str = "STEDI"

    @property
    def location(self) -> str:
        """Return the loop it stands in, or "" if it never was in a 271."""
        return LOOPS.get(self.level, "")


_FIX = "Check the value against the insurance card and the payer's records, then send the check again."
_SETUP = "Check the provider's NPI and its registration with this payer."
_NOT_ELIGIBILITY = "This is about an authorization, not about eligibility."
# code: (X12 meaning, level, follow-up action, hint)
_TABLE: dict[str, tuple[str, str, str, str]] = {
    "04": ("Authorized Quantity Exceeded", PAYER, NOT_ALLOWED, "Too many requests for this submitter."),
    "15": ("Required application data missing", PATIENT, CORRECT, "Add the birth date and the member ID."),
    "33": ("Input Errors", PATIENT, CORRECT, _FIX),
    "35": ("Out of Network", PATIENT, NOT_ALLOWED, "The provider is outside the patient's network."),
    "41": ("Authorization/Access Restrictions", PAYER, NOT_ALLOWED, "Enroll the provider with this payer first."),
    "42": ("Unable to Respond at Current Time", PAYER, ORIGINAL, "The payer's system is down. Try again later."),
    "43": ("Invalid/Missing Provider Identification", PROVIDER, CORRECT, _SETUP),
    "44": ("Invalid/Missing Provider Name", PROVIDER, CORRECT, _SETUP),
    "45": ("Invalid/Missing Provider Specialty", PROVIDER, CORRECT, _SETUP),
    "46": ("Invalid/Missing Provider Phone Number", PROVIDER, CORRECT, _SETUP),
    "47": ("Invalid/Missing Provider State", PROVIDER, CORRECT, _SETUP),
    "48": ("Invalid/Missing Referring Provider Identification Number", PROVIDER, CORRECT, "Get the referral first."),
    "49": ("Provider is Not Primary Care Physician", PATIENT, NOT_ALLOWED, "The patient has another PCP."),
    "50": ("Provider Ineligible for Inquiries", PROVIDER, NOT_ALLOWED, _SETUP),
    "51": ("Provider Not on File", PROVIDER, CORRECT, _SETUP),
    "52": ("Service Dates Not Within Provider Plan Enrollment", PATIENT, NOT_ALLOWED, _SETUP),
    "53": ("Inquired Benefit Inconsistent with Provider Type", PATIENT, NOT_ALLOWED, _SETUP),
    "54": ("Inappropriate Product/Service ID Qualifier", PATIENT, CORRECT, "Ask for service type 30."),
    "55": ("Inappropriate Product/Service ID", PATIENT, CORRECT, "Ask for service type 30."),
    "56": ("Inappropriate Date", PATIENT, CORRECT, "Check the date of service."),
    "57": ("Invalid/Missing Date(s) of Service", PATIENT, CORRECT, "Check the date of service."),
    "58": ("Invalid/Missing Date-of-Birth", PATIENT, CORRECT, _FIX),
    "60": ("Date of Birth Follows Date(s) of Service", PATIENT, CORRECT, _FIX),
    "61": ("Date of Death Precedes Date(s) of Service", PATIENT, NOT_ALLOWED, "Verify the patient's identity."),
    "62": ("Date of Service Not Within Allowable Inquiry Period", PATIENT, CORRECT, "Ask for a date nearer to today."),
    "63": ("Date of Service in Future", PATIENT, CORRECT, "Ask for today's date."),
    "64": ("Invalid/Missing Patient ID", PATIENT, CORRECT, _FIX),
    "65": ("Invalid/Missing Patient Name", PATIENT, CORRECT, _FIX),
    "66": ("Invalid/Missing Patient Gender Code", PATIENT, CORRECT, _FIX),
    "67": ("Patient Not Found", PATIENT, CORRECT, _FIX),
    "68": ("Duplicate Patient ID Number", PATIENT, CORRECT, "Add the full name and the birth date."),
    "69": ("Inconsistent with Patient's Age", PATIENT, CORRECT, _FIX),
    "70": ("Inconsistent with Patient's Gender", PATIENT, CORRECT, _FIX),
    "71": ("Patient Birth Date Does Not Match That for the Patient on the Database", PATIENT, CORRECT, _FIX),
    "72": ("Invalid/Missing Subscriber/Insured ID", SUBSCRIBER, CORRECT, _FIX),
    "73": ("Invalid/Missing Subscriber/Insured Name", SUBSCRIBER, CORRECT, _FIX),
    "74": ("Invalid/Missing Subscriber/Insured Gender Code", SUBSCRIBER, CORRECT, _FIX),
    "75": ("Subscriber/Insured Not Found", SUBSCRIBER, CORRECT, _FIX),
    "76": ("Duplicate Subscriber/Insured ID Number", SUBSCRIBER, CORRECT, "Add the full name and the birth date."),
    "77": ("Subscriber Found, Patient Not Found", PATIENT, CORRECT, _FIX),
    "78": ("Subscriber/Insured Not in Group/Plan Identified", SUBSCRIBER, CORRECT, _FIX),
    "79": ("Invalid Participant Identification", PAYER, CORRECT, "Look the payer ID up in payer search."),
    "80": ("No Response received - Transaction Terminated", PAYER, ALLOWED, "The payer did not answer. Try again."),
    "97": ("Invalid or Missing Provider Address", PROVIDER, CORRECT, _SETUP),
    "98": ("Experimental Service or Procedure", PATIENT, NOT_ALLOWED, _NOT_ELIGIBILITY),
    "AA": ("Authorization Number Not Found", PATIENT, NOT_ALLOWED, _NOT_ELIGIBILITY),
    "AE": ("Requires Primary Care Physician Authorization", PATIENT, NOT_ALLOWED, _NOT_ELIGIBILITY),
    "AF": ("Invalid/Missing Diagnosis Code(s)", PATIENT, CORRECT, _NOT_ELIGIBILITY),
    "AG": ("Invalid/Missing Procedure Code(s)", PATIENT, CORRECT, _NOT_ELIGIBILITY),
    "AO": ("Additional Patient Condition Information Required", PATIENT, CORRECT, _NOT_ELIGIBILITY),
    "CI": ("Certification Information Does Not Match Patient", PATIENT, CORRECT, _NOT_ELIGIBILITY),
    "E8": ("Requires Medical Review", PATIENT, HOLD, _NOT_ELIGIBILITY),
    "IA": ("Invalid Authorization Number Format", PATIENT, CORRECT, _NOT_ELIGIBILITY),
    "MA": ("Missing Authorization Number", PATIENT, CORRECT, _NOT_ELIGIBILITY),
    "T4": ("Payer Name or Identifier Missing", PAYER, CORRECT, "Choose the payer again."),
}


def codes() -> tuple[str, ...]:
    """Return every code there is."""
    return tuple(_TABLE)


def rejection(code: str, *, dependent: bool = False, resolution: str = "", letter: str = "") -> Rejection:
    """Return the rejection of a code.

    Args:
        code: one of `codes()`.
        dependent: the patient of the question is a dependent.
        resolution: what to suggest instead of the code's own hint.
        letter: the follow-up action instead of the code's own, one of FOLLOW_UPS; "" for the code's own.

    Raises:
        KeyError: there is no such code or letter.
    """
    description, level, follow_up, hint = _TABLE[code]
    if level == PATIENT:
        level = DEPENDENT if dependent else SUBSCRIBER
    return Rejection(code, description, level, FOLLOW_UPS[letter] if letter else follow_up, resolution or hint)
