"""The life of a batch: the steps that exist, and who may take them."""

from itertools import pairwise, product

import pytest

from payments.states import ENDED, MOVES, Actor, BatchStatus, IllegalMove, check_move

S = BatchStatus


def test_every_step_that_is_not_in_the_table_is_refused() -> None:
    for old, new, actor in product(BatchStatus, BatchStatus, Actor):
        if actor in MOVES.get((old, new), ()):
            check_move(old, new, actor)
        else:
            with pytest.raises(IllegalMove):
                check_move(old, new, actor)


def test_the_main_way_leads_from_draft_to_reconciled() -> None:
    way = [S.DRAFT, S.SUBMITTED, S.APPROVED, S.CREATING, S.LOADING, S.LOADED, S.STARTING, S.HELD, S.RELEASING]
    way += [S.RELEASED, S.RECONCILED]
    assert all((old, new) in MOVES for old, new in pairwise(way))


def test_only_a_checker_approves_and_nobody_skips_approval() -> None:
    assert {new for (old, new) in MOVES if old is S.SUBMITTED} == {S.DRAFT, S.CANCELLED, S.APPROVED, S.REJECTED}
    assert MOVES[S.SUBMITTED, S.APPROVED] == {Actor.CHECKER}
    sent = set(BatchStatus) - {S.DRAFT, S.SUBMITTED, S.APPROVED, S.REJECTED, S.CANCELLED}
    assert {old for (old, new) in MOVES if new in sent and old not in sent} == {S.APPROVED}


def test_released_is_reached_only_by_a_release_or_a_look_or_a_person() -> None:
    assert {old for (old, new) in MOVES if new is S.RELEASED} == {S.RELEASING, S.UNCLEAR, S.NEEDS_REVIEW}
    assert not any(Actor.MAKER in who for (_, new), who in MOVES.items() if new in (S.RELEASED, S.RELEASING))


def test_money_that_left_never_comes_back_to_held() -> None:
    assert {new for (old, new) in MOVES if old is S.RELEASED} == {S.RECONCILED, S.NEEDS_REVIEW}


def test_what_has_ended_stays_ended() -> None:
    assert not [move for move in MOVES if move[0] in ENDED]


def test_every_state_can_be_reached_and_left() -> None:
    assert {new for _, new in MOVES} == set(BatchStatus)  # DRAFT again when a submitted batch is taken back
    assert {old for old, _ in MOVES} == set(BatchStatus) - ENDED
