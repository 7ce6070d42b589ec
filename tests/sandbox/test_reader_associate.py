"""The card reader: which value belongs to which label."""

from sandbox.cardscan.reader.associate import associate
from sandbox.cardscan.reader.lines import Line
from tests.sandbox.reader_lines import front


def read(lines: list[Line]) -> dict[str, str]:
    """Return the surest value of each kind."""
    found: dict[str, str] = {}
    for answer in associate(lines)[0]:
        found.setdefault(answer.kind, answer.value)
    return found


def score(lines: list[Line], kind: str) -> float:
    return max(answer.label_score for answer in associate(lines)[0] if answer.kind == kind)


def test_a_value_follows_its_label_in_one_line() -> None:
    found = read(front(("RxBIN: 610279 RxPCN: 9987", 40, 40), ("ID128845682", 40, 90)))
    assert (found["rx_bin"], found["rx_pcn"]) == ("610279", "9987")
    assert "member_number" not in found  # "ID" runs on into digits: it may as well be the id's own letters


def test_a_value_stands_right_of_its_label() -> None:
    lines = front(("Member ID:", 40, 40), ("128845682", 260, 42), ("Group Number:", 560, 41), ("98755", 860, 40))
    assert read(lines) == {"member_number": "128845682", "group_number": "98755"}


def test_a_label_with_two_texts_to_choose_from_is_in_doubt() -> None:
    clear = associate(front(("Group", 40, 40), ("61842", 40, 74)))[0]
    unclear = associate(front(("Group", 40, 40), ("61842", 40, 74), ("88310", 160, 40)))[0]
    assert clear[0].doubt == 0
    assert unclear[0].doubt > 0.5


def test_a_stray_mark_behind_a_label_is_no_value() -> None:
    lines = front(("GROUP*", 40, 40), ("CV07695", 40, 74))
    assert [(answer.kind, answer.value) for answer in associate(lines)[0]] == [("group_number", "CV07695")]


def test_a_value_stands_below_its_label() -> None:
    lines = front(("Member ID", 40, 40, 18), ("128845682", 40, 64), ("Group", 400, 40, 18), ("98755", 400, 64))
    assert read(lines) == {"member_number": "128845682", "group_number": "98755"}


def test_a_row_of_labels_has_a_row_of_values_below() -> None:
    labels = [("POLICY NO.", 50, 200), ("GRP #", 330, 200), ("PAYER ID", 560, 200), ("RX BIN", 800, 200)]
    values = [("ZT0047719", 50, 240), ("BW-1190", 330, 240), ("39126", 560, 240), ("020537", 800, 240)]
    found = read(front(*labels, *values))
    assert list(map(found.get, ("member_number", "group_number", "payer_id", "rx_bin"))) == [v[0] for v in values]


def test_labels_may_stand_under_their_values() -> None:
    rows = [
        ("ACX90114477", "Member ID", 60),
        ("LC-20441", "Group", 160),
        ("009276", "RxBIN", 260),
        ("TDW", "RxPCN", 360),
    ]
    lines = front(
        *((value, 60, top, 34) for value, _, top in rows), *((label, 60, top + 38, 16) for _, label, top in rows)
    )
    found = read(lines)
    assert [found[kind] for kind in ("member_number", "group_number", "rx_bin", "rx_pcn")] == [row[0] for row in rows]


def test_values_that_ocr_drew_into_one_line_are_cut_at_the_columns() -> None:
    lines = front(("Member ID", 40, 40), ("Member", 240, 40), ("JSB548X53657 Jonas J Stone", 40, 76))
    assert read(lines) == {"member_number": "JSB548X53657", "member_name": "Jonas J Stone"}


def test_a_label_does_not_reach_over_another_one() -> None:
    lines = front(
        ("Group No.", 40, 40), ("NPI", 240, 40), ("1993999998", 320, 40), ("Payer ID", 40, 90), ("87726", 240, 90)
    )
    found = read(lines)
    assert "group_number" not in found
    assert found["payer_id"] == "87726"


def test_the_health_plan_number_is_never_a_member_id() -> None:
    lines = front(("ID (80840) 9140461101", 40, 40), ("Health Plan (80840)", 40, 90), ("911-80708-01", 400, 90))
    found = read(lines)
    assert "member_number" not in found
    assert found["plan_id"] in ("9140461101", "911-80708-01")


def test_the_issuer_number_beside_a_member_label_is_not_its_value() -> None:
    assert "member_number" not in read(front(("Member ID", 40, 40), ("9140461101", 300, 40)))


def test_words_inside_a_sentence_are_no_labels() -> None:
    lines = front(
        ("Show your member ID card each time you need care.", 40, 40),
        ("Harbor Health Plan", 40, 90),
        ("Call Member Services at 800-555-0142", 40, 140),
    )
    assert read(lines).keys() <= {"other"}


def test_a_translated_label_is_one_label() -> None:
    lines = front(("Name/Nombre", 40, 40), ("JOHN L SOMERSET", 40, 76))
    assert read(lines) == {"member_name": "JOHN L SOMERSET"}


def test_a_doctor_is_not_the_member() -> None:
    lines = front(("PCP:", 40, 40), ("Alan Whitaker", 160, 40), ("Member:", 40, 90), ("Rosa Delgado", 160, 90))
    assert read(lines)["member_name"] == "Rosa Delgado"


def test_nearer_is_surer_and_in_line_is_surest() -> None:
    near = front(("Group No.", 40, 40), ("98755", 200, 40))
    far = front(("Group No.", 40, 40), ("98755", 560, 40))
    inside = front(("Group No. 98755", 40, 40))
    assert score(inside, "group_number") > score(near, "group_number") > score(far, "group_number")


def test_a_value_has_the_confidence_of_its_own_characters() -> None:
    (line,) = front(("RxBIN: 610279", 40, 40))
    doubtful = Line(line.text, line.box, 0.99, characters=(0.99,) * 11 + (0.4,))
    (answer,) = associate([doubtful])[0]
    assert answer.text_score < 0.7
