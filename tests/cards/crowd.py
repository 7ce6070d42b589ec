"""Made-up people by the dozen: names, ids of many shapes, pharmacy numbers and copays. Nobody here is real."""

from tests.cards.die import Die
from tests.cards.people import Member

_FIRST = """
Aaliyah Abigail Adrian Aiko Alejandro Amara Andre Anita Arturo Beatriz Bernard Bianca Brianna Caleb Carmen Cedric
Chandra Chloe Clarence Dalia Darnell Deborah Desmond Dmitri Edith Elena Elijah Emeka Esther Fatima Felicia Floyd
Gabriela Gerald Gloria Hana Harold Hector Imani Ingrid Isaiah Ivan Jasmine Jerome Joaquin Judith Kavita Keisha Kenji
Lamar Latoya Leticia Linh Lorenzo Mabel Magda Malik Marisol Mei Minh Monique Nadia Nathaniel Noor Octavio Olga Omar
Opal Patrice Pedro Phuong Priscilla Quentin Rafael Renee Rohan Ruben Sabrina Salvador Sanjay Shanice Sofia Stanley
Tamika Tariq Thelma Tomas Ursula Valentina Vernon Vivian Wanda Wendell Xavier Yasmin Yolanda Zachary
"""
_LAST = """
Abernathy, Acosta, Adeyemi, Alvarado, Anderson, Baptiste, Becker, Bhatt, Blackwood, Brennan, Brooks, Castaneda,
Chaudhry, Chen, Chowdhury, Cisneros, Coleman, Dang, De La Cruz, Delacroix, Dubois, Eberhart, Echeverria, Farouk,
Feldman, Figueroa, Fitzgerald, Fontenot, Gallagher, Goldstein, Gonzales, Griffith, Gutierrez, Hashimoto, Hawkins,
Hernandez, Holloway, Ibrahim, Iverson, Jackson, Jaramillo, Jefferson, Johansson, Kapoor, Kaufman, Kim, Kowalski,
Lafayette, Larkin, Leblanc, Lindgren, Lopez-Rivera, Mahoney, Maldonado, Mbeki, McAllister, McKinney, Mendoza,
Moreau, Mukherjee, Nakamura, Nguyen, O'Brien, O'Donnell, Obi, Olsen, Ortega, Osei, Paquette, Park, Patel,
Pellegrino, Petersen, Quintero, Ramirez, Redfeather, Reyes, Rosenthal, Salazar, Sandoval, Schneider, Sepulveda,
Singh, Sokolov, St Clair, Stavros, Tanaka, Thibodeaux, Thornton, Torres, Underwood, Van Buren, Vasquez, Villanueva,
Washington, Whitaker, Wojcik, Xiong, Yamada, Yoder, Zamora, Zielinski
"""
FIRST = tuple(_FIRST.split())
LAST = tuple(" ".join(name.split()) for name in _LAST.split(","))

PCNS = ("9999", "ADV", "MEDDADV", "A4", "IRX", "PDPIND", "MCAIDADV", "CTRX", "ASPROD1", "CLAIMCR", "WG", "P302", "FLRX")
#: service of the vendor's list -> what it usually costs, whole dollars
PRICES: dict[str, tuple[int, ...]] = {
    "office_visit": (0, 5, 10, 15, 20, 25, 30, 35, 40, 50),
    "specialist_visit": (15, 25, 30, 35, 40, 45, 50, 60, 70, 75, 80, 90),
    "urgent_care": (25, 35, 40, 50, 60, 65, 75, 85, 100),
    "emergency_room": (75, 90, 100, 120, 150, 200, 250, 275, 300, 350, 400, 500),
    "telemedicine": (0, 10, 15, 20),
    "preventive_care": (0,),
}
VISITS = ("office_visit", "specialist_visit", "urgent_care", "emergency_room")

#: companies whose names stand on cards without being the payer's
PHARMACISTS = ("CVS Caremark", "Express Scripts", "Navitus Health Solutions", "MaxorPlus", "Prime Therapeutics")
NETWORKS = ("Cigna PPO", "Aetna Choice POS II", "PHCS Network", "First Health Network", "UnitedHealthcare Options PPO")


def somebody(
    die: Die,
    *,
    payer: str,
    member: str,
    group: str = "",
    payer_id: str = "",
    plan: str = "",
    rx: tuple[str, str, str] = ("", "", ""),
    case: str = "upper",
    dependents: int = 0,
    visits: tuple[str, ...] = VISITS,
    employer: str = "",
    issuer: str = "9140######",
) -> Member:
    """Make up a member.

    `member`, `group`, `payer_id` and the three of `rx` (BIN, PCN, group) are patterns of `Die.code`, empty for "not
    printed"; `case` is upper or title; `visits` are the copays the card prints.
    """
    family = die.pick(*LAST)
    names = [
        _cased(f"{_given(die)} {family}", case),
        *(_cased(f"{die.pick(*FIRST)} {family}", case) for _ in range(dependents)),
    ]
    return Member(
        names[0],
        die.code(member),
        die.code(group),
        payer,
        die.code(payer_id),
        die.code(rx[0]),
        die.code(rx[1]),
        plan,
        tuple(names[1:]),
        prices(die, visits),
        employer=employer,
        effective=date(die),
        issuer=die.code(issuer),
        rx_group=die.code(rx[2]),
        claims_box=f"PO Box {die.whole(1000, 99999)}",
        claims_city=die.pick(
            "Amber Falls, OH 44199", "Redstone, TX 79901-2210", "Port Elwood, FL 33410", "Dunmore, PA 18512"
        ),
        phone=die.code("8##-555-01##"),
    )


def prices(die: Die, visits: tuple[str, ...] = VISITS) -> dict[str, int]:
    """Return what each visit costs on one card, whole dollars."""
    return {visit: die.pick(*PRICES[visit]) for visit in visits}


def date(die: Die, form: str = "{month:02d}/{day:02d}/{year}") -> str:
    """Return a day on which a coverage may begin, in the given form."""
    return form.format(month=die.whole(1, 12), day=1, year=die.pick(2023, 2024, 2025, 2026))


def pcn(die: Die) -> str:
    """Return a processor control number of the usual kinds."""
    return die.pick(*PCNS)


def _given(die: Die) -> str:
    first = die.pick(*FIRST)
    return f"{first} {die.code('@')}" if die.chance(0.4) else first


def _cased(name: str, case: str) -> str:
    return name.upper() if case == "upper" else name
