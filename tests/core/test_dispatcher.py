"""The dispatcher: it sends the hints that got lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import commands, dispatcher
from core.commands import Later
from tests.core.scripted import _registered, make

__all__ = ["_registered", "make"]
pytestmark = pytest.mark.django_db


class TestDispatcher:
    @pytest.fixture
    def sent(self, monkeypatch) -> list[int]:
        """The ids whose hints reached the broker."""
        from core import hints

        ids: list[int] = []
        monkeypatch.setattr(hints, "send", lambda pk: ids.append(pk) or True)
        return ids

    def test_it_sends_what_is_due_and_not_again_at_once(self, make, sent):
        command = make()
        now = timezone.now()
        assert dispatcher.dispatch(now=now) == 0, "the hint went out with the commit"
        later = now + dispatcher.HINT_AGAIN + timedelta(seconds=1)
        assert dispatcher.dispatch(now=later) == 1
        assert dispatcher.dispatch(now=later) == 0
        assert sent == [command.pk]

    def test_it_sends_what_a_killed_worker_left(self, make, sent):
        command = make()
        commands._claim(command.pk, timezone.now())
        assert dispatcher.dispatch(now=timezone.now() + timedelta(seconds=20)) == 0, "its lease still runs"
        assert dispatcher.dispatch(now=timezone.now() + timedelta(seconds=60)) == 1
        assert sent == [command.pk]

    def test_it_sends_a_wait_when_its_time_comes(self, make, sent):
        at = timezone.now() + timedelta(seconds=3)
        command = make("test.ask", Later(at))
        commands.run(command.pk)
        assert dispatcher.dispatch(now=at - timedelta(seconds=1)) == 0
        assert dispatcher.dispatch(now=at + timedelta(seconds=1)) == 1
        assert sent == [command.pk]

    def test_it_looks_again_when_the_next_one_is_due(self, make):
        at = timezone.now() + timedelta(minutes=1)
        assert dispatcher.until_next(now=at) == dispatcher.LOOK_EVERY
        commands.run(make("test.ask", Later(at)).pk)
        assert dispatcher.until_next(now=at - timedelta(seconds=0.1)) == 0.1
        assert dispatcher.until_next(now=at - timedelta(seconds=5)) == dispatcher.LOOK_EVERY
        assert dispatcher.until_next(now=at) == dispatcher.LOOK_EVERY, "it is due, and its hint goes out"
