"""Candid's payers and tokens as bytes: what is taken from each, and what is refused."""

import pytest

from eligibility.vendors.candid import wire


@pytest.mark.parametrize("key", ["eligibilityCheck", "eligibility_check"])
def test_payers_are_read_with_their_support_in_either_spelling(key: str) -> None:
    payer = {"display_name": "Aetna", "primary_payer_id": "60054", "names": ["Aetna Life"]}
    payer["transaction_support"] = {key: "ENROLLMENT_REQUIRED"}
    (found,) = wire.parse_payers({"items": [{"score": 1, "payer": payer}, {"payer": {}}], "stats": None, "total": 1})
    assert (found.payer_id, found.name, found.eligibility) == ("60054", "Aetna", "ENROLLMENT_REQUIRED")


def test_tokens_are_read_with_their_life() -> None:
    assert wire.parse_token({"access_token": "t", "expires_in": 18000, "token_type": "Bearer"}) == ("t", 18000.0)
    for broken in ({}, {"access_token": "", "expires_in": 1}, {"access_token": "t"}, []):
        with pytest.raises(wire.Unreadable):
            wire.parse_token(broken)
