"""What a page answers when something is wrong with us: our fault, or the database is away."""

import errno
import sys

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

RETRY_SECONDS = "30"
# copies go past Django, which would have given their errors its own names
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EBUSY}  # disk, open files, threads: it passes


def passing(error: BaseException | None) -> bool:
    """Whether what went wrong is the state of the machine or of the database, so that the same may go well later."""
    return isinstance(error, AWAY) or (isinstance(error, OSError) and error.errno in FULL)


def too_large(request: HttpRequest) -> HttpResponse:
    """A body that no page takes; nothing of it was read."""
    return HttpResponse(loader.get_template("413.html").render(), status=413)


def server_error(request: HttpRequest) -> HttpResponse:
    """A page that needs neither a database nor a context."""
    if passing(sys.exc_info()[1]):
        response = HttpResponse(loader.get_template("503.html").render(), status=503)
        response["Retry-After"] = RETRY_SECONDS
        return response
    return HttpResponse(loader.get_template("500.html").render(), status=500)
