"""Ten thousand hostile files through the real upload: nothing breaks, and each is decided in time.

Counts what was taken and refused by which sentence. The limit of two seconds is on the processor time of the process
that decodes; the wall is in the note, since it says as much about the machine as about the file.
"""

import tempfile
from collections import Counter
from unittest import mock

from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from bench.measure import Figure, at_least
from clinic.models import Clinic, User
from intake.models import Patient
from intake.services import cards
from tests.bad_input.corpus import corpus
from tests.bad_input.desk import Decision, Desk, peak_megabytes

FILES = 10_000
SECONDS, MEGABYTES = 2.0, 512.0


def run() -> list[Figure]:
    """Return the figures: decided, broken, deaths of the decoder, the slowest, and the decoder's memory."""
    with mock.patch("django.conf.settings.DEMO", True), tempfile.TemporaryDirectory() as folder:
        call_command("prepare")
        with override_settings(MEDIA_ROOT=folder):
            return _figures(_desk())


def _desk() -> Desk:
    clinic, clerk = Clinic.objects.get(), User.objects.get(email="frontdesk@demo.test")
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    patient = Patient.objects.filter(clinics=clinic).order_by("pk")[0]
    return Desk(client, cards.new_card(patient=patient, clinic=clinic, by=clerk))


def _figures(desk: Desk) -> list[Figure]:
    counts: Counter[str] = Counter()
    slowest: list[Decision] = []
    memory = 0.0
    for number, upload in enumerate(corpus(FILES)):
        decision = desk.send(upload)
        counts["broken"] += decision.status >= 500
        counts["decided"] += decision.is_decided
        counts["died"] += decision.died
        counts["taken"] += decision.is_taken
        if decision.sentence:
            counts[f"refused: {decision.sentence}"] += 1
        slowest = sorted([*slowest, decision], key=lambda one: one.processor)[-3:]
        if number % 100 == 0 or decision.processor > 1:
            memory = max(memory, peak_megabytes())
    last = slowest[-1]
    refused = "; ".join(f"{count} {what[9:40]}…" for what, count in sorted(counts.items()) if what[:8] == "refused:")
    return [
        at_least("hostile files decided", counts["decided"], FILES, note=f"{counts['taken']} taken; {refused}"),
        Figure("answers of 500 and more", counts["broken"], 0, ""),
        Figure("deaths of the decoder, each replaced", counts["died"], 0, ""),
        Figure(
            "the slowest file, processor time",
            last.processor,
            SECONDS,
            "s",
            f"{last.upload.what}; {last.seconds:.1f} s on the wall",
        ),
        Figure("the decoder's memory at its highest", memory, MEGABYTES, "MB"),
    ]
