"""What a kill may hit: a scan, a check, a phone capture, a batch. Each is prepared, begun, and judged in the end.

`begin` is the press of a button that makes outside work; everything before it is prepared by the constructor.
`problems` is the scenario's check: sentences that say what is not finished, not explained, or was done twice.
"""

import io
import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from demo.client import wait_for
from sandbox.cardscan.demo_card import DemoCard, draw_front
from tests.kill.forms import press
from tests.kill.world import PATIENCE, World
from tests.payments_data import make_batch

MEMBER = "ACTIVE1"  # a member of whom the sandbox's payers always say: active
CIGNA = {"edi_payer_id": "62308", "name": "Cigna"}
PAYMENTS = 3  # in a batch


class Work(Protocol):
    """Outside work of one kind."""

    def begin(self) -> None:
        """Order it."""

    def is_settled(self) -> bool:
        """Whether it is finished, or waits with a reason."""

    def problems(self) -> list[str]:
        """Say what is wrong with its end."""


def _patient(world: World) -> dict[str, Any]:
    number = 10_000 + uuid.uuid4().int % 2**31
    name = "".join("abcdefghij"[int(digit)] for digit in str(number))
    person = {"first_name": "Kim", "last_name": name, "birth_date": "1980-01-31"}
    return dict(world.desk.post("patients/", {**person, "spry_patient_id": number}))


def _coverage(world: World, patient: dict[str, Any], member_id: str) -> str:
    asked = {"patient": patient["code"], "payer": CIGNA, "member_id": member_id, "relationship": "SELF"}
    return str(world.desk.post("coverages/", asked)["code"])


class Scan:
    """A card photo on its way to fields, and to one coverage."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.member = world, f"90441{number:04d}"
        self.patient = _patient(world)
        self.where = f"card-scans/{world.desk.post('card-scans/', {'patient': self.patient['code']})['code']}/"
        photo = io.BytesIO()
        draw_front(DemoCard(member_number=self.member)).save(photo, "PNG")
        file = {"file": ("front.png", photo.getvalue())}
        world.desk.post(f"{self.where}images/", files=file, data={"side": "front"})

    def begin(self) -> None:
        """Send the photo to be read."""
        self.world.desk.post(f"{self.where}start/")

    def is_settled(self) -> bool:
        """It can be looked at, or the card says why not."""
        return self._card()["status"] in {"REVIEW", "CONFIRMED", "FAILED"}

    def _card(self) -> dict[str, Any]:
        return dict(self.world.desk.get(self.where))

    def problems(self) -> list[str]:
        """One card was read at the vendor, and confirming it makes one coverage."""
        card, found = self._card(), []
        if card["status"] == "REVIEW":
            self._confirm(card)
        else:
            found.append(f"the card is {card['status']}: {card['problem']}")
        coverages = self.world.desk.get("coverages/", patient=self.patient["code"])
        if [coverage["member_id"] for coverage in coverages] != [self.member]:
            found.append(f"the patient has {len(coverages)} coverages")
        read = [
            c for c in self.world.cards() if c.get("details", {}).get("member_number", {}).get("value") == self.member
        ]
        if len(read) != 1:
            found.append(f"CardScan has read the card {len(read)} times")
        return found

    def _confirm(self, card: dict[str, Any]) -> None:
        desk = self.world.desk
        desk.patch(f"{self.where}fields/", {"accept": list(card["fields"]), "payer": CIGNA})
        desk.post(f"{self.where}confirm/", {"relationship": "SELF"})


class Check:
    """A question to a payer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.coverage = _coverage(world, _patient(world), MEMBER)

    def begin(self) -> None:
        """Ask."""
        asked = self.world.desk.post("eligibility-checks/", {"coverage": self.coverage})
        self.where = f"eligibility-checks/{asked['code']}/"

    def is_settled(self) -> bool:
        """There is an answer."""
        return bool(self.world.desk.get(self.where)["status"] == "DONE")

    def problems(self) -> list[str]:
        """One answer is shown, with exactly the lines that an undisturbed question gets."""
        shown = self.world.desk.get("eligibility-checks/", coverage=self.coverage)["results"]
        answers = [(check["status"], check["answer"]) for check in shown]
        found = [] if answers == [("DONE", "ACTIVE")] else [f"the payer's answers are {answers}"]
        lines = self._lines()
        self.begin()
        wait_for(self.is_settled, bool, what="An undisturbed check", seconds=PATIENCE)
        if lines != self._lines():
            found.append(f"the answer has {len(lines)} lines, an undisturbed one {len(self._lines())}")
        return found

    def _lines(self) -> list[str]:
        benefits = self.world.desk.get(self.where)["benefits"]
        return sorted(json.dumps(line, sort_keys=True) for line in benefits)


class Capture:
    """A phone call on its way to SPRY."""

    def __init__(self, world: World) -> None:
        self.world, self.patient = world, _patient(world)
        coverage = _coverage(world, self.patient, f"W{self.patient['spry_patient_id']}")
        call = {
            "spoke_with": "R. Agent",
            "call_reference": "I-25139A07",
            "called_at": datetime.now(UTC).isoformat(),
            "member_id_confirmed": "on",
            "plan_active": "Y",
            "prior_authorization": "N",
            "service_covered": "Y",
            "in_network_discussed": "on",
            "in_network_copay": "25.00",
            "in_network_coinsurance_percent": "20",
            "in_network_individual_deductible": "1500.00",
            "in_network_individual_deductible_remaining": "640.00",
        }
        draft = world.desk.post("manual-captures/", {"coverage": coverage, "call": call})
        self.where = f"manual-captures/{draft['code']}/"

    def begin(self) -> None:
        """Finish the call; it goes to SPRY."""
        self.world.desk.post(f"{self.where}finish/")

    def is_settled(self) -> bool:
        """SPRY has it, or the call says why not."""
        return self.world.desk.get(self.where)["status"] in {"SAVED", "REJECTED", "SAVED_HERE"}

    def problems(self) -> list[str]:
        """SPRY has one record, and it is the one that is shown here."""
        capture, found = self.world.desk.get(self.where), []
        number = self.patient["spry_patient_id"]
        records = [r["eligibility_enquiry_id"] for r in self.world.spry_records() if r["patient_id"] == number]
        if len(records) != 1:
            found.append(f"SPRY has {len(records)} records of the call")
        if capture["status"] != "SAVED" or capture["eligibility_enquiry_id"] not in records or capture["flag"]:
            found.append(f"the call is {capture['status']} with the flag {capture['flag']!r}")
        return found


class Batch:
    """A batch on its way to where the vendor holds it."""

    account, size, ends = "ACCT1", PAYMENTS, "HELD"

    def __init__(self, world: World) -> None:
        self.world = world
        made = make_batch(self.size, prefix=f"K{uuid.uuid4().hex[:6].upper()}").payments
        self.references = [payment["paymentDetails"]["issuerReferenceId"] for payment in made]
        accounts = {"accountShortCode": self.account, "subAccountShortCode": f"SUB{self.account}"}
        given = {"payment": made[0]} if self.size == 1 else {"payments": made}
        code = world.billing.post("payment-batches/", _numbers({**accounts, **given}))["code"]
        self.where, self.page = f"payment-batches/{code}/", f"/payments/{code}/"
        world.billing.post(f"{self.where}submit/", {"reasons": {}})

    def begin(self) -> None:
        """Approve it; it goes to the vendor."""
        press(self.world.admin("admin"), self.page, to=f"{self.page}approve/")

    def row(self) -> dict[str, Any]:
        """Return the batch as the API shows it."""
        return dict(self.world.billing.get(self.where))

    def is_settled(self) -> bool:
        """It rests, or it waits for a person and says why."""
        return self.row()["status"] in {"HELD", "RELEASED", "RECONCILED", "NEEDS_REVIEW"}

    def times_money_left(self) -> list[int]:
        """Return for each payment how often its money left."""
        ledger = self.world.ledger()
        return [ledger.get(reference, {}).get("times_money_left", 0) for reference in self.references]

    def problems(self) -> list[str]:
        """It ends where it should, the vendor has it once, and money left as often as it says."""
        row, found = self.row(), []
        if row["status"] != self.ends:
            found.append(f"the batch is {row['status']}: {row.get('reason')}")
        expected = 1 if row["status"] in {"RELEASED", "RECONCILED"} else 0
        if set(self.times_money_left()) != {expected}:
            found.append(f"the batch is {row['status']} and money left {self.times_money_left()} times")
        batches = self.world.vendor_batches(self.account)
        whole = [b["currentNumberOfPayments"] for b in batches if b["clientRequestId"] == row["client_request_id"]]
        if whole != [self.size]:
            found.append(f"the vendor has batches of {whole} payments for this request")
        return found


class Release(Batch):
    """A held batch whose money is about to leave."""

    ends, waits_in = "RELEASED", "HELD"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        super().begin()

    def wait_for_its_turn(self) -> None:
        """Wait until the release can be pressed."""
        wait_for(lambda: self.row()["status"], lambda s: s == self.waits_in, what="Holding", seconds=PATIENCE)

    def begin(self) -> None:
        """Press release."""
        press(self.world.admin("admin2"), f"{self.page}release/")

    def waits_with_a_reason(self) -> bool:
        """Whether it waits for a person, says why, and no money has left."""
        row = self.row()
        return row["status"] == "NEEDS_REVIEW" and bool(row["reason"]) and not any(self.times_money_left())

    def release_again(self) -> None:
        """Send it again, as a person may do with a release that is proven not to have happened."""
        why = "Two looks at the vendor say that it is still held."
        press(self.world.admin("admin2"), self.page, to=f"{self.page}again/", reason=why)
        wait_for(lambda: self.row()["status"], lambda s: s == "RELEASED", what="The second release", seconds=PATIENCE)


class Single(Release):
    """A payment of an account that does not hold: making it is paying it."""

    account, size, waits_in = "ACCT2", 1, "LOADED"


def _numbers(document: Any) -> Any:
    """Return the document with its Decimals as numbers that JSON has; two places survive that exactly."""
    if isinstance(document, dict):
        return {name: _numbers(value) for name, value in document.items()}
    if isinstance(document, list):
        return [_numbers(value) for value in document]
    return float(document) if isinstance(document, Decimal) else document
