"""Which payer a card means."""

import pytest

from intake.models import CardScan, Payer, PayerAlias
from intake.services.payers import PayerNameless, learn_alias, match_payer, payer_from_choice, search_payers

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


def test_it_lets_the_newest_correction_win() -> None:
    aetna = Payer.objects.get(edi_payer_id="60054")
    learn_alias(aetna, "Golden Rule")
    assert match_payer("", "GOLDEN RULE").payer == aetna
    assert PayerAlias.objects.count() == 1


def test_it_learns_no_alias_that_is_the_name() -> None:
    learn_alias(Payer.objects.get(edi_payer_id="60054"), "AETNA")
    assert PayerAlias.objects.count() == 1


@pytest.mark.parametrize(("text", "found"), [("877", 1), ("blue", 2), ("golden", 1), ("", 4), ("zzz", 0)])
def test_it_searches_ids_names_and_aliases(text: str, found: int) -> None:
    assert search_payers(text).count() == found
