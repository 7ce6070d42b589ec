"""What eligibility can do; every page, endpoint and handler goes through these."""

from .captures import (
    BegunAlready,
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
from .unclear import NumberTaken, look_again, say_it_is_not_there, say_it_is_there

__all__ = [
    "AlreadyDecided",
    "AskAs",
    "BegunAlready",
    "CannotApply",
    "CannotAsk",
    "CaptureMovedOn",
    "CheckAlreadyOpen",
    "NotFinished",
    "NumberTaken",
    "accept_correction",
    "applies_to",
    "ask_again",
    "ask_as_of",
    "correct_capture",
    "discard_draft",
    "finish_capture",
    "keep_ours",
    "look_again",
    "missing_numbers",
    "payers_like",
    "request_check",
    "review_check",
    "save_draft",
    "say_it_is_not_there",
    "say_it_is_there",
    "send_capture",
    "start_capture",
]
