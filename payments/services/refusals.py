"""Why a service does not do what it is asked; each holds a sentence for people."""

from __future__ import annotations

from payments.rules import Finding


class Refused(Exception):
    """Nothing was changed, and `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refused):
    """This person may not do this, whoever they are and whatever else they may do."""


class WrongState(Refused):
    """The batch is not where this can be done."""


class ChangedSinceSeen(Refused):
    """The batch is not the one that was looked at."""


class HasErrors(Refused):
    """The payments break rules; `findings` lists what, where and by how much."""

    def __init__(self, findings: list[Finding]) -> None:
        errors = sum(finding.is_error for finding in findings)
        words = "one thing is wrong" if errors == 1 else f"{errors:,} things are wrong"
        super().__init__(f"Nothing was saved: {words}. Correct them where the payments come from and give them again.")
        self.findings = findings


class NeedsReasons(Refused):
    """Warnings of these rules have no written reason yet."""

    def __init__(self, rules: list[str]) -> None:
        super().__init__("Every kind of warning needs a written reason before the batch can be submitted.")
        self.rules = rules
