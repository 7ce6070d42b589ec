"""Code lists of the 835 remittance (005010X221A1) that a payment may use. Source: docs/vendors/optum.md."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


CLAIM_STATUS = frozenset({1, 2, 3, 4, 19, 20, 21, 22, 23, 25})  # CLP02
PAID_STATUS = frozenset({1, 2, 3, 19, 20, 21})
REVERSAL = 22
PREDETERMINATION = 25
FILING_INDICATOR = words("12 13 14 15 16 17 AM CH DS HM LM MA MB MC OF TV VA WC ZZ")  # CLP06
CLAIM_REFERENCE = words(
    "1L 1W 28 6P 9A 9C BB CE EA F8 G1 G3 IG SY 0B 1A 1B 1C 1D 1G 1H 1J D3 G2 LU"
)  # REF01, loop 2100
LINE_REFERENCE = words("1S APC BB E9 G1 G3 LU RB 6R 0K 0B 1A 1B 1C 1D 1G 1H 1J D3 G2 HPI SY TJ")  # REF01, loop 2110
CLAIM_DATE = words("232 233 036 050")  # DTM01, loop 2100
LINE_DATE = words("150 151 472")  # DTM01, loop 2110
PROCEDURE = words("HC AD ER HP IV N4 N6 NU UI WK")  # SVC01-1
SUBMITTED_PROCEDURE = PROCEDURE - {"N6", "UI"}  # SVC06-1
ADJUSTMENT_GROUP = words("CO PR OA PI")  # CAS01
CLAIM_AMOUNT = words("AU D8 DY F5 I NL T T2 ZK ZL ZM ZN ZO")  # AMT01, loop 2100
LINE_AMOUNT = words("B6 KH T T2 ZK ZL ZM ZN ZO")  # AMT01, loop 2110
REMARK_LIST = words("HE RX")  # LQ01
PROVIDER_ADJUSTMENT = words(
    "50 51 72 90 AH AM AP B2 B3 BD BN C5 CR CS CT CV CW DM E3 FB FC GO HM IP IR IS J1 L3 L6 LE LS OA OB PI PL RA RE SL"
    " TL WO WU"
)  # PLB03-1
REMIT_METHOD = words("DATA")

# NM101: which NM102 it may have, which NM108, and whether NM108 must be there.
ENTITIES: dict[str, tuple[frozenset[str], frozenset[str], bool]] = {
    "QC": (words("1"), words("34 HN II MI MR"), False),
    "IL": (words("1 2"), words("FI II MI"), True),
    "74": (words("1 2"), words("C"), False),
    "82": (words("1 2"), words("BD BS FI MC PC SL UP XX"), True),
    "TT": (words("2"), words("AD FI NI PI PP XV"), True),
    "PR": (words("2"), words("AD FI NI PI PP XV"), True),
    "GB": (words("1 2"), words("FI II MI"), False),
}
