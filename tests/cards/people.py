"""Made-up members of made-up payers: the known truth behind every drawn card.

No value here belongs to a real person. Payer ids and BINs only have the shape of real ones.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Member:
    """What one card says; an empty value is not printed."""

    member_name: str
    member_number: str
    group_number: str
    payer_name: str
    payer_id: str
    rx_bin: str
    rx_pcn: str
    plan_name: str
    dependents: tuple[str, ...] = ()
    #: service of the vendor's list -> whole dollars
    copays: dict[str, int] = field(default_factory=dict)
    employer: str = ""
    effective: str = ""
    issuer: str = "9140461101"
    rx_group: str = "RXHLTH"
    claims_box: str = "PO Box 41207"
    claims_city: str = "Lexington, KY 40512-1207"
    phone: str = "800-555-0142"


def _copays(office: int, specialist: int, urgent: int, emergency: int) -> dict[str, int]:
    return {
        "office_visit": office,
        "specialist_visit": specialist,
        "urgent_care": urgent,
        "emergency_room": emergency,
    }


MEMBERS: dict[str, Member] = {
    "ellen": Member(
        "ELLEN HARGROVE",
        "734120956",
        "61842",
        "Northlight Healthcare",
        "73155",
        "017284",
        "8841",
        "Northlight Healthcare Choice Plus",
        ("THOMAS HARGROVE",),
        _copays(25, 30, 150, 300),
    ),
    "marcus": Member(
        "MARCUS T OYELARAN",
        "KPB883104729",
        "00471963",
        "Lakeshore Blue Plans",
        "SB712",
        "003491",
        "LSBP",
        "Preferred Care PPO",
        (),
        _copays(20, 45, 60, 250),
        effective="01/01/2026",
    ),
    "ava": Member(
        "AVA STONE",
        "W204817735",
        "0284410-021-00007",
        "Meridian Life & Health",
        "60731",
        "610415",
        "MERRX",
        "Open Choice PPO",
        ("LEO STONE", "MIA STONE"),
        _copays(15, 40, 50, 200),
    ),
    "priya": Member(
        "Priya Raman",
        "U9047126301",
        "3347120",
        "Corvale Insurance",
        "62911",
        "018377",
        "0613CVL",
        "Open Access Plus",
        ("Anil Raman",),
        _copays(30, 60, 75, 350),
    ),
    "walter": Member(
        "WALTER B KNOX",
        "H61190427",
        "X8830001",
        "Sagebrush Health",
        "61447",
        "016092",
        "03310000",
        "Sagebrush Gold Plus HMO",
        (),
        _copays(0, 35, 40, 120),
        issuer="9140861102",
    ),
    "rosa": Member(
        "ROSA DELGADO-IBARRA",
        "105529873",
        "CAL00412",
        "Valley Community Health Plan",
        "94880",
        "004621",
        "MCAL",
        "Community Complete HMO",
        (),
        _copays(5, 10, 20, 50),
        effective="03/01/2026",
    ),
    "henry": Member(
        "HENRY J ABERNATHY",
        "ZT0047719",
        "BW-1190",
        "Ironbridge Benefit Administrators",
        "39126",
        "020537",
        "IBA",
        "High Deductible 3000 HSA",
        ("CLARA ABERNATHY", "OWEN ABERNATHY", "RUTH ABERNATHY"),
        _copays(40, 80, 90, 400),
        employer="Brightwater Mills Inc",
    ),
    "nina": Member(
        "NINA PETROVIC",
        "ONX4471902863",
        "884120",
        "Harbor Mutual",
        "HM220",
        "610831",
        "HMADV",
        "Silver Select EPO",
        ("LUKA PETROVIC",),
        _copays(35, 70, 80, 450),
    ),
    "grace": Member(
        "GRACE OKAFOR",
        "A00917246",
        "70021",
        "Beacon Ridge Health",
        "84217",
        "011552",
        "BRHADV",
        "Beacon Ridge Advantage (HMO-POS)",
        (),
        _copays(0, 20, 45, 90),
        issuer="9151014609",
    ),
    "daniel": Member(
        "DANIEL WHITCOMBE",
        "5520183467",
        "G40718",
        "First Prairie Assurance",
        "41990",
        "012833",
        "FPA1",
        "Prairie Network POS",
        ("ANNA WHITCOMBE",),
        _copays(25, 50, 65, 275),
        effective="07/01/2025",
    ),
    "simone": Member(
        "SIMONE LAURENT",
        "QRD119038255",
        "2074-B",
        "Tidewater Health Cooperative",
        "TW615",
        "009276",
        "TDW",
        "Bronze Standard HDHP",
        (),
        _copays(50, 100, 75, 500),
    ),
    "amir": Member(
        "AMIR HADDAD",
        "301874492",
        "90558",
        "Summit Peak Health Plans",
        "77418",
        "015203",
        "SPH02",
        "Summit Peak Navigate",
        ("LAYLA HADDAD", "SAMI HADDAD"),
        _copays(20, 40, 50, 200),
    ),
}
