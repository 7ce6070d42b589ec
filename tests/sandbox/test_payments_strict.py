"""What the sandbox's claim payments refuse: shapes always, completeness and balance in strict mode."""

import copy
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson

from sandbox.payments import shapes, strict
from sandbox.payments.checks import CENT
from sandbox.payments.problems import Errors
from tests.payments_data import Json, make_batch, make_npi, make_payment, make_request
from tests.sandbox.payments_vendor import Vendor, problem
from tests.sandbox_process import SandboxProcess

PUBLISHED = Path(__file__).parent.parent / "samples/optum/every_field.json"
TODAY = datetime.date(2026, 11, 22)
CLAIM = "claimLevelInformation[0].claimLoop[0]."
INFORMATION = f"{CLAIM}claimPaymentInformation."
LINE = f"{CLAIM}loop2110[0]."


def published() -> Json:
    return simplejson.loads(PUBLISHED.read_text(), use_decimal=True)


def errors_of(payment: Json, *, strictly: bool = True, claim_adjustments: str = "") -> Errors:
    """Return what the sandbox finds wrong with a payment."""
    errors = shapes.errors_in(shapes.payment(strictly, claim_adjustments), payment)
    if strictly and not errors:
        strict.check(payment, "", errors, today=TODAY, claim_adjustments=claim_adjustments)
    return errors


def place(document: Any, path: str) -> tuple[Any, Any]:
    """Return the container and the key that a path of the sandbox's errors leads to."""
    words = path.replace("[", ".").replace("]", "").split(".")
    steps: list[Any] = [int(word) if word.isdigit() else word for word in words]
    for step in steps[:-1]:
        document = document[step]
    return document, steps[-1]


def with_value(payment: Json, path: str, value: object) -> Json:
    """Return a copy of the payment with one member set; None takes it out."""
    changed = copy.deepcopy(payment)
    container, key = place(changed, path)
    if value is None:
        del container[key]
    else:
        container[key] = value
    return changed


def sample(n: int = 0) -> Json:
    return make_payment(n, payment_date=TODAY)


def test_made_up_payments_pass() -> None:
    for n in range(210):
        assert errors_of(sample(n)) == {}, n
    for amount in ("0.00", "0.01", "9999999000.00"):
        assert errors_of(make_payment(34, amount=amount, payment_date=TODAY)) == {}


def test_the_published_sample_passes_leniently_and_not_strictly() -> None:
    payment = published()["payment"]
    assert errors_of(payment, strictly=False) == {}
    found = errors_of(payment)
    assert {"payeeDetails.npiId", f"{CLAIM}involvedEntitiesInfo[0].entityIdentifier"} & set(found)


def test_the_published_sample_does_not_balance() -> None:
    errors: Errors = {}
    strict.check(published()["payment"], "", errors, today=TODAY)
    paid = f"{LINE}servicePaymentInformation.lineItemProviderPaymentAmount"
    assert {paid, f"{INFORMATION}paymentAmount", "paymentDetails.amount"} <= set(errors)


def money_places(payment: Json) -> list[str]:
    """Return the path of every amount that the balancing rules tie to another one."""
    places = ["paymentDetails.amount"]
    for block in range(len(payment.get("providerLevelAdjustment", ()))):
        adjustments = payment["providerLevelAdjustment"][block]["adjustments"]
        places += [f"providerLevelAdjustment[{block}].adjustments[{n}].amount" for n in range(len(adjustments))]
    for number, claim in enumerate(payment["claimLevelInformation"][0]["claimLoop"]):
        at = f"claimLevelInformation[0].claimLoop[{number}]."
        amounts = ("totalChargeAmount", "paymentAmount", "patientResponsibilityAmount")
        places += [f"{at}claimPaymentInformation.{a}" for a in amounts if a in claim["claimPaymentInformation"]]
        for line in range(len(claim["loop2110"])):
            service = f"{at}loop2110[{line}].servicePaymentInformation."
            places += [f"{service}lineItemChargeAmount", f"{service}lineItemProviderPaymentAmount"]
            groups = claim["loop2110"][line]["serviceAdjustment"]
            group = f"{at}loop2110[{line}].serviceAdjustment"
            places += [f"{group}[{n}].adjustments[0].monetaryAmount" for n in range(len(groups))]
    return places


@pytest.mark.parametrize("cent", [CENT, -CENT])
def test_one_cent_moved_anywhere_is_found(cent: Decimal) -> None:
    moved = 0
    for n in range(35):
        for path in money_places(sample(n)):
            container, key = place(sample(n), path)
            assert errors_of(with_value(sample(n), path, container[key] + cent)), (n, path)
            moved += 1
    assert moved > 400


@pytest.mark.parametrize(("path", "value"), [
    ("paymentDetails.amount", "347.38"),
    ("paymentDetails.amount", True),
    ("paymentDetails.amount", Decimal("1.001")),
    ("paymentDetails.amount", Decimal("-0.01")),
    ("paymentDetails.amount", Decimal("10000000000.00")),
    ("paymentDetails.amount", None),
    ("paymentDetails.issuerReferenceId", "R" * 51),
    ("paymentDetails.issuerReferenceId", None),
    ("paymentDetails.paymentDate", "2026-02-30"),
    ("paymentDetails.paymentDate", "22.11.2026"),
    ("paymentDetails.remitMethod", "FAX"),
    ("paymentDetails.numberOfAttachedPDFs", True),
    ("payeeDetails", ["nobody"]),
    ("payeeDetails.name", "N" * 61),
    ("payeeDetails.address.state", "Illinois"),
    ("totalNumberClaims", -1),
    ("totalNumberClaims", Decimal("1.5")),
    ("totalNumberClaims", None),
    ("claimLevelInformation", {}),
    (f"{INFORMATION}statusCode", "1"),
    (f"{INFORMATION}statusCode", 5),
    (f"{INFORMATION}filingIndicatorCode", "CI"),
    (f"{INFORMATION}dischargeFraction", Decimal("1.1")),
    (f"{CLAIM}involvedEntitiesInfo[0].entityIdentifierCode", "ZZ"),
    (f"{CLAIM}relatedIdentification[0].referenceIdentificationQualifier", "??"),
    (f"{CLAIM}relevantDates[0].qualifier", "472"),
    (f"{LINE}serviceDate.dateTimeQualifier", "232"),
    (f"{LINE}serviceAdjustment[0].claimAdjustmentGroupCode", "CR"),
    (f"{LINE}serviceAdjustment[0].adjustments", []),
    (f"{LINE}servicePaymentInformation.compositeMedicalProcedureId1.productServiceIdQualifier", "XX"),
    (f"{LINE}serviceSupplementalAmountInformationAmt.amountQualifierCode", "AU"),
])  # fmt: skip
def test_a_wrong_shape_is_refused_in_both_modes(path: str, value: object) -> None:
    payment = with_value(sample(), path, value)
    for strictly in (False, True):
        assert path in errors_of(payment, strictly=strictly)


@pytest.mark.parametrize(("path", "value"), [
    ("paymentDetails.issuerPaymentId", None),
    ("paymentDetails.paymentDate", None),
    ("paymentDetails.paymentDate", "2026-12-23"),
    ("paymentDetails.adjudicationCutoffDate", "2026-11-23"),
    ("paymentDetails.issuerReferenceId", " FDT1"),
    ("paymentDetails.issuerReferenceId", "FDT\n1"),
    ("paymentDetails.notes", "not a member"),
    ("payeeDetails", None),
    ("payeeDetails.npiId", "1234567890"),
    ("payeeDetails.npiId", "2000000000"),
    ("payeeDetails.npiId", "3234567893"),
    ("payeeDetails.npiId", None),
    ("payeeDetails.taxId", "12345678"),
    ("payeeDetails.taxId", "111111111"),
    ("payeeDetails.address.postalCode", "6054"),
    ("payeeDetails.address.city", None),
    (f"{INFORMATION}payerClaimControlNumber", None),
    (f"{CLAIM}involvedEntitiesInfo[0].entityTypeQualifier", "2"),
    (f"{CLAIM}involvedEntitiesInfo[0].identificationCodeQualifier", "XX"),
    (f"{CLAIM}involvedEntitiesInfo[0].entityIdentifier", None),
    (f"{CLAIM}involvedEntitiesInfo[1].entityIdentifier", "1234567890"),
    (f"{CLAIM}involvedEntitiesInfo[1].identificationCodeQualifier", None),
    (f"{LINE}serviceDate", None),
    (f"{LINE}servicePaymentInformation.compositeMedicalProcedureId1.procedureCode", "9711"),
    (f"{LINE}servicePaymentInformation.compositeMedicalProcedureId1.procedureModifier1", "gp"),
    (f"{LINE}servicePaymentInformation.nationalUniformBillingCommitteeRevenueCode", "97110"),
])  # fmt: skip
def test_strict_mode_wants_it_complete_and_exact(path: str, value: object) -> None:
    payment = with_value(sample(), path, value)
    assert path in errors_of(payment)
    if not path.endswith("paymentDate") or value is not None:
        assert errors_of(payment, strictly=False) == {}


@pytest.mark.parametrize(("moved", "found"), [
    ((f"{INFORMATION}paymentAmount", "paymentDetails.amount"), {f"{INFORMATION}paymentAmount"}),
    ((f"{INFORMATION}totalChargeAmount",), {f"{INFORMATION}totalChargeAmount", f"{INFORMATION}paymentAmount"}),
    ((f"{INFORMATION}patientResponsibilityAmount",), {f"{INFORMATION}patientResponsibilityAmount"}),
    ((f"{LINE}servicePaymentInformation.lineItemProviderPaymentAmount",),
     {f"{LINE}servicePaymentInformation.lineItemProviderPaymentAmount"}),
    (("paymentDetails.amount",), {"paymentDetails.amount"}),
])  # fmt: skip
def test_an_error_of_a_sum_stands_beside_the_sum(moved: tuple[str, ...], found: set[str]) -> None:
    payment = sample()
    for path in moved:
        container, key = place(payment, path)
        container[key] += CENT
    assert set(errors_of(payment)) == found


def test_the_same_reason_twice_and_a_wrong_count_are_found() -> None:
    twice = sample(1)
    groups = place(twice, f"{LINE}serviceAdjustment")[0]["serviceAdjustment"]
    adjustments = groups[0]["adjustments"]
    half = adjustments[0]["monetaryAmount"] - CENT
    adjustments[:] = [{**adjustments[0], "monetaryAmount": half}, {**adjustments[0], "monetaryAmount": CENT}]
    assert set(errors_of(twice)) == {f"{LINE}serviceAdjustment[0].adjustments[1]"}
    assert set(errors_of(with_value(sample(), "totalNumberClaims", 4))) == {"totalNumberClaims"}


def test_only_one_patient_and_one_setting() -> None:
    payment = sample()
    claim = payment["claimLevelInformation"][0]["claimLoop"][0]
    claim["involvedEntitiesInfo"].append(claim["involvedEntitiesInfo"][0])
    claim["inPatientAdjudicationInformation"] = {"coveredDaysOrVisitsCount": 5}
    claim["outPatientAdjudicationInformation"] = {"reimbursementRate": Decimal("0.25")}
    at = {f"{CLAIM}involvedEntitiesInfo", f"{CLAIM}outPatientAdjudicationInformation"}
    assert set(errors_of(payment)) == at


def negated(payment: Json) -> Json:
    """Return the payment as a reversal: every amount of its claims turned round, and something else paid for it."""
    turned = copy.deepcopy(payment)
    for claim in turned["claimLevelInformation"][0]["claimLoop"]:
        information = claim["claimPaymentInformation"]
        information["statusCode"] = 22
        information.pop("patientResponsibilityAmount", None)
        for name in ("totalChargeAmount", "paymentAmount"):
            information[name] = -information[name]
        for line in claim["loop2110"]:
            for name in ("lineItemChargeAmount", "lineItemProviderPaymentAmount"):
                line["servicePaymentInformation"][name] *= -1
            for group in line["serviceAdjustment"]:
                group["adjustments"][0]["monetaryAmount"] *= -1
    taken = turned["paymentDetails"]["amount"]
    forward = {"reasonCode": "FB", "identifier": "FORWARD", "amount": -taken}
    turned["providerLevelAdjustment"] = [
        {"providerIdentifier": make_npi(1), "fiscalPeriodDate": "2026-12-31", "adjustments": [forward]}
    ]
    turned["paymentDetails"]["amount"] = Decimal("0.00")
    return turned


def test_a_reversal_is_negative_throughout() -> None:
    reversal = negated(sample(0))
    assert errors_of(reversal) == {}
    as_first_payment = with_value(reversal, f"{INFORMATION}statusCode", 1)
    assert {f"{INFORMATION}totalChargeAmount", f"{INFORMATION}paymentAmount"} <= set(errors_of(as_first_payment))
    not_negated = with_value(sample(0), f"{INFORMATION}statusCode", 22)
    signs = {f"{INFORMATION}totalChargeAmount", f"{INFORMATION}paymentAmount"}
    assert {path for path in errors_of(not_negated) if "Adjustment" not in path} == signs
    assert f"{LINE}serviceAdjustment[0].adjustments[0].monetaryAmount" in errors_of(not_negated)


def test_every_adjustment_of_a_reversal_is_negated() -> None:
    """One that is not hides in the sum of the others."""
    reversal = negated(sample(0))
    claim = reversal["claimLevelInformation"][0]["claimLoop"][0]
    groups = claim["loop2110"][0]["serviceAdjustment"]
    groups[0]["adjustments"].append({"adjustmentReasonCode": "253", "monetaryAmount": Decimal("1.00")})
    groups[0]["adjustments"][0]["monetaryAmount"] -= 1
    assert set(errors_of(reversal)) == {f"{LINE}serviceAdjustment[0].adjustments[1].monetaryAmount"}
    claim["claimAdjustment"] = [{"claimAdjustmentGroupCode": "OA", "adjustments": groups[0]["adjustments"][1:]}]
    groups[0]["adjustments"] = groups[0]["adjustments"][:1]
    at = f"{CLAIM}claimAdjustment[0].adjustments[0].monetaryAmount"
    assert at in errors_of(reversal, claim_adjustments="claimAdjustment")


def test_a_predetermination_pays_nothing() -> None:
    assert set(errors_of(with_value(sample(), f"{INFORMATION}statusCode", 25))) == {f"{INFORMATION}paymentAmount"}


def test_claim_level_adjustments_count_once_the_array_has_a_name() -> None:
    payment = sample()
    claim = payment["claimLevelInformation"][0]["claimLoop"][0]
    claim["claimAdjustment"] = [
        {
            "claimAdjustmentGroupCode": "OA",
            "adjustments": [{"adjustmentReasonCode": "23", "monetaryAmount": Decimal("1.00")}],
        }
    ]
    assert f"{CLAIM}claimAdjustment" in errors_of(payment)
    assert set(errors_of(payment, claim_adjustments="claimAdjustment")) == {f"{INFORMATION}paymentAmount"}
    claim["claimPaymentInformation"]["paymentAmount"] -= 1
    payment["paymentDetails"]["amount"] -= 1
    assert errors_of(payment, claim_adjustments="claimAdjustment") == {}


# Over HTTP


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.mark.real
def test_the_published_sample_over_http(vendor: Vendor) -> None:
    vendor.sandbox.switch("payments", "strict", True)
    assert "payment.payeeDetails.npiId" in problem(vendor.call("POST", "/payments", published()), 400)["errors"]
    vendor.sandbox.switch("payments", "strict", False)
    assert vendor.call("POST", "/payments", published()).status_code == 200
    batch_id = vendor.created(make_batch(1), "REQUEST-2")
    problem(vendor.add(batch_id, [published()["payment"]]), 409)


@pytest.mark.real
def test_a_refusal_names_the_payment_and_the_member(vendor: Vendor) -> None:
    vendor.sandbox.switch("payments", "strict", True)
    made = make_batch(5)
    batch_id = vendor.created(made)
    made.payments[3]["paymentDetails"]["amount"] += CENT
    errors = problem(vendor.add(batch_id, made.payments), 400)["errors"]
    assert list(errors) == ["payments[3].paymentDetails.amount"]
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 0
    made.payments[3]["paymentDetails"]["amount"] -= CENT
    assert vendor.add(batch_id, made.payments).status_code == 200


@pytest.mark.real
def test_strict_mode_pays_a_claim_once_in_a_batch(vendor: Vendor) -> None:
    vendor.sandbox.switch("payments", "strict", True)
    batch_id = vendor.loaded(make_batch(1))
    again = make_payment(0, prefix="AGAIN")
    number = make_payment(0)["claimLevelInformation"][0]["claimLoop"][0]["claimPaymentInformation"]
    claim = again["claimLevelInformation"][0]["claimLoop"][0]["claimPaymentInformation"]
    claim["payerClaimControlNumber"] = number["payerClaimControlNumber"]
    assert list(problem(vendor.add(batch_id, [again]), 400)["errors"]) == ["payments[0].claimLevelInformation"]
    [first] = vendor.get(f"/payments/batch/{batch_id}/details")["payments"]
    assert vendor.call("POST", f"/payments/{first['paymentId']}/void").status_code == 204
    assert vendor.add(batch_id, [again]).status_code == 200
    third = make_payment(0, prefix="THIRD")
    third["claimLevelInformation"] = again["claimLevelInformation"]
    problem(vendor.add(batch_id, [third]), 400)


@pytest.mark.real
@pytest.mark.parametrize(("member", "value"), [
    ("clientRequestId", ""),
    ("clientRequestId", "R" * 51),
    ("accountShortCode", None),
    ("subAccountShortCode", ""),
    ("totalAmount", Decimal("10000000000.00")),
    ("totalAmount", "5.00"),
    ("numberOfPayments", 0),
    ("numberOfPayments", 2_147_483_648),
])  # fmt: skip
def test_the_bounds_of_a_new_batch(vendor: Vendor, member: str, value: object) -> None:
    body = {"clientRequestId": "R", **vendor.names(), "totalAmount": Decimal("5.00"), "numberOfPayments": 1}
    assert list(problem(vendor.call("POST", "/payments/batch", {**body, member: value}), 400)["errors"]) == [member]


@pytest.mark.real
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"totalAmount": NaN}', b"\xff", b'{"payments": []}', b"[" * 100_000]
)
def test_what_is_no_request_is_refused(vendor: Vendor, body: bytes) -> None:
    batch_id = vendor.created(make_batch(1))
    problem(vendor.call("POST", f"/payments/batch/{batch_id}/add", body), 400)


@pytest.mark.real
def test_a_body_above_the_limit_is_too_big(vendor: Vendor) -> None:
    batch_id = vendor.created(make_batch(2))
    vendor.sandbox.switch("payments", "max_body_kb", 8)
    problem(vendor.add(batch_id, make_batch(2).payments), 413)
    for payment in make_batch(2).payments:
        assert vendor.add(batch_id, [payment]).status_code == 200


@pytest.mark.real
def test_another_account_is_refused(vendor: Vendor) -> None:
    problem(vendor.call("POST", "/payments", make_request(1, account="ACCT2")), 403)
