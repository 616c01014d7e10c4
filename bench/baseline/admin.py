"""The two models in the admin, with their history."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from bench.baseline.models import Participant, SessionCheck

admin.site.register(Participant, SimpleHistoryAdmin)
admin.site.register(SessionCheck, SimpleHistoryAdmin, raw_id_fields=["participant"])
