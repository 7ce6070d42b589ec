"""AAA rejections of a 271 (X12 279A1, loops 2100A-D): what each code means, what kind it is and what to do about it.

The kinds decide the answer (see answers.py): AGAIN the payer is down, FIX a value has to be changed first, SETUP our
registration with the payer is wrong, NOT_SO asking this way again is of no use. Table: docs/vendors/candid.md.
"""

from __future__ import annotations

from dataclasses import dataclass

AGAIN, FIX, SETUP, NOT_SO = "AGAIN", "FIX", "SETUP", "NOT_SO"


@dataclass(frozen=True)
class Rejection:
    """One AAA code: its meaning, its kind, the value to look at ("" for none) and what the person does."""

    code: str
    meaning: str
    kind: str
    field: str
    todo: str


_REGISTER = "Compare the NPI, name and address with what the payer has on file and register if needed."
_AUTHORIZATION = "This concerns an authorization and not eligibility. Ask the person who handles authorizations."

_ROWS = (
    (
        "04",
        "too many questions were sent for this submitter",
        NOT_SO,
        "",
        "Tell billing, and call the payer meanwhile.",
    ),
    ("15", "a value the payer needs is missing", FIX, "birth_date", "Add the birth date and the member number."),
    ("33", "a value is not in the form the payer expects", FIX, "member_id", "Type the values again from the card."),
    ("35", "the provider is out of network", NOT_SO, "", "Verify the network with the payer."),
    ("41", "this provider may not ask this payer", SETUP, "", "Enrol the provider with this payer."),
    ("42", "the payer cannot respond now", AGAIN, "", "We ask again. Do not turn the patient away."),
    ("43", "the provider's number is missing or wrong", SETUP, "", "Check the NPI and the enrolment with this payer."),
    ("44", "the provider's name is missing or wrong", SETUP, "", _REGISTER),
    ("45", "the provider's specialty is missing or wrong", SETUP, "", _REGISTER),
    ("46", "the provider's phone number is missing or wrong", SETUP, "", _REGISTER),
    ("47", "the provider's state is missing or wrong", SETUP, "", _REGISTER),
    ("48", "the referring provider's number is missing or wrong", FIX, "provider", "Get the referral and its number."),
    ("49", "the provider is not the member's primary care provider", NOT_SO, "", "Get a referral from that provider."),
    ("50", "the provider may not ask about this", SETUP, "", "Register the NPI with this payer."),
    ("51", "the provider is not on file with the payer", SETUP, "", "Register the NPI with this payer."),
    ("52", "the date is outside the provider's enrolment", NOT_SO, "", "Use another provider or another date."),
    ("53", "this provider does not give this kind of service", NOT_SO, "", "Use another provider or another service."),
    (
        "54",
        "the service code is not of a kind the payer takes",
        FIX,
        "service_type_code",
        "Ask about the whole plan (30).",
    ),
    ("55", "the service code is not one the payer takes", FIX, "service_type_code", "Ask about the whole plan (30)."),
    ("56", "the date is not one the payer takes", FIX, "date_of_service", "Correct the date of service."),
    ("57", "the date of service is missing or wrong", FIX, "date_of_service", "Correct the date of service."),
    ("58", "the birth date is missing or wrong", FIX, "birth_date", "Check the birth date."),
    ("60", "the birth date is after the date of service", FIX, "birth_date", "Correct the birth date or the date."),
    ("61", "the payer has a date of death before the date of service", FIX, "member_id", "Verify who the patient is."),
    ("62", "the date is outside what the payer answers for", FIX, "date_of_service", "Ask for today."),
    ("63", "the date is in the future", FIX, "date_of_service", "Ask for today."),
    (
        "64",
        "the patient's number is missing or wrong",
        FIX,
        "member_id",
        "Type it again, or try the patient as subscriber.",
    ),
    ("65", "the patient's name is missing or wrong", FIX, "patient_name", "Use the name as printed on the card."),
    ("66", "the patient's sex is missing or wrong", FIX, "sex", "Check it on the patient's record."),
    ("67", "the patient is not found", FIX, "patient_name", "Verify who the patient is, or try as subscriber."),
    ("68", "the patient's number belongs to several people", FIX, "patient_name", "Add birth date and full name."),
    (
        "69",
        "the service does not go with the patient's age",
        FIX,
        "birth_date",
        "Check the birth date and the service.",
    ),
    ("70", "the service does not go with the patient's sex", FIX, "sex", "Check the patient's record and the service."),
    (
        "71",
        "the birth date differs from the payer's record",
        FIX,
        "birth_date",
        "Check the birth date with an id card.",
    ),
    (
        "72",
        "the member number is missing or wrong",
        FIX,
        "member_id",
        "Read it again from the card: prefix, digits, 0 or O.",
    ),
    ("73", "the subscriber's name is missing or wrong", FIX, "subscriber_name", "Use the name as printed on the card."),
    ("74", "the subscriber's sex is missing or wrong", FIX, "sex", "Check it on the patient's record."),
    (
        "75",
        "the subscriber is not found",
        FIX,
        "member_id",
        "Check payer, member number and birth date; ask for a newer card.",
    ),
    ("76", "the member number belongs to several people", FIX, "subscriber_name", "Add the full name and birth date."),
    (
        "77",
        "the subscriber is found, the patient is not",
        FIX,
        "patient_name",
        "Check how the patient is written on the plan.",
    ),
    (
        "78",
        "the subscriber is not in this group or plan",
        FIX,
        "group_number",
        "Check the group number, or ask for a new card.",
    ),
    (
        "79",
        "the payer is not known by this number",
        NOT_SO,
        "payer",
        "Confirm the payer in the payer search, then call.",
    ),
    ("80", "the payer did not respond", AGAIN, "", "We ask again. Do not turn the patient away."),
    ("97", "the provider's address is missing or wrong", SETUP, "", _REGISTER),
    ("98", "the service is experimental", NOT_SO, "", _AUTHORIZATION),
    ("AA", "the authorization number is not found", NOT_SO, "", _AUTHORIZATION),
    ("AE", "the primary care provider has to authorize this", NOT_SO, "", _AUTHORIZATION),
    ("AF", "the diagnosis code is missing or wrong", NOT_SO, "", _AUTHORIZATION),
    ("AG", "the procedure code is missing or wrong", NOT_SO, "", _AUTHORIZATION),
    ("AO", "more about the condition is needed", NOT_SO, "", _AUTHORIZATION),
    ("CI", "the certification does not match", NOT_SO, "", _AUTHORIZATION),
    ("E8", "medical review is needed", NOT_SO, "", _AUTHORIZATION),
    ("IA", "the authorization number is wrong", NOT_SO, "", _AUTHORIZATION),
    ("MA", "the authorization number is missing", NOT_SO, "", _AUTHORIZATION),
    ("T4", "the payer's name or number is missing", FIX, "payer", "Pick the payer again."),
)

REJECTIONS = {row[0]: Rejection(*row) for row in _ROWS}

FIELD_WORDS = {
    "member_id": "member number",
    "subscriber_name": "subscriber's name",
    "patient_name": "patient's name",
    "birth_date": "birth date",
    "sex": "sex",
    "group_number": "group number",
    "date_of_service": "date of service",
    "service_type_code": "service asked about",
    "payer": "payer",
    "provider": "provider",
}
