"""The main job, step by step: card, coverage, eligibility, phone call, a batch made, approved and released."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.client import Api, Browser, StepFailed, direct, wait_for

# What no card carries. The sandbox takes the first birth date it hears for a card's member and remembers it.
BIRTH_DATE = "1986-03-15"
VISIT = "OFFICE_VISIT"
SENT = {"RELEASED", "RECONCILED"}
ACCOUNT = {"accountShortCode": "ACCT1", "subAccountShortCode": "SUBACCT1"}
STUCK = {"NEEDS_REVIEW", "UNCLEAR", "REJECTED", "CANCELLED"}


@dataclass
class Job:
    """One run of the main job against the instance at `url`."""

    url: str
    sandbox_url: str
    logins: dict[str, Any]
    say: Callable[[str], None]
    result: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = Api(self.url, self.logins["tokens"]["frontdesk"])
        self.billing = Api(self.url, self.logins["tokens"]["billing"])

    def run(self, front: Path, back: Path | None) -> dict[str, Any]:
        """Do everything and return the result. Raises StepFailed."""
        with self._step("patient and visit"):
            patient, appointment = self._arrive()
        with self._step("card read"):
            card = self._scan(patient, front, back)
        with self._step("coverage confirmed"):
            coverage = self._confirm(patient, card)
        with self._step("eligibility checked"):
            self._check(coverage, appointment)
        with self._step("phone call captured"):
            self._capture(coverage, appointment)
        with self._step("batch submitted"):
            batch = self._submit()
        with self._step("batch approved"):
            self._approve(batch)
        with self._step("batch released"):
            self._release(batch)
        return self.result

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        took = round(time.monotonic() - started, 2)
        self.seconds[name] = took
        self.say(f"{took:7.2f} s  {name}")

    # ---- the front desk --------------------------------------------------------------------------------------------

    def _arrive(self) -> tuple[dict[str, Any], dict[str, Any]]:
        known = {"if_known": "register", "spry_patient_id": 9100 + uuid.uuid4().int % 800}
        person = {"first_name": "New", "last_name": "Patient", "birth_date": BIRTH_DATE, **known}
        patient = self.desk.post("patients/", person)
        soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        visit = {"patient": patient["code"], "starts_at": soon, "visit_type": VISIT}
        return patient, self.desk.post("appointments/", visit)

    def _scan(self, patient: dict[str, Any], front: Path, back: Path | None) -> dict[str, Any]:
        card = self.desk.post("card-scans/", {"patient": patient["code"]})
        where = f"card-scans/{card['code']}/"
        for side, path in (("front", front), ("back", back)):
            if path is not None:
                self.desk.post(f"{where}images/", files={"file": (path.name, path.read_bytes())}, data={"side": side})
        self.desk.post(f"{where}start/", {"use_doubtful_photos": True})  # somebody's own photo, as it is
        card = wait_for(
            lambda: self.desk.get(where), lambda c: c["status"] in {"REVIEW", "FAILED"}, what="Reading", seconds=180
        )
        if card["status"] == "FAILED":
            raise StepFailed(f"The card could not be read: {card['problem']}")
        self.result["fields"] = {name: _shown(value) for name, value in card["fields"].items()}
        return card

    def _confirm(self, patient: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
        read = card["fields"]
        if "member_number" not in read:
            raise StepFailed("No member number was read. Take a sharper photo of the card's front.")
        self._name_as_on_card(patient, read)
        reviewed: dict[str, Any] = {"accept": list(read)}
        if card["payer"] is None:
            reviewed["payer"] = {
                "edi_payer_id": read.get("payer_id", {}).get("value", ""),
                "name": read.get("payer_name", {}).get("value", "Payer of the card"),
            }
        where = f"card-scans/{card['code']}/"
        self.desk.patch(f"{where}fields/", reviewed)
        made = self.desk.post(f"{where}confirm/", {"relationship": "SELF"})["coverage_made"]
        self.result["coverage"] = {
            "code": made["code"],
            "member_id": made["member_id"],
            "group_number": made["group_number"],
            "plan_name": made["plan_name"],
            "payer": made["payer"]["name"],
            "edi_payer_id": made["payer"]["edi_payer_id"],
        }
        return dict(made)

    def _name_as_on_card(self, patient: dict[str, Any], read: dict[str, Any]) -> None:
        """The person at the desk is the card's member: the desk asks the name, a demo takes it from the card."""
        names = read.get("member_name", {}).get("value", "").title().split()
        if len(names) >= 2:
            self.desk.patch(f"patients/{patient['code']}/", {"first_name": names[0], "last_name": names[-1]})

    def _check(self, coverage: dict[str, Any], appointment: dict[str, Any]) -> None:
        asked = self.desk.post(
            "eligibility-checks/", {"coverage": coverage["code"], "appointment": appointment["code"]}
        )
        where = f"eligibility-checks/{asked['code']}/"
        check = wait_for(
            lambda: self.desk.get(where), lambda c: c["status"] in {"DONE", "WAITING"}, what="The check", seconds=180
        )
        self.result["eligibility"] = {
            key: check[key] for key in ("answer", "reason", "copay", "deductible_remaining", "plan_name")
        }
        if check["answer"] != "ACTIVE":
            raise StepFailed(f"The payer did not say that the coverage is active: {check['sentence']}")

    def _capture(self, coverage: dict[str, Any], appointment: dict[str, Any]) -> None:
        call = {
            "spoke_with": "R. Agent",
            "call_reference": "I-25139A07",
            "member_id_confirmed": "on",
            "plan_active": "Y",
            "prior_authorization": "N",
            "service_covered": "Y",
            "in_network_discussed": "on",
            "in_network_copay": "25.00",
            "in_network_coinsurance_percent": "20",
            "in_network_individual_deductible": "1500.00",
            "in_network_individual_deductible_remaining": "0",
        }
        asked = {"coverage": coverage["code"], "appointment": appointment["code"], "call": call}
        capture = self.desk.post("manual-captures/", asked)
        where = f"manual-captures/{capture['code']}/"
        self.desk.post(f"{where}finish/")
        capture = wait_for(
            lambda: self.desk.get(where), lambda c: c["status"] in {"SAVED", "REJECTED"}, what="SPRY", seconds=120
        )
        self.result["manual_capture"] = {
            "status": capture["status"],
            "eligibility_enquiry_id": capture["eligibility_enquiry_id"],
        }
        if not capture["eligibility_enquiry_id"]:
            raise StepFailed(f"SPRY did not keep the call: {capture['refused_message']}")

    # ---- billing and the admins ------------------------------------------------------------------------------------

    def _submit(self) -> dict[str, Any]:
        browser = Browser(self.url, self.logins["logins"]["billing"], self.logins["password"])
        sample = browser.page("/payments/sample.json").json()
        self.references = [payment["paymentDetails"]["issuerReferenceId"] for payment in sample["payments"]]
        batch = self.billing.post("payment-batches/", {**sample, **ACCOUNT})
        reasons = {warning["rule"]: "Made up for the demo." for warning in batch["warnings"]}
        return dict(self.billing.post(f"payment-batches/{batch['code']}/submit/", {"reasons": reasons}))

    def _approve(self, batch: dict[str, Any]) -> None:
        page = f"/payments/{batch['code']}/"
        self._admin("admin").submit(f"{page}approve/", _seen(batch), seen_on=page)
        self._until(batch, {"HELD", *SENT})

    def _release(self, batch: dict[str, Any]) -> None:
        page = f"/payments/{batch['code']}/release/"
        self._admin("admin2").submit(page, {**_seen(batch), "sure": "on"})
        seen = self._until(batch, SENT)
        ledger = direct().get(f"{self.sandbox_url}/__sandbox__/payments/ledger", timeout=20).json()
        times = {ledger.get(reference, {}).get("times_money_left", 0) for reference in self.references}
        self.result["payment_batch"] = {
            "status": seen["status"],
            "vendor_batch_id": seen["vendor_batch_id"],
            "total": seen["total"],
            "count": seen["count"],
            "times_money_left": max(times),
        }
        if times != {1}:
            raise StepFailed("The sandbox's ledger does not show that each payment left once.")

    def _until(self, batch: dict[str, Any], good: set[str]) -> dict[str, Any]:
        where = f"payment-batches/{batch['code']}/"
        seen = wait_for(
            lambda: self.billing.get(where), lambda b: b["status"] in good | STUCK, what="The batch", seconds=180
        )
        if seen["status"] not in good:
            raise StepFailed(f"The batch stopped at {seen['status']}.")
        return dict(seen)

    def _admin(self, login: str) -> Browser:
        return Browser(self.url, self.logins["logins"][login], self.logins["password"])


def _seen(batch: dict[str, Any]) -> dict[str, str]:
    """Return the figures that an admin's press is bound to."""
    return {name: str(batch[name]) for name in ("content_hash", "total", "count")}


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return {"value": value["value"], "score": value["score"]}


def last_line(result: dict[str, Any], *, ok: bool, seconds: dict[str, float], problem: str = "") -> str:
    """Return the one line of JSON that ends the demo's output."""
    line: dict[str, Any] = {"ok": ok, **result, "seconds": seconds}
    if problem:
        line["problem"] = problem
    return json.dumps(line)
