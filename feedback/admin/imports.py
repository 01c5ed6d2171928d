"""Loading a file in the browser: tried out first, with its rejects, and stored only when someone says so."""

from __future__ import annotations

import csv
import json
import secrets
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.ingest.files import VERDICTS, Files, Summary
from feedback.ingest.load import load
from feedback.ingest.mapping import Mapping, MappingError, canonical, read_mapping
from feedback.ingest.readers import READERS, extension, reader_of
from feedback.ingest.rejects import RejectsFile
from feedback.kinds import KINDS
from feedback.models import Ingest

MOST_BYTES = 200 * 1024 * 1024
SHOWN = 100
KEPT_FOR = 24 * 3600  # seconds
KEPT = "chosen.json"


class ImportForm(forms.Form):
    """A file, what it holds and how it is read; as the options of `manage.py ingest`."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=[(name, name) for name in KINDS])
    file = forms.FileField(
        label=gettext_lazy("file"), help_text=gettext_lazy("CSV, JSON Lines, Parquet or XLSX, also .gz; up to 200 MB")
    )
    mapping = forms.FileField(
        label=gettext_lazy("mapping"),
        required=False,
        help_text=gettext_lazy("TOML that says how another source's columns become ours"),
    )
    source = forms.SlugField(
        label=gettext_lazy("source"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("is put before every id, for sources whose ids could collide"),
    )
    tz = forms.CharField(
        label=gettext_lazy("time zone"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("of times that have no offset, like Asia/Shanghai"),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if extension(Path(str(file.name))) not in READERS:
            raise forms.ValidationError(_("Unknown extension; known are %(known)s.") % {"known": ", ".join(READERS)})
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Too large for the browser: use manage.py ingest."))
        return file

    def clean_tz(self) -> str:
        name = str(self.cleaned_data["tz"])
        if name and name not in available_timezones():
            raise forms.ValidationError(_("unknown time zone: %s") % name)
        return name


def page(request: HttpRequest) -> HttpResponse:
    """Take a file and try it out; nothing is stored."""
    _demand(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        folder = _keep(form.cleaned_data, by=request.user.pk)
        try:
            _try_out(folder)
        except (MappingError, ValueError) as why:
            shutil.rmtree(folder)
            form.add_error("mapping" if form.cleaned_data["mapping"] else "file", str(why).replace(f"{folder}/", ""))
        else:
            return redirect("staff_import_preview", token=folder.name)
    context = {
        **admin.site.each_context(request),
        "title": _("Load a file of evidence"),
        "form": form,
        "columns": [
            (kind.name, [(c.name, c.required) for c in kind.columns if c.name != "received_at"])
            for kind in KINDS.values()
        ],
    }
    return TemplateResponse(request, "admin/feedback/import.html", context)


def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show what would become of the rows; load them, or forget the file."""
    folder, chosen = _chosen(request, token)
    if request.method == "POST":
        if "load" in request.POST:
            summary = _load(folder, chosen, dry_run=False)
            LogEntry.objects.create(
                user_id=request.user.pk or 0,
                content_type_id=get_content_type_for_model(Ingest).pk,
                object_repr=str(summary)[:200],
                action_flag=ADDITION,
                change_message=f"import: {summary} sha256:{summary.digest}",
            )
            messages.success(request, _("Loaded. %(summary)s") % {"summary": summary})
            shutil.rmtree(folder)
            return redirect("admin:feedback_ingest_changelist")
        shutil.rmtree(folder)
        messages.info(request, _("The file was forgotten; nothing was stored."))
        return redirect("staff_import")
    found = chosen["found"]
    context = {
        **admin.site.each_context(request),
        "title": _("Look before it is loaded: %(file)s") % {"file": chosen["file"]},
        "chosen": chosen,
        "counts": [(_verdict(name), found[name]) for name in VERDICTS],
        "rows": found["rows"],
        "rejects": _first(folder / "rejects.csv"),
        "rejected": found["rejected"],
        "token": token,
    }
    return TemplateResponse(request, "admin/feedback/import_preview.html", context)


def rejects(request: HttpRequest, token: str) -> HttpResponseBase:
    """All rejects, to be mended in a spreadsheet."""
    folder = _chosen(request, token)[0]
    if not (folder / "rejects.csv").exists():
        raise Http404
    return FileResponse((folder / "rejects.csv").open("rb"), as_attachment=True, filename="rejects.csv")


def _demand(request: HttpRequest) -> None:
    if not request.user.has_perm("feedback.load_evidence"):
        raise PermissionDenied


def _verdict(name: str) -> str:
    return {
        "loaded": _("new or newer: are loaded"),
        "older": _("older than what is stored"),
        "duplicate": _("stored already"),
        "skipped": _("not asked for by the mapping"),
        "rejected": _("rejected"),
    }[name]


def _keep(given: dict[str, Any], *, by: int | None) -> Path:
    """Put the file aside under a name nobody guesses; what is older than a day goes."""
    root = Path(settings.IMPORTS_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in root.iterdir():
        if old.stat().st_mtime < time.time() - KEPT_FOR:
            shutil.rmtree(old, ignore_errors=True)
    folder = root / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    suffix = "".join(Path(given["file"].name).suffixes[-2:]).lower()
    suffix = suffix if extension(Path(f"x{suffix}")) in READERS else extension(Path(given["file"].name))
    for name, upload in ((f"evidence{suffix}", given["file"]), ("mapping.toml", given["mapping"])):
        if upload:
            with (folder / name).open("wb") as out:
                for chunk in upload.chunks():
                    out.write(chunk)
    chosen = {
        "by": by,
        "file": Path(given["file"].name).name[:200],
        "stored": f"evidence{suffix}",
        "mapped": bool(given["mapping"]),
        **{name: given[name] for name in ("kind", "source", "tz")},
    }
    (folder / KEPT).write_text(json.dumps(chosen))
    return folder


def _chosen(request: HttpRequest, token: str) -> tuple[Path, dict[str, Any]]:
    """The file put aside, for the one who did."""
    _demand(request)
    folder = Path(settings.IMPORTS_ROOT) / token
    if len(token) != 32 or not (folder / KEPT).is_file():
        raise Http404
    chosen = json.loads((folder / KEPT).read_text())
    if chosen["by"] != request.user.pk:
        raise Http404
    return folder, chosen


def _try_out(folder: Path) -> None:
    chosen = json.loads((folder / KEPT).read_text())
    chosen["found"] = asdict(_load(folder, chosen, dry_run=True))
    (folder / KEPT).write_text(json.dumps(chosen))


def _load(folder: Path, chosen: dict[str, Any], *, dry_run: bool) -> Summary:
    mapping: Mapping = canonical(KINDS[chosen["kind"]])
    if chosen["mapped"]:
        mapping = read_mapping(folder / "mapping.toml")
        if mapping.kind.name != chosen["kind"]:
            raise MappingError(_("the mapping is for %s") % mapping.kind.name)
    path = folder / chosen["stored"]
    reader_of(path)
    with RejectsFile(folder / "rejects.csv") as rejects_:
        files = Files(mapping, [path], rejects_, source=chosen["source"] or None, tz=chosen["tz"] or None)
        (summary,) = load([files], dry_run=dry_run)
    summary.file = chosen["file"]
    return summary


def _first(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for _number, row in zip(range(SHOWN), csv.DictReader(file), strict=False)]
