"""What the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

from config import shared_counts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("STATEMENT_TIMEOUT", "20s")  # nobody waits longer for a page
shared_counts.begin()

application = get_wsgi_application()
