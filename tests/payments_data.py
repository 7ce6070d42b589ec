"""Made-up claim payments that balance to the cent, with known totals.

The shape is the vendor's own sample (docs/vendors/optum.md); the numbers follow the balancing rules of an 835
remittance: charge less adjustments is paid, for every line and claim, and claims less provider adjustments is the
payment.
Everything is derived from a number, so the same number always makes the same payment. No name, NPI or tax id belongs to
anybody; NPIs carry a right check digit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import simplejson

Json = dict[str, Any]

CENT = Decimal("0.01")
PAYEES = (
    ("Willow Bend Physical Therapy", "410 Orchard Lane", "Naperville", "IL", "60540"),
    ("Lakeside Sports Rehabilitation", "88 Harbor Street", "Madison", "WI", "53703"),
    ("Prairie Spine and Joint Clinic", "1200 Meadow Road", "Des Moines", "IA", "50309"),
    ("Copper Ridge Hand Therapy", "75 Canyon Drive", "Tucson", "AZ", "85701"),
    ("Northgate Family Practice", "312 Birch Avenue", "Duluth", "MN", "55802"),
    ("Silver Creek Urgent Care", "9 Mill Street", "Boise", "ID", "83702"),
    ("Magnolia Womens Health", "640 Camellia Court", "Savannah", "GA", "31401"),
)
PATIENTS = (
    ("Ida", "Brightwater"),
    ("Oren", "Tallgrass"),
    ("Maribel", "Stonefield"),
    ("Tobias", "Larkspur"),
    ("Yuki", "Ashgrove"),
    ("Femi", "Quillmore"),
    ("Greta", "Sandhurst"),
    ("Luis", "Fernmoor"),
)
PROCEDURES = (
    ("97110", "Therapeutic exercises"),
    ("97140", "Manual therapy"),
    ("97530", "Therapeutic activities"),
    ("99213", "Office visit"),
)


@dataclass(frozen=True)
class MadeBatch:
    """Payments together with the control totals they must come to.

    `total` is in dollars, `count` the number of payments.
    """

    payments: list[Json]
    total: Decimal
    count: int

    def add_body(self) -> bytes:
        """Return the batch as the vendor's add call takes it: `{"payments": [...]}`."""
        return dumps({"payments": self.payments})


def dumps(document: Any) -> bytes:
    """Write JSON with exact decimal numbers."""
    return simplejson.dumps(document, use_decimal=True, separators=(",", ":")).encode()


def make_npi(n: int) -> str:
    """Return a ten-digit NPI whose check digit is right (Luhn over 80840 + NPI).

    `n` counts from 0 to 99,999,999.
    """
    body = f"1{n:08d}"
    total = 24
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return f"{body}{-total % 10}"


def make_payment(
    n: int, *, amount: Decimal | str | None = None, prefix: str = "FDT", payment_date: date | None = None
) -> Json:
    """Return the `n`th payment, balanced, in the shape of one item of `payments`.

    `amount` in dollars, not negative; left out, it follows from `n` and lies between 40.00 and 840.00.
    `prefix` keeps reference ids of different batches apart. `payment_date` is today when left out.
    """
    paid = _number(n) if amount is None else Decimal(amount).quantize(CENT)
    on = payment_date or datetime.now(UTC).date()
    npi = make_npi(10_000 + n % len(PAYEES))
    provider_adjustments = _provider_adjustments(n, npi, paid, on)
    owed = paid + sum((a["amount"] for block in provider_adjustments for a in block["adjustments"]), Decimal("0.00"))
    claims = _claims(n, owed, prefix, on)
    payment: Json = {
        "paymentDetails": _payment_details(n, paid, prefix, on),
        "payeeDetails": _payee(n, npi),
        "totalNumberClaims": len(claims),
        "claimLevelInformation": [{"claimLoop": claims}],
    }
    if provider_adjustments:
        payment["providerLevelAdjustment"] = provider_adjustments
    return payment


def make_batch(count: int, *, prefix: str = "FDT", payment_date: date | None = None) -> MadeBatch:
    """Return `count` balanced payments and their totals."""
    payments = [make_payment(n, prefix=prefix, payment_date=payment_date) for n in range(count)]
    total = sum((payment["paymentDetails"]["amount"] for payment in payments), Decimal("0.00"))
    return MadeBatch(payments=payments, total=total, count=count)


def make_request(n: int, *, amount: Decimal | str | None = None, prefix: str = "FDT", account: str = "ACCT1") -> Json:
    """Return the body of the call that makes and executes a batch of one payment."""
    return {
        "clientRequestId": f"{prefix}-REQUEST-{n}",
        "accountShortCode": account,
        "subAccountShortCode": f"SUB{account}",
        "payment": make_payment(n, amount=amount, prefix=prefix),
    }


def _number(n: int, *, salt: str = "amount", low: int = 4_000, high: int = 84_000) -> Decimal:
    """Return a sum of money between `low` and `high` cents that depends on `n` alone."""
    drawn = int.from_bytes(hashlib.sha256(f"{salt}:{n}".encode()).digest()[:8], "big")
    return (Decimal(low + drawn % (high - low)) * CENT).quantize(CENT)


def _payment_details(n: int, paid: Decimal, prefix: str, on: date) -> Json:
    return {
        "issuerPaymentId": hashlib.sha256(f"{prefix}:{n}".encode()).hexdigest()[:32],
        "issuerReferenceId": f"{prefix}{n:09d}",
        "paymentDate": on.isoformat(),
        "adjudicationCutoffDate": on.isoformat(),
        "adjudicationVersion": "2",
        "amount": paid,
        "remitMethod": "DATA",
        "jurisdictionalBody": PAYEES[n % len(PAYEES)][3],
        "numberOfAttachedPDFs": 0,
    }


def _payee(n: int, npi: str) -> Json:
    name, street, city, state, postal_code = PAYEES[n % len(PAYEES)]
    address = {"address1": street, "city": city, "state": state, "postalCode": postal_code, "country": "USA"}
    return {"name": name, "address": address, "taxId": f"9{n % len(PAYEES):02d}512364", "npiId": npi}


def _provider_adjustments(n: int, npi: str, paid: Decimal, on: date) -> list[Json]:
    """Return a recovery on every fifth payment and interest on every seventh; positive takes money away."""
    adjustments = []
    if n % 5 == 4:
        adjustments.append({"reasonCode": "WO", "identifier": f"OVP{n:07d}", "amount": Decimal("12.34")})
    if n % 7 == 6 and paid >= 1:
        adjustments.append({"reasonCode": "L6", "identifier": f"INT{n:07d}", "amount": Decimal("-0.57")})
    if not adjustments:
        return []
    year_end = date(on.year, 12, 31).isoformat()
    return [{"providerIdentifier": npi, "fiscalPeriodDate": year_end, "adjustments": adjustments}]


def _claims(n: int, owed: Decimal, prefix: str, on: date) -> list[Json]:
    shares = _split(owed, 1 + n % 2)
    return [_claim(n * 10 + place, share, prefix, on) for place, share in enumerate(shares)]


def _split(amount: Decimal, parts: int) -> list[Decimal]:
    """Divide dollars into `parts` that add up again; the first parts take the spare cents."""
    cents, spare = divmod(int(amount / CENT), parts)
    return [(Decimal(cents + (1 if place < spare else 0)) * CENT).quantize(CENT) for place in range(parts)]


def _claim(n: int, paid: Decimal, prefix: str, on: date) -> Json:
    served = (on - timedelta(days=20 + n % 15)).isoformat()
    lines = [_line(n * 10 + place, share, served) for place, share in enumerate(_split(paid, 1 + n % 3))]
    charge = sum((line["servicePaymentInformation"]["lineItemChargeAmount"] for line in lines), Decimal("0.00"))
    return {
        "claimPaymentInformation": _claim_payment(n, charge, paid, _patient_owes(lines), prefix),
        "involvedEntitiesInfo": _entities(n),
        "relatedIdentification": [
            {"referenceIdentificationQualifier": "1L", "referenceIdentification": f"GRP{n % 900 + 100}"}
        ],
        "relevantDates": [{"qualifier": "232", "date": served}, {"qualifier": "233", "date": served}],
        "claimContactInformation": {
            "name": "Claims desk",
            "primaryPhone": {"type": "Phone", "number": "8005550142"},
        },
        "loop2110": lines,
    }


def _claim_payment(n: int, charge: Decimal, paid: Decimal, patient_owes: Decimal, prefix: str) -> Json:
    information: Json = {
        "patientControlNumber": f"PCN{n:08d}",
        "statusCode": 1,
        "totalChargeAmount": charge,
        "paymentAmount": paid,
        "filingIndicatorCode": "12",
        "payerClaimControlNumber": f"{prefix}C{n:010d}",
        "facilityTypeCode": "11",
        "claimFrequencyCode": "1",
    }
    if patient_owes:
        information["patientResponsibilityAmount"] = patient_owes
    return information


def _entities(n: int) -> list[Json]:
    first, last = PATIENTS[n % len(PATIENTS)]
    patient = {
        "entityIdentifierCode": "QC",
        "entityTypeQualifier": "1",
        "lastName": last,
        "firstName": first,
        "identificationCodeQualifier": "MI",
        "entityIdentifier": f"MBR{n:09d}",
    }
    renderer = {
        "entityIdentifierCode": "82",
        "entityTypeQualifier": "1",
        "lastName": "Hollowell",
        "firstName": "Anneke",
        "identificationCodeQualifier": "XX",
        "entityIdentifier": make_npi(20_000 + n % 50),
    }
    return [patient, renderer]


def _line(n: int, paid: Decimal, served: str) -> Json:
    code, description = PROCEDURES[n % len(PROCEDURES)]
    written_off = _number(n, salt="written off", low=500, high=6_000)
    copay = Decimal("20.00") if n % 4 == 0 else Decimal("0.00")
    procedure = {"productServiceIdQualifier": "HC", "procedureCode": code, "procedureCodeDesc": description}
    if code.startswith("97"):
        procedure["procedureModifier1"] = "GP"
    return {
        "servicePaymentInformation": {
            "compositeMedicalProcedureId1": procedure,
            "lineItemChargeAmount": paid + written_off + copay,
            "lineItemProviderPaymentAmount": paid,
            "quantity1": 1,
        },
        "serviceDate": {"dateTimeQualifier": "472", "date": served},
        "serviceAdjustment": _adjustments(written_off, copay),
        "relatedIdentificationRefSvc": [
            {"referenceIdentificationQualifier": "6R", "referenceIdentifier": f"L{n:010d}"}
        ],
        "serviceSupplementalAmountInformationAmt": {
            "amountQualifierCode": "B6",
            "claimSupplementalInformationAmount": paid + copay,
        },
    }


def _adjustments(written_off: Decimal, copay: Decimal) -> list[Json]:
    groups = [("CO", "45", written_off), ("PR", "3", copay)]
    return [
        {
            "claimAdjustmentGroupCode": group,
            "adjustments": [{"adjustmentReasonCode": reason, "monetaryAmount": amount}],
        }
        for group, reason, amount in groups
        if amount
    ]


def _patient_owes(lines: list[Json]) -> Decimal:
    return sum(
        (
            adjustment["monetaryAmount"]
            for line in lines
            for group in line["serviceAdjustment"]
            if group["claimAdjustmentGroupCode"] == "PR"
            for adjustment in group["adjustments"]
        ),
        Decimal("0.00"),
    )
