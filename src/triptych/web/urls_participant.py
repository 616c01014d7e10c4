"""Every route of the participants' site. It is a list of its own: a staff route does not exist there."""

from django.urls import include, path

from triptych.web.pages import (
    agreeing,
    concern,
    diary,
    entering,
    helping,
    integrating,
    learning,
    outbox,
    own,
    passkeys,
    progress,
    replying,
    taper,
    touch_own,
    wrong,
)

urlpatterns = [
    # Open to whoever has no session: the log-in itself, and whom to call for help.
    path("account/reply/", replying.reply, name="reply"),
    path("account/link/", entering.ask, name="link_ask"),
    path("account/link/<slug:secret>/", entering.link, name="link"),
    path("account/passkey/", passkeys.ask, name="passkey_ask"),
    path("account/passkey/enter/", passkeys.enter_by, name="passkey_enter"),
    path("account/", include("triptych.web.account_urls")),
    path("help/", helping.help_now, name="help"),
    # Open: a complaint is told by nobody in particular, and nothing of who tells it is looked at.
    path("concern/", concern.concern, name="concern"),
    path("concern/answer/", concern.answered, name="concern_answer"),
    # Open, and the same for everybody: what a phone needs to keep help and the last pages.
    path("manifest.webmanifest", helping.manifest, name="manifest"),
    path("worker.js", helping.worker, name="worker"),
    path("", own.today, name="home"),
    path("diary/", diary.diary, name="diary"),
    path("experience/", diary.experience, name="experience"),
    path("way/", progress.way, name="way"),
    path("goals/", integrating.goals, name="goals"),
    path("ready/", integrating.ready, name="ready"),
    path("practices/", integrating.practices, name="practices"),
    path("sessions/", integrating.looking_back, name="looking_back"),
    path("sessions/<int:cycle>/", integrating.recall, name="own_recall"),
    path("sessions/<int:cycle>/draw/", integrating.draw, name="draw"),
    path("pictures/<uuid:record>/", integrating.picture, name="picture"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("choices/<slug:form>/", diary.choose, name="choose"),
    path("reminders/", replying.wishes, name="wishes"),
    path("entering/", entering.settings, name="entering"),
    path("entering/passkey/", passkeys.offer, name="passkey_offer"),
    path("entering/passkey/add/", passkeys.add, name="passkey_add"),
    path("sent/", diary.sent, name="sent"),
    path("medicines/", taper.own_plan, name="own_plan"),
    path("medicines/pdf/", taper.own_plan_pdf, name="own_plan_pdf"),
    path("consent/<slug:language>/", agreeing.consent, name="consent"),
    path("consent/<slug:language>/print/", agreeing.printed, name="consent_print"),
    path("consent/<slug:language>/sign/", agreeing.sign, name="consent_sign"),
    path("consent/<slug:language>/part/<slug:part>/", agreeing.element, name="consent_part"),
    path("consent/<slug:language>/part/<slug:part>/back/", agreeing.take_back, name="consent_back"),
    path("touch/", touch_own.own_touch, name="own_touch"),
    path("learn/<slug:language>/", learning.passages, name="passages"),
    path("learn/<slug:language>/<slug:topic>/", learning.passage, name="passage"),
    path("answer/<slug:form>/", own.answer, name="answer"),
]

handler400 = wrong.unreadable
handler500 = wrong.broken
