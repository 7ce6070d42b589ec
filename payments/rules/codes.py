"""Code lists of the 835 remittance (005010X221A1), as data; docs/payments.md says where each one stands on the wire.

The reason codes (CARC) change three times a year, so an unknown one is a warning, never an error.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _span(prefix: str, first: int, last: int) -> frozenset[str]:
    return frozenset(f"{prefix}{number}" for number in range(first, last + 1))


# CLP02: how the claim was processed.
CLAIM_STATUS: dict[int, str] = {
    1: "processed as primary",
    2: "processed as secondary",
    3: "processed as tertiary",
    4: "denied: patient not known",
    19: "processed as primary, forwarded",
    20: "processed as secondary, forwarded",
    21: "processed as tertiary, forwarded",
    22: "reversal of an earlier payment",
    23: "not our claim, forwarded",
    25: "predetermination only",
}
PAID_STATUSES = frozenset({1, 2, 3, 19, 20, 21})
DENIED, REVERSAL, PREDETERMINATION = 4, 22, 25

# CLP06
FILING_INDICATORS = _words("12 13 14 15 16 17 AM CH DS HM LM MA MB MC OF TV VA WC ZZ")

# CLP08 and TS302
PLACES_OF_SERVICE = _words(
    "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 34 41 42 49 50 51 52 "
    "53 54 55 56 57 58 60 61 62 65 66 71 72 81 99"
)

# NM101: the permitted NM102, the permitted NM108, whether an identifier is required, and how many a claim may have.
ENTITIES: dict[str, tuple[frozenset[str], frozenset[str], bool, int]] = {
    "QC": (_words("1"), _words("34 HN II MI MR"), False, 1),
    "IL": (_words("1 2"), _words("FI II MI"), True, 1),
    "74": (_words("1 2"), _words("C"), False, 1),
    "82": (_words("1 2"), _words("BD BS FI MC PC SL UP XX"), True, 1),
    "TT": (_words("2"), _words("AD FI NI PI PP XV"), True, 1),
    "PR": (_words("2"), _words("AD FI NI PI PP XV"), True, 2),
    "GB": (_words("1 2"), _words("FI II MI"), False, 1),
}
ENTITY_CODES = frozenset(ENTITIES)
ENTITY_TYPES = _words("1 2")

# REF01
CLAIM_REFERENCES = _words("1L 1W 28 6P 9A 9C BB CE EA F8 G1 G3 IG SY 0B 1A 1B 1C 1D 1G 1H 1J D3 G2 LU")
SERVICE_REFERENCES = _words(
    "1S APC BB E9 G1 G3 LU RB 6R 0K 0B 1A 1B 1C 1D 1G 1H 1J D3 G2 HPI SY TJ"  # provider ids, NPI, SSN, tax id last
)

# DTM01
CLAIM_DATES = _words("232 233 036 050")
SERVICE_DATES = _words("150 151 472")

# SVC01-1 and SVC06-1
PROCEDURE_QUALIFIERS = _words("HC AD ER HP IV N4 N6 NU UI WK")
SUBMITTED_QUALIFIERS = PROCEDURE_QUALIFIERS - {"N6", "UI"}
PROCEDURE_PATTERNS = {"HC": r"(\d{4}[0-9A-Z]|[A-Z]\d{4})", "NU": r"\d{4}", "AD": r"D\d{4}"}

# CAS01; CR ended with 4010.
ADJUSTMENT_GROUPS = _words("CO OA PI PR")

# CAS02 (CARC)
ADJUSTMENT_REASONS = (
    _words(
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 16 18 19 20 21 22 23 24 26 27 29 31 32 33 34 35 39 40 44 45 49 50 51 53 54 "
        "55 56 58 59 60 61 66 69 70 74 75 76 78 85 89 90 91 94 95 96 97 121 122 139 140 142 143 144 163 164 166 167 "
        "192 215 216 219 231 A0 A1 A5 A6 A8 B1 B4 B7 B8 B9 B10 B11 B12 B13 B14 B15 B16 B20 B22 B23 Y1 Y2 Y3"
    )
    | _span("", 100, 112)
    | _span("", 114, 119)
    | _span("", 128, 137)
    | _span("", 146, 155)
    | _span("", 157, 161)
    | _span("", 169, 190)
    | _span("", 193, 213)
    | _span("", 222, 229)
    | _span("", 232, 243)
    | _span("", 245, 305)
    | _span("P", 1, 32)
) - {"196"}
# Interest, incentive and bonus: the only reasons that lift a payment above its charge.
ADDING_REASONS = _words("144 161 225")
# A line denied in full for one of these pays nothing.
FULL_DENIALS = _words("18 29 50")
# Deductible, coinsurance, copay: the patient owes them, so they belong to PR.
PATIENT_REASONS = _words("1 2 3")

# AMT01
CLAIM_AMOUNTS = _words("AU D8 DY F5 I NL T T2 ZK ZL ZM ZN ZO")
SERVICE_AMOUNTS = _words("B6 KH T T2 ZK ZL ZM ZN ZO")

# LQ01
REMARK_LISTS = _words("HE RX")
REMARK_PATTERN = r"(MA?|N)\d{1,4}"

# PLB03-1
PROVIDER_REASONS = _words(
    "50 51 72 90 AH AM AP B2 B3 BD BN C5 CR CS CT CV CW DM E3 FB FC GO HM IP IR IS J1 L3 L6 LE LS OA OB PI PL RA RE "
    "SL TL WO WU"
)

STATES = _words(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS FM GU MH MP PR PW VI AA AE AP"
)
UNITED_STATES = _words("US USA")
