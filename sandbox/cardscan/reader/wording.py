"""What the words of a printed name look like: clean text, headings, slogans, sentences, web addresses. Pure."""

import re
from collections.abc import Iterable

from sandbox.cardscan.reader.values import DATE, MONEY, PHONE
from sandbox.cardscan.reader.words import STRONG_PLAN_WORDS

#: words that say nothing alone
SMALL_WORDS = frozenset({"of", "and", "&", "the", "inc", "company", "co", "llc", "by", "for", "a"})
#: words a heading has at most
LONGEST = 8

_TRADE_MARKS = re.compile(r"[®™©]|\(R\)|\(TM\)|\s+(?:SM|TM)$")
_WEB = re.compile(r"www\.|@|\.(?:com|org|net|gov|example)\b", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:www\.|@|https?://)?([a-z0-9\-]{3,})\.(?:com|org|net|gov|example|health|us|info)\b")


def clean(text: str) -> str:
    """Return a printed name without trade marks and stray marks at its ends, and with "PP0" read as "PPO"."""
    text = " ".join(_letters_for_noughts(word) for word in _TRADE_MARKS.sub("", text).split())
    return text.strip(" .,;:\"'“”*|-–")


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without marks at their ends."""
    return [
        word
        for part in text.replace("/", " ").replace("+", " ").split()
        if (word := part.strip(".,()'\":;*®™").lower())
    ]


def letters_of(text: str) -> str:
    """Return the letters and figures of a text in lower case, run together."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def is_heading_like(text: str) -> bool:
    """Say whether a text may be a name: a few words, hardly a figure, no amount, date, telephone or web address."""
    text = clean(text)
    letters = sum(char.isalpha() for char in text)
    whole = len(text.replace(" ", ""))
    return (
        letters >= 2
        and letters >= 0.7 * whole
        and 1 <= len(text.split()) <= LONGEST
        and ":" not in text
        and not (MONEY.search(text) or DATE.search(text) or PHONE.search(text) or is_web(text))
    )


def is_web(text: str) -> bool:
    """Say whether a web or mail address stands in a text."""
    return _WEB.search(text) is not None


def is_sentence(text: str) -> bool:
    """Say whether words are written small, as in a slogan ("A plan for those who serve")."""
    words = [word for word in clean(text).split() if word.isalpha()]
    small = sum(word.islower() and word not in SMALL_WORDS for word in words)
    return 2 <= small < len(words)


def is_affiliation(text: str) -> bool:
    """Say whether a text tells whose child a company is, as in "An Aetna Company" or "Affiliate of Aetna"."""
    words = words_of(text)
    child = {"company", "affiliate", "subsidiary", "business"}
    return len(words) >= 3 and (
        (words[0] in ("a", "an") and words[-1] in child) or (words[0] in child and words[1] == "of")
    )


def ends_as_firm(text: str) -> bool:
    """Say whether a text ends with a firm's legal form."""
    words = words_of(text)
    return bool(words) and words[-1] in {"llc", "inc", "corp", "corporation", "co", "ltd", "lp", "llp", "holdings"}


def has_number(text: str) -> bool:
    """Say whether a text is words and a round sum, as in "PPO 1500" or "Bronze 60"."""
    return re.fullmatch(r"(?:[A-Za-z&/+\-()]+\s+)+\$?\d[\d,/]{1,11}(?:\s+[A-Za-z]+)*", clean(text)) is not None


def domains_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the names of the web and mail addresses in texts: "mynorthlight" of www.mynorthlight.com."""
    return frozenset(letters_of(name) for text in texts for name in _DOMAIN.findall(text.lower()))


def _letters_for_noughts(word: str) -> str:
    letters = word.replace("0", "O")
    return letters if letters != word and letters.strip("().,").lower() in STRONG_PLAN_WORDS else word
