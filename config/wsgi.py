"""What the web server loads."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from config import shared_counts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("STATEMENT_TIMEOUT", "20s")  # nobody waits longer for a page
shared_counts.begin()

# by name: it can be imported once the application is there
django = get_wsgi_application()
application = import_string("config.front.Front")(django)
import_string("ratings.loaded.settle")(pages=True)
