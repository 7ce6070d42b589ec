"""Rules V0 to V24: a balanced payment passes every one, and each is broken by one change."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payments.reading import read_payments
from payments.rules import Context, Level, check_payments, check_totals
from tests.payments_data import make_batch, make_payment

TODAY = date(2026, 11, 20)
CONTEXT = Context(today=TODAY)
Json = dict[str, Any]
E, W = Level.ERROR, Level.WARNING


def payment(n: int = 1) -> Json:
    return make_payment(n, payment_date=TODAY)


def check(*payments: Any, context: Context = CONTEXT) -> set[tuple[str, Level]]:
    return {(finding.rule, finding.level) for finding in check_payments(list(payments), context).findings}


def details(p: Json) -> Json:
    return p["paymentDetails"]


def payee(p: Json) -> Json:
    return p["payeeDetails"]


def claim(p: Json) -> Json:
    return p["claimLevelInformation"][0]["claimLoop"][0]


def clp(p: Json) -> Json:
    return claim(p)["claimPaymentInformation"]


def line(p: Json) -> Json:
    return claim(p)["loop2110"][0]


def svc(p: Json) -> Json:
    return line(p)["servicePaymentInformation"]


def cas(p: Json) -> Json:
    return line(p)["serviceAdjustment"][0]["adjustments"][0]


def patient(p: Json) -> Json:
    return claim(p)["involvedEntitiesInfo"][0]


def put(where: Callable[[Json], Json], **members: Any) -> Callable[[Json], None]:
    return lambda p: where(p).update(members)


def drop(where: Callable[[Json], Json], name: str) -> Callable[[Json], None]:
    return lambda p: where(p).pop(name)


def reverse(p: Json) -> None:
    """Turn the payment's first claim into a reversal, everything negated, and keep the payment balanced."""
    for item in [clp(p), *(one["servicePaymentInformation"] for one in claim(p)["loop2110"])]:
        for name in ("totalChargeAmount", "paymentAmount", "lineItemChargeAmount", "lineItemProviderPaymentAmount"):
            if name in item:
                item[name] = -item[name]
    clp(p).update(statusCode=22)
    clp(p).pop("patientResponsibilityAmount", None)
    for one in claim(p)["loop2110"]:
        for group in one["serviceAdjustment"]:
            for adjustment in group["adjustments"]:
                adjustment["monetaryAmount"] = -adjustment["monetaryAmount"]


def add_adjustment(group: str, reason: str, amount: str) -> Callable[[Json], None]:
    def change(p: Json) -> None:
        triplet = {"adjustmentReasonCode": reason, "monetaryAmount": Decimal(amount)}
        line(p)["serviceAdjustment"].append({"claimAdjustmentGroupCode": group, "adjustments": [triplet]})

    return change


def ship_elsewhere(p: Json) -> None:
    p["shippingDetails"] = {"name": "Somebody Else", "address": dict(payee(p)["address"])}


FORMAT = [
    ("V0", E, drop(details, "amount")),
    ("V0", E, drop(details, "issuerReferenceId")),
    ("V0", E, put(details, amount=None)),
    ("V0", E, drop(payee, "taxId")),
    ("V0", E, put(payee, taxID="1")),
    ("V0", E, put(claim, claimAdjustments=[])),
    ("V0", E, put(payee, address="Main Street")),
    ("V0", E, put(claim, loop2110={})),
    ("V0", E, put(payee, name=7)),
    ("V0", E, lambda p: payee(p)["address"].pop("state")),
    ("V1", E, put(details, amount=Decimal("10.001"))),
    ("V1", E, put(details, amount=Decimal("-1.00"))),
    ("V1", E, put(details, amount=Decimal("10000000000.00"))),
    ("V1", E, put(details, amount=Decimal("NaN"))),
    ("V1", E, put(details, amount=Decimal("1E+2"))),
    ("V1", E, put(details, amount="10.00")),
    ("V1", E, put(details, amount=True)),
    ("V1", E, put(details, amount=10.5)),
    ("V1", E, put(clp, dischargeFraction=Decimal("1.01"))),
    ("V2", E, put(payee, name=" Willow")),
    ("V2", E, put(payee, name="Wil\x07low")),
    ("V2", E, put(payee, name="Wil\ud800low")),
    ("V2", E, put(payee, name="W" * 61)),
    ("V2", W, put(payee, name="Willow*Bend")),
    ("V2", W, put(payee, name="Willow: Bend")),
    ("V3", E, put(details, paymentDate="2026-02-30")),
    ("V3", E, put(details, paymentDate="11/20/2026")),
    ("V3", E, put(details, paymentDate=(TODAY + timedelta(days=31)).isoformat())),
    ("V3", E, put(details, adjudicationCutoffDate="2026-11-21")),
    ("V4", E, put(details, numberOfAttachedPDFs=True)),
    ("V4", E, put(details, numberOfAttachedPDFs=-1)),
    ("V4", E, put(clp, statusCode="1")),
    ("V5", E, put(clp, statusCode=5)),
    ("V5", E, put(clp, filingIndicatorCode="CI")),
    ("V5", E, put(details, remitMethod="PAPER")),
    ("V5", W, put(clp, facilityTypeCode="98")),
    ("V5", W, put(cas, adjustmentReasonCode="999")),
    ("V5", E, put(patient, entityIdentifierCode="PAT")),
    ("V5", E, put(patient, entityTypeQualifier="2")),
    ("V5", E, put(patient, identificationCodeQualifier="XX")),
    ("V5", E, put(patient, identificationCodeQualifier="34")),
    ("V5", E, drop(patient, "entityIdentifier")),
    ("V5", E, lambda p: claim(p)["involvedEntitiesInfo"].append(dict(patient(p)))),
    ("V5", E, lambda p: claim(p)["involvedEntitiesInfo"].pop(0)),
    ("V5", E, lambda p: svc(p)["compositeMedicalProcedureId1"].update(productServiceIdQualifier="AD")),
    ("V5", E, lambda p: svc(p)["compositeMedicalProcedureId1"].update(procedureModifier1="gp")),
    ("V5", E, lambda p: svc(p)["compositeMedicalProcedureId1"].update(procedureModifier3="GP")),
    ("V5", E, put(svc, nationalUniformBillingCommitteeRevenueCode="042A")),
    (
        "V5",
        E,
        put(
            claim,
            inPatientAdjudicationInformation={"claimDrgAmount": 1},
            outPatientAdjudicationInformation={"esrdPaymentAmount": 1},
        ),
    ),
    ("V5", W, put(claim, inPatientAdjudicationInformation={"coveredDaysOrVisitsCount": 5})),
    ("V5", W, put(line, serviceDate={"dateTimeQualifier": "150", "date": "2026-11-01"})),
    ("V5", W, put(line, healthCareRemarkCode={"codeListQualifierCode": "HE", "remarkCode": "12345"})),
    ("V5", W, put(clp, statusCode=4)),
    ("V6", W, lambda p: payee(p)["address"].update(state="XX")),
    ("V6", E, lambda p: payee(p)["address"].update(postalCode="6054")),
    ("V6", W, ship_elsewhere),
    ("V7", E, put(payee, npiId="1234567890")),
    ("V7", E, put(payee, npiId="2000000000")),
    ("V7", E, lambda p: claim(p)["involvedEntitiesInfo"][1].update(entityIdentifier="1234567890")),
    ("V8", E, put(payee, taxId="12345678")),
    ("V8", E, put(payee, taxId="111111111")),
    ("V9", W, lambda p: p["providerLevelAdjustment"][0].update(providerIdentifier="1234567893")),
]


@pytest.mark.parametrize(("rule", "level", "change"), FORMAT)
def test_a_wrong_value_is_found(rule: str, level: Level, change: Callable[[Json], None]) -> None:
    changed = payment(4)  # number 4 has a provider adjustment
    assert check(changed) == set()
    change(changed)
    assert (rule, level) in check(changed)


@pytest.mark.parametrize("npi", ["1234567893", "1134673957", "1993999998", "2000000002"])
def test_good_npis_pass(npi: str) -> None:
    changed = payment(1)
    payee(changed)["npiId"] = npi
    assert check(changed) == set()


@pytest.mark.parametrize("tax_id", ["900512364", "90-0512364", "900-51-2364"])
def test_tax_ids_pass_with_and_without_hyphens(tax_id: str) -> None:
    changed = payment(1)
    payee(changed)["taxId"] = tax_id
    assert check(changed) == set()


def off(p: Json, rule: str) -> list[Decimal | None]:
    return [finding.off_by for finding in check_payments([p], CONTEXT).findings if finding.rule == rule]


@pytest.mark.parametrize("cent", [Decimal("0.01"), Decimal("-0.01"), Decimal("100.00")])
def test_every_equation_says_by_how_much_it_is_off(cent: Decimal) -> None:
    changed = payment(1)
    svc(changed)["lineItemProviderPaymentAmount"] += cent
    assert off(changed, "V10") == [cent]
    changed = payment(1)
    clp(changed)["paymentAmount"] += cent
    assert off(changed, "V11")[0] == cent
    assert off(changed, "V12") == [-cent]
    assert off(changed, "V14") == [cent]
    changed = payment(1)
    details(changed)["amount"] += cent
    assert off(changed, "V12") == [cent]
    changed = payment(1)
    clp(changed)["totalChargeAmount"] += cent
    assert off(changed, "V13") == [cent]
    changed = payment(1)
    clp(changed)["patientResponsibilityAmount"] = clp(changed).get("patientResponsibilityAmount", Decimal(0)) + cent
    assert off(changed, "V15") == [cent]


def test_the_sentence_names_both_sides() -> None:
    changed = payment(1)
    details(changed)["amount"] += Decimal("100.00")
    sentence = check_payments([changed], CONTEXT).errors[0].sentence
    assert sentence.startswith("The payment is $100.00 too high: claims $")


def test_lines_of_a_hospital_need_not_come_to_the_claim() -> None:
    changed = payment(1)
    clp(changed).update(diagnosisRelatedGroupDrgCode="470")
    claim(changed)["loop2110"].pop()
    assert ("V13", W) in check(changed)
    assert ("V13", E) not in check(changed)


def test_claims_are_counted() -> None:
    changed = payment(1)
    changed["totalNumberClaims"] += 1
    assert check(changed) == {("V17", E)}


def test_provider_adjustments_take_money_away_when_positive() -> None:
    changed = payment(4)
    adjustment = changed["providerLevelAdjustment"][0]["adjustments"][0]
    adjustment["amount"] += Decimal("5.00")
    details(changed)["amount"] -= Decimal("5.00")
    assert check(changed) == set()


def test_claim_adjustments_count_where_the_setting_names_them() -> None:
    changed, ten = payment(1), Decimal("10.00")
    claim(changed)["claimAdjustment"] = [
        {"claimAdjustmentGroupCode": "CO", "adjustments": [{"adjustmentReasonCode": "253", "monetaryAmount": ten}]}
    ]
    assert ("V0", E) in check(changed)  # blocked: the vendor's format has no place for it
    named = Context(today=TODAY, claim_adjustment_field="claimAdjustment")
    assert ("V11", E) in check(changed, context=named)
    clp(changed)["paymentAmount"] -= ten
    details(changed)["amount"] -= ten
    assert check(changed, context=named) == set()


def test_a_reversal_is_negative_throughout() -> None:
    changed = payment(1)  # two claims: the second one stays
    second = deepcopy(changed["claimLevelInformation"][0]["claimLoop"][1])
    reverse(changed)
    findings = check(changed)
    assert ("V16", E) not in findings
    assert ("V16", W) in findings  # no correction travels along
    assert ("V11", E) not in findings
    second["claimPaymentInformation"]["patientControlNumber"] = clp(changed)["patientControlNumber"]
    changed["claimLevelInformation"][0]["claimLoop"][1] = second
    assert ("V16", W) not in check(changed)
    cas(changed)["monetaryAmount"] = -cas(changed)["monetaryAmount"]
    assert ("V16", E) in check(changed)


@pytest.mark.parametrize(
    "change", [put(clp, paymentAmount=Decimal("-5.00")), put(clp, totalChargeAmount=Decimal("-5.00"))]
)
def test_only_a_reversal_is_negative(change: Callable[[Json], None]) -> None:
    changed = payment(1)
    change(changed)
    assert ("V16", E) in check(changed)


def test_more_than_the_charge_is_paid_only_with_interest() -> None:
    changed = payment(1)
    more = svc(changed)["lineItemChargeAmount"] - svc(changed)["lineItemProviderPaymentAmount"] + Decimal("10.00")
    rest = clp(changed)["totalChargeAmount"] - clp(changed)["paymentAmount"] + Decimal("10.00")
    add_adjustment("CO", "225", str(-rest))(changed)
    for where, name in ((svc(changed), "lineItemProviderPaymentAmount"), (clp(changed), "paymentAmount")):
        where[name] += rest
    details(changed)["amount"] += rest
    assert more > 0
    assert check(changed) == set()
    line(changed)["serviceAdjustment"][-1]["adjustments"][0]["adjustmentReasonCode"] = "45x"
    assert ("V11", E) in check(changed)


def test_adjustments_of_nothing_and_twice_the_same() -> None:
    changed = payment(1)
    add_adjustment("OA", "23", "0.00")(changed)
    assert check(changed) == {("V18", W)}
    changed = payment(1)
    add_adjustment("CO", cas(changed)["adjustmentReasonCode"], "0.00")(changed)
    assert ("V18", E) in check(changed)


def test_a_predetermination_pays_nothing() -> None:
    changed = payment(1)
    clp(changed)["statusCode"] = 25
    assert ("V19", E) in check(changed)


@pytest.mark.parametrize("reason", ["18", "29", "50"])
def test_a_line_denied_in_full_should_not_pay(reason: str) -> None:
    changed = payment(1)
    cas(changed)["adjustmentReasonCode"] = reason
    assert check(changed) == {("V20", W)}


@pytest.mark.parametrize("served", [TODAY + timedelta(days=1), TODAY.replace(year=2024) - timedelta(days=1)])
def test_odd_service_dates_are_asked_about(served: date) -> None:
    changed = payment(1)
    line(changed)["serviceDate"]["date"] = served.isoformat()
    assert check(changed) == {("V21", W)}
    line(changed)["serviceDate"]["date"] = TODAY.replace(year=2024).isoformat()
    assert check(changed) == set()


def test_what_the_patient_owes_is_not_the_providers_to_write_off() -> None:
    changed = payment(1)
    cas(changed)["adjustmentReasonCode"] = "2"
    assert check(changed) == {("V5", W)}


@pytest.mark.parametrize("name", ["issuerReferenceId", "issuerPaymentId"])
def test_a_key_stands_once_in_a_batch(name: str) -> None:
    first, second = payment(1), payment(2)
    details(second)[name] = details(first)[name]
    assert check(first, second) == {("V22", E)}


def test_the_same_payment_under_another_key_is_asked_about() -> None:
    first, second = payment(1), payment(1)
    details(second).update(issuerReferenceId="OTHER", issuerPaymentId="OTHER")
    assert check(first, second) == {("V23", W), ("V24", E)}
    details(second)["paymentDate"] = (TODAY - timedelta(days=91)).isoformat()
    details(second).pop("adjudicationCutoffDate")
    assert ("V23", W) not in check(first, second)


def test_a_claim_is_paid_once_in_a_batch_unless_one_is_a_reversal() -> None:
    first, second = payment(1), payment(3)
    clp(second)["payerClaimControlNumber"] = clp(first)["payerClaimControlNumber"]
    assert check(first, second) == {("V24", E)}
    reverse(second)
    assert ("V24", E) not in check(first, second)


def test_control_totals_say_by_how_much_they_are_off() -> None:
    made = make_batch(3, payment_date=TODAY)
    checked = check_payments(made.payments, CONTEXT)
    assert check_totals(checked, total_amount=made.total, count=3) == []
    wrong = check_totals(checked, total_amount=made.total + Decimal("0.01"), count=4)
    assert [(finding.rule, finding.off_by) for finding in wrong] == [("T1", None), ("T1", Decimal("0.01"))]
    assert check_totals(check_payments([], CONTEXT), total_amount=None, count=None)[0].rule == "T6"


@pytest.mark.parametrize("sample", ["single.request.json", "add.request.json"])
def test_the_vendors_own_sample_is_refused_for_what_is_wrong_with_it(sample: str) -> None:
    given = read_payments((Path(__file__).parent / "samples" / sample).read_bytes())
    found = check(*given.payments, context=Context(today=date(2025, 1, 15)))
    assert {("V7", E), ("V10", E), ("V11", E), ("V12", E)} <= found


@pytest.mark.parametrize("odd", [None, 7, "text", [], {}, {"paymentDetails": 3}, {"claimLevelInformation": [3]}])
def test_no_shape_is_too_odd_to_be_refused(odd: Any) -> None:
    assert any(level is E for _, level in check(odd))


def test_a_finding_names_its_place() -> None:
    first, second = payment(1), payment(2)
    payee(second)["npiId"] = "1"
    assert [f.path for f in check_payments([first, second], CONTEXT).findings] == ["payments[1].payeeDetails.npiId"]
    assert check_payments([second], CONTEXT, first=40).findings[0].path == "payments[40].payeeDetails.npiId"
