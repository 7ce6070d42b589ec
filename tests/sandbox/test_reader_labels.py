"""The card reader: the words in front of values."""

import pytest

from sandbox.cardscan.reader.labels import find_labels


def names(text: str) -> list[str]:
    return [label.meaning.name for label in find_labels(text)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Member ID: 128", "member_number"),
        ("MemberID", "member_number"),
        ("Member lD", "member_number"),
        ("Subscriber ID No.", "member_number"),
        ("Identification Number", "member_number"),
        ("Enrollee ID#:", "member_number"),
        ("ID", "bare_id"),
        ("Policy #", "policy"),
        ("Grp. Number:", "group_number"),
        ("GROUP NO", "group_number"),
        ("Rx BlN", "rx_bin"),
        ("RXBIN #", "rx_bin"),
        ("RxPCN:", "rx_pcn"),
        ("RxGrp", "rx_group"),
        ("Payor ID", "payer_id"),
        ("EDI Payer #", "payer_id"),
        ("Electronic Payer ID:", "payer_id"),
        ("Covered Dependents:", "dependents"),
        ("Dependent(s)", "dependents"),
        ("Name of Insured", "subscriber_name"),
        ("Patient Name:", "member_name"),
        ("Rx BIN/PCN:", "rx_bin_and_pcn"),
        ("Effective Date", "start_date"),
        ("Contract Number", "policy"),
        ("Alternate ID", "member_number"),
        ("Insured Person ID", "member_number"),
        ("Membership No.", "member_number"),
        ("Policyholder", "subscriber"),
        ("Group Code:", "group_number"),
        ("Employer Group #", "group_number"),
        ("Prescription Group", "rx_group"),
        ("Processor Control No.", "rx_pcn"),
        ("Change Healthcare Payer ID", "payer_id"),
        ("Electronic Submitter ID", "payer_id"),
        ("Medicaid ID", "government_id"),
        ("Nombre del Miembro", "member_name"),
        ("Numero de Identificacion", "member_number"),
        ("Numero de Grupo", "group_number"),
        ("Member/Miembro:", "member"),
        ("Enrollee Name / Nombre", "member_name"),
    ],
)
def test_it_knows_the_words_of_many_cards(text: str, meaning: str) -> None:
    assert names(text) == [meaning]


@pytest.mark.parametrize("text", ["EDI#21600", "EDI # 21600", "EDI: 21600"])
def test_a_sign_for_number_may_touch_the_code(text: str) -> None:
    assert [label.meaning.name for label in find_labels(text)] == ["payer_id"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Client No. TC-004153", "policy"),
        ("Electronic claims # 26006", "payer_id"),
        ("Elec. Payer ID 60054", "payer_id"),
        ("Medical ID # 5520183467", "member_number"),
        ("Sub ID 5520183467", "member_number"),
        ("Member ID/Suffix: 5520183467", "member_number"),
        ("Member ID (use on all claims): 5520183467", "member_number"),
        ("Group/Div 0866342", "group"),
        ("Pharm Grp RX8812", "rx_group"),
    ],
)
def test_a_label_with_its_own_word_for_number_is_meant(text: str, meaning: str) -> None:
    assert [label.meaning.name for label in find_labels(text)] == [meaning]


def test_it_finds_several_labels_in_one_line() -> None:
    assert names("RxBIN 018377 RxPCN 0613CVL RxGrp RX01") == ["rx_bin", "rx_pcn", "rx_group"]


@pytest.mark.parametrize("text", ["Health Plan (80840) 911", "Issuer (80840)", "ID (80840) 9140461101", "(8O840) 91"])
def test_the_issuer_number_is_a_label_of_its_own(text: str) -> None:
    assert names(text)[0] == "issuer"


@pytest.mark.parametrize("text", ["Membership", "Grouping", "IPA71609041", "IDEAL", "binary", "Identify"])
def test_it_leaves_longer_words_and_codes_alone(text: str) -> None:
    assert names(text) == []


def test_a_code_may_run_on_from_its_label() -> None:
    (label,) = find_labels("Member IDW277305519")
    assert "Member IDW277305519"[label.end :] == "W277305519"


def test_a_label_knows_where_it_ends() -> None:
    (label,) = find_labels("Member ID: 128845682")
    assert ("Member ID: 128845682"[label.end :], label.closed) == ("128845682", True)
