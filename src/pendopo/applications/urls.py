"""Addresses of the heart."""

from django.urls import path

from pendopo.applications.views import automatic, citizen, counter, desk, holdings, mandates, me

app_name = "applications"
urlpatterns = [
    path("ajukan/<slug:service_id>/", citizen.begin, name="begin"),
    path("permohonan/<uuid:application_id>/isi/<slug:page_id>/", citizen.fill, name="fill"),
    path("permohonan/<uuid:application_id>/periksa/", citizen.review, name="review"),
    path("permohonan/<uuid:application_id>/tanda-terima/", citizen.receipt, name="receipt"),
    path("permohonan/<uuid:application_id>/tagihan-baru/", citizen.renew_bill, name="renew_bill"),
    path("permohonan/<uuid:application_id>/tarik/", citizen.withdraw, name="withdraw"),
    path("permohonan/<uuid:application_id>/", citizen.status, name="status"),
    path("saya/", me.mine, name="mine"),
    path("saya/data/", me.known, name="known"),
    path("saya/identitas/", me.identity, name="identity"),
    path("saya/dukcapil/", me.dukcapil, name="dukcapil"),
    path("saya/persetujuan/<uuid:consent_id>/tarik/", me.revoke, name="revoke"),
    path("saya/kuasa/", mandates.mandates, name="mandates"),
    path("saya/kuasa/baru/", mandates.give, name="give_mandate"),
    path("saya/kuasa/terima/", mandates.accept, name="accept_mandate"),
    path("saya/kuasa/selesai/", mandates.stand_down, name="stand_down"),
    path("saya/kuasa/<uuid:mandate_id>/cabut/", mandates.revoke, name="revoke_mandate"),
    path("saya/kuasa/<uuid:mandate_id>/pakai/", mandates.stand_for, name="stand_for"),
    path("kerja/loket/", counter.counter, name="counter"),
    path("kerja/loket/kuasa/", counter.paper_mandate, name="paper_mandate"),
    path("kerja/loket/<uuid:person_id>/", counter.serve, name="serve"),
    path("otomatis/", automatic.rules, name="automatic"),
    path("permohonan/<uuid:application_id>/minta-petugas/", automatic.ask, name="ask_person"),
    path("kerja/tinjauan/", automatic.reviews, name="reviews"),
    path("kerja/tinjauan/<int:decision_id>/", automatic.review, name="review_decision"),
    path("kerja/tinjauan/<int:decision_id>/jawab/", automatic.answer_review, name="answer_review"),
    path("kerja/tinjauan/aturan/<slug:rule>/", automatic.switch, name="switch_rule"),
    path("kerja/", desk.inbox, name="inbox"),
    path("dokumen/<uuid:document_id>/", holdings.holding, name="holding"),
    path("dokumen/<uuid:document_id>/minta-cabut/", holdings.ask_revocation, name="ask_revocation"),
    path("kerja/dokumen/", holdings.papers, name="papers"),
    path("kerja/dokumen/<uuid:document_id>/", holdings.paper_file, name="paper_file"),
    path("kerja/dokumen/<uuid:document_id>/<slug:measure>/", holdings.take, name="measure"),
    path("kerja/<uuid:application_id>/", desk.case_file, name="case_file"),
    path("kerja/<uuid:application_id>/berkas/<slug:field>/", desk.attachment, name="attachment"),
    path("kerja/<uuid:application_id>/<slug:step_key>/<slug:verb>/", desk.act, name="act"),
]
