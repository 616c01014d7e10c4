"""Log-in and log-out by django-allauth. Nothing else of it has a route: nobody signs up, and no mail is sent."""

from allauth.account import views
from django.urls import path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.login, name="account_signup"),
]
