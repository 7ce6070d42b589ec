"""Which payer a card means."""

import pytest

from intake.models import CardScan, Payer, PayerAlias
from intake.services.payers import PayerNameless, alias_used, learn_alias, match_payer, payer_from_choice, search_payers

Match = CardScan.Match
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _payers() -> None:
    uhc = payer_from_choice("87726", "UnitedHealthcare")
    payer_from_choice("60054", "Aetna")
    payer_from_choice("00621", "Blue Cross and Blue Shield of Illinois")
    payer_from_choice("84980", "Blue Cross and Blue Shield of Texas")
    learn_alias(uhc, "Golden Rule")


@pytest.mark.parametrize(
    ("printed_id", "printed_name", "known_ids", "edi_payer_id", "match"),
    [
        ("87726", "Aetna", [], "87726", Match.PAYER_ID),
        ("", "Aetna", ["99999", "87726"], "87726", Match.PAYER_ID),
        ("", "golden rule", [], "87726", Match.ALIAS),
        ("99999", "AETNA", [], "60054", Match.NAME),
        ("", "United Healthcare", [], "87726", Match.NAME),
        ("", "UnitedHealthcare Choice Plus", [], "87726", Match.NAME),
        ("", "Blue Cross and Blue Shield", [], None, ""),
        ("", "Blue", [], None, ""),
        ("", "Wellcare", [], None, ""),
        ("", "", [], None, ""),
    ],
)
def test_it_goes_by_id_then_alias_then_name(
    printed_id: str, printed_name: str, known_ids: list[str], edi_payer_id: str | None, match: str
) -> None:
    guess = match_payer(printed_id, printed_name, known_ids)
    assert (guess.payer.edi_payer_id if guess.payer else None, guess.match) == (edi_payer_id, match)


def test_it_adds_a_payer_once() -> None:
    first = payer_from_choice(" 12345 ", "Health  First")
    assert (first.edi_payer_id, first.name) == ("12345", "Health First")
    assert payer_from_choice("12345", "Another spelling") == first
    assert payer_from_choice("", "HealthFirst") == first
    unnumbered = payer_from_choice("", "County Fund")
    assert payer_from_choice("", "county fund") == unnumbered
    assert Payer.objects.count() == 6


def test_it_tells_names_of_every_script_apart() -> None:
    names = ["健康保険", "国民健康", "Здоровье", "स्वास्थ्य", "Santé"]
    assert len({payer_from_choice("", name).pk for name in names}) == len(names)
    assert payer_from_choice("", "ЗДОРОВЬЕ").name == "Здоровье"
    with pytest.raises(PayerNameless):
        payer_from_choice(" ", "*** …")
    assert payer_from_choice("99001", "***").edi_payer_id == "99001"


AETNA, UHC = "60054", "87726"


def say(*chosen: str, name: str = "Golden Rule") -> None:
    for edi_payer_id in chosen:
        learn_alias(Payer.objects.get(edi_payer_id=edi_payer_id), name)


@pytest.mark.parametrize(
    ("corrections", "means"),
    [
        ([AETNA], AETNA),  # one against one: the newest
        ([UHC, AETNA], UHC),  # one slip against two
        ([UHC, AETNA, AETNA], AETNA),
        ([UHC] * 50 + [AETNA], UHC),
        ([UHC] * 50 + [AETNA] * 2, AETNA),  # a name that has come to mean another payer
        ([UHC] * 50 + [AETNA, UHC], UHC),
    ],
)
def test_a_slip_does_not_outweigh_what_was_said_before(corrections: list[str], means: str) -> None:
    say(*corrections)
    found = match_payer("", "GOLDEN RULE")
    assert found.payer and (found.payer.edi_payer_id, found.match) == (means, Match.ALIAS)


def test_it_counts_what_was_taught_and_what_was_used() -> None:
    say(UHC, AETNA)
    alias_used(Payer.objects.get(edi_payer_id=UHC), "golden rule")
    counts = PayerAlias.objects.order_by("payer__name").values_list("payer__name", "taught", "used", "weight")
    assert list(counts) == [("Aetna", 1, 0, 1), ("UnitedHealthcare", 2, 1, 2)]


def test_a_payers_own_name_takes_two_corrections_to_mean_another() -> None:
    say(UHC, name="Aetna")
    assert match_payer("", "Aetna").match == Match.NAME
    say(UHC, name="Aetna")
    found = match_payer("", "Aetna")
    assert found.payer and (found.payer.edi_payer_id, found.match) == (UHC, Match.ALIAS)
    say(AETNA, name="Aetna")
    assert match_payer("", "Aetna").match == Match.NAME


def test_a_merged_payer_is_found_by_all_that_it_was_known_by() -> None:
    aetna, uhc = (Payer.objects.get(edi_payer_id=number) for number in (AETNA, UHC))
    aetna.change(None, merged_into=uhc)
    assert [match_payer(*asked).payer for asked in [(AETNA, ""), ("", "Aetna"), ("", "Aetna Life and more")]][:2] == [
        uhc,
        uhc,
    ]
    assert payer_from_choice(AETNA, "Aetna") == payer_from_choice("", "Aetna") == uhc
    assert aetna not in search_payers("aetna")


def test_it_learns_no_alias_that_is_the_name() -> None:
    learn_alias(Payer.objects.get(edi_payer_id="60054"), "AETNA")
    assert PayerAlias.objects.count() == 1


@pytest.mark.parametrize(("text", "found"), [("877", 1), ("blue", 2), ("golden", 1), ("", 4), ("zzz", 0)])
def test_it_searches_ids_names_and_aliases(text: str, found: int) -> None:
    assert search_payers(text).count() == found
