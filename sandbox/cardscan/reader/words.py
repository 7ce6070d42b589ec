"""The word lists of words.json: what is no person's name, what belongs to a plan's or a payer's name."""

import json
from pathlib import Path

_LISTS: dict[str, list[str]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _LISTS[name] for word in line.split())


NOT_A_NAME = _words("not_a_name")
TITLES = frozenset({"mr", "mrs", "ms", "miss"})
PLAN_WORDS = _words("plan_words")
#: words of a plan's kind: one of them is enough to make a short line a plan's name
STRONG_PLAN_WORDS = _words("strong_plan_words")
PAYER_WORDS = _words("payer_words")
#: words that may end a company's name, though they say nothing alone
PAYER_TAILS = _words("payer_tails")
#: words of the pages and panels of a card that are never part of a payer's or plan's name
HEADING_NOISE = _words("heading_noise")
#: words that make a text the name of an organisation that may pay, of one that employs, of drugs
ORGANISATIONS = _words("organisations")
EMPLOYERS = _words("employers")
DRUG_WORDS = _words("drug_words")
#: words of public programmes, and of sentences that tell people what to do
PROGRAMMES = _words("programmes")
INSTRUCTIONS = _words("instructions")
#: words of the services that copays are for
SERVICE_WORDS = _words("service_words")
