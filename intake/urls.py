"""The pages of intake."""

from django.urls import include, path

from .views import (
    accuracy,
    cards,
    coverage,
    flags,
    handoff,
    injuries,
    keeping,
    loose,
    merging,
    patients,
    payers,
    paying_order,
    phone,
    registration,
    review,
    schedule,
    stocktake,
    today,
    vendor_link,
    visits,
)

# /patients/<code>/
patient_urls = [
    path("", patients.patient_detail, name="patient-detail"),
    path("edit/", patients.edit_patient, name="patient-edit"),
    path("hold/", keeping.hold, name="patient-hold"),
    path("cards/new/", cards.new_card, name="card-new"),
    path("coverages/as-of/", coverage.as_of, name="patient-as-of"),
    path("coverages/new/", coverage.new_coverage, name="coverage-new"),
    path("coverages/self-pay/", coverage.self_pay, name="coverage-self-pay"),
    path("coverages/injury/", injuries.new_injury, name="injury-new"),
    path("coverages/order/", paying_order.advice, name="paying-order"),
    path("appointments/new/", visits.new_appointment, name="appointment-new"),
    path("timeline/", patients.timeline_page, name="patient-timeline"),
    path("alike/", merging.alike, name="patient-alike"),
    path("same/", merging.same_as, name="patient-same"),
    path("merge/<uuid:other>/", merging.merge, name="patient-merge"),
    path("two-people/<uuid:other>/", merging.two_people, name="patient-two-people"),
    path("merges/<uuid:merge_code>/undo/", merging.unmerge, name="patient-unmerge"),
]

# /cards/<code>/
card_urls = [
    path("", review.card_page, name="card-review"),
    path("capture/", cards.capture, name="card-capture"),
    path("photos/<slug:side>/", cards.photo, name="card-photo"),
    path("photos/<slug:side>/use/", cards.use_anyway, name="card-photo-use"),
    path("photos/<slug:side>/turn/", cards.turn, name="card-photo-turn"),
    path("photos/<slug:side>/turn-back/", cards.turn_back, name="card-photo-turn-back"),
    path("swap/", cards.swap_sides, name="card-swap"),
    path("same/", cards.same, name="card-same"),
    path("phone/", handoff.offer, name="card-phone"),
    path("phone/status/", handoff.status, name="card-phone-status"),
    path("phone/end/", handoff.end, name="card-phone-end"),
    path("vendor-link/", vendor_link.ask, name="card-vendor-link"),
    path("vendor-link/status/", vendor_link.status, name="card-vendor-link-status"),
    path("vendor-link/end/", vendor_link.end, name="card-vendor-link-end"),
    path("start/", cards.start, name="card-start"),
    path("status/", cards.status, name="card-status"),
    path("also/", review.also, name="card-also"),
    path("by-hand/", cards.by_hand, name="card-by-hand"),
    path("again/", cards.take_again, name="card-again"),
    path("earlier/", cards.use_earlier, name="card-earlier"),
    path("flag/", flags.flag, name="card-flag"),
    path("flags/", flags.flag_list, name="card-flags"),
    path("delete/", cards.delete, name="card-delete"),
    path("fields/", review.review_field, name="card-field"),
    path("payer/", review.choose_payer, name="card-payer"),
    path("agreeing/", review.accept_agreeing, name="card-agreeing"),
    path("confirm/", review.confirm, name="card-confirm"),
    path("undo/", review.undo, name="card-undo"),
    path("move/", review.move, name="card-move"),
]

# /photos/, those that wait for a patient
loose_urls = [
    path("", loose.page, name="loose-photos"),
    path("add/", loose.add, name="loose-add"),
    path("<uuid:code>/", loose.photo, name="loose-photo"),
    path("cards/<uuid:code>/find/", loose.find, name="loose-find"),
    path("cards/<uuid:code>/assign/", loose.assign, name="loose-assign"),
    path("cards/<uuid:code>/swap/", loose.swap, name="loose-swap"),
    path("cards/<uuid:code>/apart/", loose.apart, name="loose-apart"),
    path("cards/<uuid:code>/together/", loose.together, name="loose-together"),
    path("cards/<uuid:code>/delete/", loose.throw_away, name="loose-delete"),
]

# /coverages/<code>/
coverage_urls = [
    path("", coverage.coverage_detail, name="coverage-detail"),
    path("edit/", coverage.edit_coverage, name="coverage-edit"),
    path("remove/", coverage.remove_coverage, name="coverage-remove"),
    path("printed/", coverage.take_printed, name="coverage-printed"),
    path("visits/", injuries.set_visits, name="coverage-visits"),
    path("first/", paying_order.make_first, name="coverage-first"),
]

# /appointments/<code>/
appointment_urls = [
    path("", visits.appointment_detail, name="appointment-detail"),
    path("move/", visits.move_appointment, name="appointment-move"),
    path("reschedule/", visits.reschedule_appointment, name="appointment-reschedule"),
    path("injury/", visits.set_injury, name="appointment-injury"),
]

# /payers/; eligibility has payers/search/
payer_urls = [
    path("", payers.payer_list, name="payer-list"),
    path("export/", payers.export, name="payer-export"),
    path("import/", payers.upload, name="payer-import"),
    path("import/<uuid:code>/", payers.preview, name="payer-preview"),
    path("import/<uuid:code>/refused/", payers.refused, name="payer-refused"),
    path("<uuid:code>/", payers.payer_detail, name="payer-detail"),
    path("<uuid:code>/edit/", payers.edit_payer, name="payer-edit"),
    path("<uuid:code>/merge/", payers.merge_payer, name="payer-merge"),
    path("<uuid:code>/merge/<uuid:merge>/undo/", payers.take_apart, name="payer-take-apart"),
    path("<uuid:code>/aliases/remove/", payers.remove_alias, name="payer-alias-remove"),
]

# /c/, for phones that a card was handed to; nobody is signed in there
phone_urls = [
    path("", phone.door, name="phone-door"),
    path("open/", phone.open_link, name="phone-open"),
    path("card/", phone.card, name="phone-card"),
    path("card/<slug:side>/", phone.photo, name="phone-photo"),
    path("done/", phone.done, name="phone-done"),
]

urlpatterns = [
    path("", today.today, name="today"),
    path("payers/", include(payer_urls)),
    path("schedule/import/", schedule.upload, name="schedule-import"),
    path("schedule/import/<uuid:code>/", schedule.preview, name="schedule-preview"),
    path("schedule/import/<uuid:code>/refused/", schedule.refused, name="schedule-refused"),
    path("walk-in/", visits.walk_in, name="walk-in"),
    path("appointments/<uuid:code>/", include(appointment_urls)),
    path("patients/", patients.patient_list, name="patient-list"),
    path("patients/new/", patients.new_patient, name="patient-new"),
    path("patients/link/", patients.link_patient, name="patient-link"),
    path("patients/duplicates/", merging.duplicate_list, name="patient-duplicates"),
    path("patients/two-people/<uuid:code>/back/", merging.not_two_people, name="two-people-back"),
    path("patients/<uuid:code>/", include(patient_urls)),
    path("cards/<uuid:code>/", include(card_urls)),
    path("photos/", include(loose_urls)),
    path("coverages/<uuid:code>/", include(coverage_urls)),
    path("cards/keeping/", keeping.page, name="keeping"),
    path("cards/keeping/look/", keeping.look, name="keeping-look"),
    path("cards/keeping/deletions.csv", keeping.export, name="keeping-export"),
    path("cards/at-cardscan/", stocktake.page, name="stocktake"),
    path("cards/at-cardscan/compare/", stocktake.begin, name="stocktake-begin"),
    path("cards/at-cardscan/delete/", stocktake.delete_strays, name="stocktake-delete"),
    path("clinic/settings/accuracy/", accuracy.page, name="accuracy"),
    path("clinic/settings/accuracy/rule/", accuracy.set_rule, name="accuracy-rule"),
    path("clinic/settings/accuracy/<uuid:code>/", accuracy.settle, name="rekey-settle"),
    path("cards/type-once-more/", accuracy.retype, name="rekey"),
    path("clinic/settings/registration/", registration.rule_page, name="registration-rule"),
    path("c/", include(phone_urls)),
]
