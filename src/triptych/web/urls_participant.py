"""Every route of the participants' site. It is a list of its own: a staff route does not exist there."""

from django.urls import include, path

from triptych.web.pages import own

urlpatterns = [
    path("account/", include("triptych.web.account_urls")),
    path("", own.today, name="home"),
]
