"""What eligibility can do; every page, endpoint and handler goes through these."""

from .captures import (
    CaptureMovedOn,
    NotFinished,
    correct_capture,
    discard_draft,
    finish_capture,
    missing_numbers,
    save_draft,
    send_capture,
    start_capture,
)
from .checks import CheckAlreadyOpen, ask_again, request_check, review_check
from .corrections import AlreadyDecided, CannotApply, accept_correction, applies_to, keep_ours
from .payers import payers_like
from .questions import AskAs, CannotAsk, ask_as_of

__all__ = [
    "AlreadyDecided",
    "AskAs",
    "CannotApply",
    "CannotAsk",
    "CaptureMovedOn",
    "CheckAlreadyOpen",
    "NotFinished",
    "accept_correction",
    "applies_to",
    "ask_again",
    "ask_as_of",
    "correct_capture",
    "discard_draft",
    "finish_capture",
    "keep_ours",
    "missing_numbers",
    "payers_like",
    "request_check",
    "review_check",
    "save_draft",
    "send_capture",
    "start_capture",
]
