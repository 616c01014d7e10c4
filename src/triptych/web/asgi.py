"""The application that a server runs: Django, and the files of the pages beside it."""

import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.web.settings")
application = ASGIStaticFilesHandler(get_asgi_application())
