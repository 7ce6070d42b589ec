"""The buttons of a batch that need nothing but the press, and at most a written reason: one line each."""

from __future__ import annotations

from clinic.second_factor import fresh_second_factor
from payments.services import approvals, drafts, orders, submitting
from payments.views.acting import CHECKERS, MAKERS, button

# Makers', before anything is sent.
batch_take_back = button(
    submitting.take_back, MAKERS, done="The batch is a draft again. Approvals given so far are void."
)
batch_discard = button(drafts.discard, MAKERS, done="The draft is thrown away. Its references may be used again.")
batch_give_up = button(
    submitting.give_up, MAKERS, needs_reason=True, done="The batch is cancelled. Nothing of it was sent."
)

# Checkers'.
batch_withdraw = button(approvals.withdraw, CHECKERS, needs_reason=True, done="The approval is withdrawn.")
batch_reject = button(
    submitting.reject,
    CHECKERS,
    needs_reason=True,
    done="The batch is rejected. Its maker can copy it and correct the copy.",
)
batch_again = button(
    orders.send_again,
    CHECKERS,
    needs_reason=True,
    done="It is sent once more, in your name.",
    guard=fresh_second_factor(back="batch-detail"),
)
batch_cancel = button(orders.cancel_at_vendor, CHECKERS, needs_reason=True, done="The cancellation is ordered.")

# Anybody's who works on payments, on the way to the vendor.
batch_ask = button(orders.ask, MAKERS, done="The vendor is asked. What it says appears here.")
batch_resume = button(orders.resume, MAKERS, done="The batch goes on.")
batch_stop = button(orders.stop, MAKERS, done="It is stopped. Nothing was sent.")
