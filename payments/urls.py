"""The payment pages."""

from django.urls import include, path

from payments.views import accounts, buttons, checking, making, showing

# /payments/<code>/
batch_urls = [
    path("", showing.batch_detail, name="batch-detail"),
    path("status/", showing.batch_status, name="batch-status"),
    path("payments/", showing.batch_payments, name="batch-payments"),
    path("payments/<uuid:payment_code>/", showing.payment_detail, name="payment-detail"),
    # makers
    path("payments/<uuid:payment_code>/remove/", making.payment_remove, name="payment-remove"),
    path("add/", making.batch_add, name="batch-add"),
    path("submit/", making.batch_submit, name="batch-submit"),
    path("take-back/", buttons.batch_take_back, name="batch-take-back"),
    path("discard/", buttons.batch_discard, name="batch-discard"),
    path("give-up/", buttons.batch_give_up, name="batch-give-up"),
    path("copy/", making.batch_copy, name="batch-copy"),
    # checkers
    path("approve/", checking.batch_approve, name="batch-approve"),
    path("withdraw/", buttons.batch_withdraw, name="batch-withdraw"),
    path("reject/", buttons.batch_reject, name="batch-reject"),
    path("release/", checking.batch_release, name="batch-release"),
    path("again/", buttons.batch_again, name="batch-again"),
    path("cancel/", buttons.batch_cancel, name="batch-cancel"),
    path("settle/", checking.batch_settle, name="batch-settle"),
    # both
    path("ask/", buttons.batch_ask, name="batch-ask"),
    path("resume/", buttons.batch_resume, name="batch-resume"),
    path("stop/", buttons.batch_stop, name="batch-stop"),
]

# /payments/accounts/
account_urls = [
    path("", accounts.account_list, name="account-list"),
    path("<uuid:code>/freeze/", accounts.account_freeze, name="account-freeze"),
    path("<uuid:code>/thaw/", accounts.account_thaw, name="account-thaw"),
    path("<uuid:code>/holds/", accounts.account_holds, name="account-holds"),
]

urlpatterns = [
    path("payments/", showing.batch_list, name="batch-list"),
    path("payments/new/", making.batch_new, name="batch-new"),
    path("payments/sample.json", making.sample_file, name="payment-sample"),
    path("payments/accounts/", include(account_urls)),
    path("payments/<uuid:code>/", include(batch_urls)),
]
