"""Every route of the staff site. A route that is not a `page` is listed here by hand as open, with its reason."""

from django.urls import include, path

from triptych.web.pages import (
    attachment,
    casebook,
    entry,
    held,
    home,
    identity,
    logs,
    participant,
    patterns,
    protocol,
    query,
    record,
    review,
    role,
    saved,
    signing,
    site_file,
    writing,
    wrong,
)

urlpatterns = [
    # Open to whoever has no session yet: the log-in itself.
    path("account/", include("triptych.web.account_urls")),
    path("api/", include("triptych.web.api.routes")),  # by token, and never by session
    path("", home.home, name="home"),
    path("act-as/", role.act_as, name="act_as"),
    path("casebook/", casebook.matrix, name="casebook"),
    path("participants/new/", participant.new, name="new_participant"),
    path("participants/<str:participant>/", participant.course, name="participant"),
    path("participants/<str:participant>/file/<slug:form>/", entry.entry, name="entry"),
    path("participants/<str:participant>/file/<slug:form>/shown/", entry.shown, name="entry_shown"),
    path("participants/<str:participant>/records/<uuid:record>/", record.history, name="record"),
    path("participants/<str:participant>/records/<uuid:record>/correct/", entry.correct, name="correct"),
    path("participants/<str:participant>/records/<uuid:record>/error/", record.error, name="entered_in_error"),
    path("participants/<str:participant>/records/<uuid:record>/sign/", signing.sign, name="sign"),
    path("participants/<str:participant>/records/<uuid:record>/query/", query.ask, name="ask"),
    path("participants/<str:participant>/records/<uuid:record>/again/", held.again, name="file_again"),
    path("participants/<str:participant>/records/<uuid:record>/dismiss/", held.dismiss, name="dismiss"),
    path("participants/<str:participant>/records/<uuid:record>/tasks/<slug:task>/", record.done, name="task_done"),
    path("participants/<str:participant>/queries/<uuid:query>/answer/", query.answer, name="answer_query"),
    path("participants/<str:participant>/queries/<uuid:query>/close/", query.close, name="close_query"),
    path("participants/<str:participant>/records/<uuid:record>/attach/", attachment.attach, name="attach"),
    path("participants/<str:participant>/records/<uuid:record>/file/", attachment.download, name="attachment"),
    path("participants/<str:participant>/identity/", identity.look, name="identity"),
    path("participants/<str:participant>/identity/change/", identity.change, name="identity_change"),
    path("participants/<str:participant>/review/<str:scope>/", review.review, name="review"),
    path("reviews/", review.reviews, name="reviews"),
    path("queries/", query.queries, name="queries"),
    path("sites/<str:site>/", site_file.site_file, name="site_file"),
    path("sites/<str:site>/records/<uuid:record>/file/", site_file.download, name="site_document"),
    path("logs/<slug:form>/", logs.log, name="log"),
    path("saved/", saved.save, name="save_list"),
    path("saved/forget/", saved.forget, name="forget_list"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("protocol/write/", writing.write, name="protocol_write"),
    path("protocol/write/check/", writing.check, name="protocol_check"),
    path("protocol/write/save/", writing.save, name="protocol_save"),
    path("protocol/write/document/", writing.download, name="protocol_written"),
    path("protocol/document/", protocol.document, name="protocol_document"),
    path("protocol/text/", protocol.text, name="protocol_text"),
    path("protocol/pdf/", protocol.pdf, name="protocol_pdf"),
    path("protocol/forms/<slug:form>/", protocol.form, name="protocol_form"),
    path("patterns/", patterns.patterns, name="patterns"),
]

handler400 = wrong.unreadable
handler500 = wrong.broken
