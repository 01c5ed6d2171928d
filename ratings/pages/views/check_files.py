"""`/check/many/`: terms from a file; a short one is answered at once, a long one by the worker, with progress."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from feedback.pace import ManyChecksPace, pause
from ratings.checks import batch, files
from ratings.checks.wording import VERDICTS
from ratings.jobs import tasks
from ratings.jobs.queue import defer_with
from ratings.models import CheckBatch
from ratings.pages.check_form import CheckForm
from ratings.pages.slow_down import slow_down
from ratings.pages.uploads import at_most
from ratings.pages.views.check import MEGABYTE, owner, page

CONTENT = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LOOK_AGAIN = 3  # seconds


@at_most(32 * MEGABYTE)
@never_cache
@login_required
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """A file in: its answers at once when it is short, else the page that shows how far it is."""
    if wait := pause(request, ManyChecksPace):
        return slow_down(request, wait)
    given = request.FILES.get("file")
    ending = ".csv" if request.POST.get("form") == "csv" else ".xlsx"
    at = timezone.now()
    try:
        if given is None:
            raise batch.BatchRefusedError(_("Please choose a file."))
        name = given.name or ""
        rows = batch.read(given.read(), name=name, most=batch.MOST_UPLOAD)
        if len(rows) > batch.MOST_NOW:
            with transaction.atomic():
                found = files.take_in(rows=rows, name=name, owner=owner(request), at=at)
                defer_with(tasks.check_file, batch=str(found.pk))
            return redirect("pages:check_file", id=found.pk)
        body = batch.write(batch.run(rows, at=at, owner=owner(request)), ending=ending)
    except batch.BatchRefusedError as error:
        return page(request, CheckForm(), status=400, refused=str(error))
    return handed_out(body, f"checks{ending}", ending)


def handed_out(body: bytes, name: str, ending: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=CONTENT[ending])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def own(request: HttpRequest, id: str) -> CheckBatch:
    found = files.of(owner(request)).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


@never_cache
@login_required
@require_safe
def one(request: HttpRequest, id: str) -> HttpResponse:
    """How far a file is; the page looks again by itself."""
    found = own(request, id)
    context: dict[str, Any] = {
        "batch": found,
        "share": 100 * found.done // max(found.rows, 1),
        "counts": [
            (VERDICTS.get(name, _("refused") if name == "refused" else name), count)
            for name, count in sorted(found.counts.items(), key=lambda pair: -pair[1])
        ],
        "stopped": found.error == "stopped",
        "again": LOOK_AGAIN if found.open else 0,
        "hidden": True,
        "section": "check",
    }
    return render(request, "ratings/check_file.html", context)


@never_cache
@login_required
@require_safe
def answers(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """What is answered so far, as a table."""
    return handed_out(files.body(own(request, id), ending=f".{form}"), f"checks.{form}", f".{form}")


@never_cache
@login_required
@require_POST
def stop(request: HttpRequest, id: str) -> HttpResponse:
    """Answer no more of it."""
    files.stop(found=own(request, id), at=timezone.now())
    return redirect("pages:check_file", id=id)
