"""Optum fails while money leaves, or while a batch is taken back: money leaves once, or waits for a person."""

from __future__ import annotations

import pytest

from tests.faults.batches import SCENES, must_end, must_have_left, must_stand, set_up
from tests.faults.stage import Stage
from tests.faults.table import Case, cases
from tests.payments.conftest import Desk, fresh

pytestmark = [pytest.mark.real, pytest.mark.django_db]
RELEASES = ("release", "release_single", "start_pays", "single_pays")


@pytest.mark.parametrize("case", cases("payments", *RELEASES, "cancel", "batch", "batch_details"), ids=str)
def test_money_leaves_once_or_waits(desk: Desk, stage: Stage, case: Case) -> None:
    set_up(desk, stage)
    batch = SCENES[case.route.scene].prepare(desk, stage)
    stage.meet("payments", case.route.name, case.play, deadline=case.route.deadline)
    must_stand(case, stage, fresh(batch), desk)
    must_have_left(case, stage, batch)
    must_end(case, stage, batch, desk)
