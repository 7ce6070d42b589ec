"""The card reader: whose name is the payer's where insurer, administrator, network and employer are named."""

import pytest

from sandbox.cardscan.reader.card import details, matches, read_reading
from tests.sandbox.reader_lines import front

Row = tuple[str, float, float] | tuple[str, float, float, float]
#: what every card has, low enough to leave room for headings
LABELLED: tuple[Row, ...] = (
    ("Member: ELLEN HARGROVE", 40, 250),
    ("Member ID: 734120956", 40, 300),
    ("Group: 61842", 40, 350),
    ("RxBIN: 017284", 640, 300),
)


def read(*rows: Row, back: tuple[Row, ...] = ()) -> dict[str, str]:
    reading = read_reading(front(*rows, *LABELLED), front(*back) if back else None, None)
    return {name: str(match["value"]) for name, match in matches(reading).items()}


LOGO = ("Bluestem Foods", 40, 30, 48)


@pytest.mark.parametrize(
    ("rows", "payer"),
    [
        ((LOGO, ("Claims administered by Keystone Benefit Group", 40, 540)), "keystone benefit group"),
        ((LOGO, ("Administered by:", 40, 500), ("Trillium Services", 40, 536)), "trillium services"),
        ((LOGO, ("Third Party Administrator: Harrow & Pike", 40, 540)), "harrow & pike"),
        ((LOGO, ("Fund administrator: Wilbur-Kane Corporation", 40, 540)), "wilbur-kane corporation"),
        ((LOGO, ("This plan is self-funded and administered by Cobble Hill TPA.", 40, 540)), "cobble hill tpa"),
        ((("Larkmoor University", 40, 30, 48), ("Underwritten by: Campus National", 40, 540)), "campus national"),
        ((LOGO, ("Insured by Pinnacle Life Insurance Company", 40, 540)), "pinnacle life insurance company"),
        ((LOGO, ("Meritain Health", 640, 540, 36)), "meritain health"),
    ],
)
def test_words_that_say_who_pays_win(rows: tuple[Row, ...], payer: str) -> None:
    assert read(*rows)["payer_name"] == payer


BRAND = ("Meadow Health Plan", 40, 30, 44)


@pytest.mark.parametrize(
    "other",
    [
        ("PHCS Network", 640, 30, 48),
        ("Cigna PPO Network", 640, 30, 48),
        ("OptumRx", 640, 30, 48),
        ("Network access by Summit Health Alliance", 40, 500),
        ("Pharmacy benefits administered by Northline Health Services", 40, 500),
        ("Dental benefits administered by Prairie Dental Plan", 40, 500),
        ("Behavioral health managed by Willow Care", 40, 500),
        ("Stop-loss insurance: Granite Mutual", 40, 500),
        ("Employer: Dover Mutual Benefit Works", 40, 500),
        ("Sponsored by Marlin County Health Trust", 40, 500),
        ("PCP: Bayside Medical Group", 40, 500),
        ("An independent licensee of the Blue Cross Blue Shield Association", 40, 560, 18),
    ],
)
def test_others_that_are_named_do_not_pay(other: Row) -> None:
    assert read(BRAND, other)["payer_name"] == "meadow health plan"


def test_the_head_of_the_claims_address_is_the_administrator() -> None:
    back = (("Mail medical claims to:", 40, 40), ("Harrow Benefit Services", 40, 80), ("PO Box 4120", 40, 120))
    assert read(LOGO, back=back)["payer_name"] == "harrow benefit services"


def test_a_fund_in_care_of_its_administrator() -> None:
    back = (
        ("Send claims to:", 40, 40),
        ("Harbor Trades Health Fund", 40, 80),
        ("c/o Zenith American Solutions", 40, 120),
        ("PO Box 9", 40, 160),
    )
    assert read(("Harbor Trades Health Fund", 40, 30, 44), back=back)["payer_name"] == "zenith american solutions"


def test_a_fund_without_an_administrator_pays_itself() -> None:
    rows = (("Harbor Trades Local 417 Health Fund", 40, 30, 44), ("PPO network:", 640, 120), ("PHCS", 640, 156))
    assert read(*rows)["payer_name"] == "harbor trades local 417 health fund"


def test_the_plan_that_runs_a_public_programme_is_the_payer() -> None:
    assert read(BRAND, ("Oremont Medicaid", 640, 30, 30))["payer_name"] == "meadow health plan"
    assert read(BRAND, ("MedicareRx", 640, 30, 44))["payer_name"] == "meadow health plan"


@pytest.mark.parametrize(
    ("rows", "payer"),
    [
        ((("Oscar", 40, 30, 60), ("Underwritten by Oscar Insurance Corporation", 40, 560, 18)), "oscar"),
        ((("C Selkirk Health", 40, 30, 60), ("Insured by Selkirk Assurance Inc", 40, 560, 20)), "selkirk health"),
        ((("Northlight", 40, 30, 60), ("Administered by North Light Inc", 40, 560, 20)), "northlight"),
        ((LOGO, ("Harrow Point", 640, 480, 32), ("Benefit Administrators, Inc.", 640, 516, 18)), "harrow point"),
        (
            (("Ridge Health Plan", 40, 30, 40), ("Blue Shield", 640, 30, 40), ("network", 640, 74, 16)),
            "ridge health plan",
        ),
        ((("Surest", 40, 30, 54), ("A UnitedHealthcare Company", 40, 90, 18)), "surest"),
    ],
)
def test_the_small_line_below_or_the_full_name_is_not_the_brand(rows: tuple[Row, ...], payer: str) -> None:
    assert read(*rows)["payer_name"] == payer


def test_a_programme_that_the_state_runs_itself() -> None:
    rows = (("Oremont Medicaid", 40, 30, 46), ("Oremont Department of Human Services", 40, 100, 24))
    assert read(*rows)["payer_name"] == "oremont medicaid"


def test_a_known_payer_is_chosen_before_an_unknown_company() -> None:
    assert read(("Granger Steel Works", 40, 30, 44), ("Cigna", 640, 30, 40))["payer_name"] == "cigna"


def test_a_service_with_its_price_is_no_name() -> None:
    rows = (("Campus Life", 40, 30, 44), ("Urgent Care", 40, 420, 40), ("$40", 400, 420, 40))
    assert read(*rows)["payer_name"] == "campus life"


@pytest.mark.parametrize(
    ("printed", "payer"),
    [
        ("Tri-County Indigent Care", "tri-county indigent care"),
        ("C Selkirk Health", "selkirk health"),
        ("Allina Health | Aetna", "allina health | aetna"),
        ("Oxford Health Plans Freedom PPO", "oxford health plans"),
    ],
)
def test_a_heading_is_read_as_the_name_that_it_is(printed: str, payer: str) -> None:
    assert read((printed, 40, 30, 48))["payer_name"] == payer


def test_a_doubtful_payer_has_a_lower_score() -> None:
    def score(*rows: Row) -> float:
        payer = details(read_reading(front(*rows, *LABELLED), None, None))["payer_name"]
        return min(float(one) for one in payer["scores"])  # type: ignore[index]

    sure = score(BRAND)
    doubtful = score(BRAND, ("Granite Mutual Insurance", 640, 30, 44))
    assert doubtful < sure - 0.05


@pytest.mark.parametrize(
    ("rows", "plan"),
    [
        ((("Benefit Plan: Plan A - Active", 40, 420),), "plan a - active"),
        ((("TRICARE Prime", 40, 100, 30),), "tricare prime"),
        ((("Choice Plus", 640, 36, 30), ("PHCS Network", 640, 500, 40)), "choice plus"),
        ((("Plan Vital", 640, 36, 36),), "plan vital"),
        ((("Plan G", 640, 120, 30), ("Medicare Supplement", 640, 160, 22)), "plan g"),
        ((("Gold Copay Plan", 640, 36, 30), ("Cigna PPO Network", 640, 500, 34)), "gold copay plan"),
        ((("Secure Horizon (HMO)", 40, 90, 28), ("Rx Coverage", 640, 90, 28)), "secure horizon (hmo)"),
    ],
)
def test_the_plan_is_told_from_networks_and_panels(rows: tuple[Row, ...], plan: str) -> None:
    assert read(BRAND, *rows)["plan_name"] == plan


@pytest.mark.parametrize(
    "text", ["Oremont Department of Human Services", "WORKERS' COMPENSATION", "Copays", "Emergency Room", "PHCS"]
)
def test_other_headings_are_no_plans(text: str) -> None:
    assert "plan_name" not in read(BRAND, (text, 640, 120, 26))
