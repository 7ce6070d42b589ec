"""The card reader: words of labels that OCR misread or ran together."""

import pytest

from sandbox.cardscan.reader.lines import Box, Line
from sandbox.cardscan.reader.mend import mend


def mended(text: str, score: float = 0.9) -> str:
    (line,) = mend([Line(text, Box(0, 0, 100, 20), score)])
    return line.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Menber's Name", "Member's Name"),
        ("SUBSCRLBER ID", "SUBSCRIBER ID"),
        ("Payer Identlfier 60054", "Payer Identifier 60054"),
        ("HxBIN 610279", "Rxbin 610279"),
        ("RxBINt 610279", "Rxbin 610279"),
        ("unique 10", "unique ID"),
        ("Speclalist $40", "Specialist $40"),
        ("RSIN", "RXBIN"),
        ("RPON", "RXPCN"),
        ("Rx PON: 9999", "Rxpcn: 9999"),
        ("RyGrp", "Rxgrp"),
    ],
)
def test_a_misread_label_is_mended(text: str, expected: str) -> None:
    assert mended(text) == expected


@pytest.mark.parametrize("text", ["MARTHA GROPE", "KPB883104729", "Northlight Healthcare", "SUNDBERG"])
def test_names_and_codes_are_left_alone(text: str) -> None:
    assert mended(text) == text


def test_a_line_that_was_read_well_is_left_alone() -> None:
    assert mended("Menber's Name", score=0.99) == "Menber's Name"


def test_a_code_that_runs_on_from_edi_is_set_apart() -> None:
    assert mended("EDI72259", score=0.99) == "EDI 72259"


def test_letters_that_look_alike_are_mended_however_sure_they_were_read() -> None:
    assert mended("Speciallst visits: $35 copay", score=0.99) == "Specialist visits: $35 copay"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NAMEMichael Kowalski", "NAME Michael Kowalski"),
        ("Member:W204817735", "Member: W204817735"),
        ("688670PCN# 00624150 GRP# RX0355", "688670 PCN# 00624150 GRP# RX0355"),
    ],
)
def test_words_that_were_run_together_are_parted(text: str, expected: str) -> None:
    assert mended(text, score=0.99) == expected
