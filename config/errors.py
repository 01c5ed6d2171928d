"""Errors that no view answers: problem documents under /api/, pages elsewhere."""

import sys

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from ratings.api import errors
from ratings.pages.views import errors as pages


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.plain(request, 400) if _of_api(request) else defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.plain(request, 403) if _of_api(request) else defaults.permission_denied(request, exception)


def length_required(request: HttpRequest) -> HttpResponse:
    return errors.plain(request, 411)


def too_large(request: HttpRequest) -> HttpResponse:
    if _of_api(request):
        return errors.plain(request, 413)
    return pages.too_large(request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.plain(request, 404) if _of_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault, or the database's: away, full, or too slow for one request."""
    error = sys.exc_info()[1]
    if isinstance(error, DataError) and request.method == "GET" and request.path.startswith("/admin/"):
        return defaults.bad_request(request, error)  # a filter of a list with a value that its column cannot have
    if not _of_api(request):
        return pages.server_error(request)
    if not pages.passing(error):
        return errors.plain(request, 500)
    response = errors.plain(request, 503)
    response["Retry-After"] = pages.RETRY_SECONDS
    return response


def _of_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
