"""The pages of eligibility."""

from django.urls import include, path

from .views import captures, checks, payers, worklist

# /coverages/<code>/
coverage_urls = [
    path("checks/", checks.coverage_checks, name="coverage-checks"),
    path("checks/start/", checks.start_check, name="check-start"),
    path("captures/start/", captures.start_capture, name="capture-start"),
]

# /checks/<code>/
check_urls = [
    path("", checks.check_detail, name="check-detail"),
    path("status/", checks.check_status, name="check-status"),
    path("again/", checks.ask_again, name="check-again"),
    path("review/", checks.review_check, name="check-review"),
    path("raw/", checks.raw_answer, name="check-raw"),
    path("corrections/<uuid:correction>/", checks.decide_correction, name="correction-decide"),
]

# /captures/<code>/
capture_urls = [
    path("", captures.capture_detail, name="capture-detail"),
    path("status/", captures.capture_status, name="capture-status"),
    path("edit/", captures.edit_capture, name="capture-edit"),
    path("correct/", captures.correct_capture, name="capture-correct"),
    path("send/", captures.send_capture, name="capture-send"),
    path("discard/", captures.discard_capture, name="capture-discard"),
]

urlpatterns = [
    path("worklist/", worklist.worklist, name="worklist"),
    path("payers/search/", payers.payer_search, name="payer-search"),
    path("coverages/<uuid:code>/", include(coverage_urls)),
    path("checks/<uuid:code>/", include(check_urls)),
    path("captures/<uuid:code>/", include(capture_urls)),
]
