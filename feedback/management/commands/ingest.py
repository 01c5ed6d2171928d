"""manage.py ingest: loads evidence files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from feedback.ingest.files import Files, Summary, whole_folder
from feedback.ingest.load import load
from feedback.ingest.mapping import Mapping, MappingError, canonical, read_mapping
from feedback.ingest.readers import reader_of
from feedback.ingest.rejects import RejectsFile
from feedback.kinds import KINDS

FAILED = 2
# no room, no server, no file any more; copies go past Django, which would have given their errors its own names
BROKEN_OFF = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, OSError)


class Command(BaseCommand):
    help = (
        "Loads evidence files of one kind, or all of a folder: canonical ones, and others by the KIND.toml beside "
        "them. Rows loaded before count as duplicates; "
        "bad rows go to the rejects file with line and reason and never stop good ones. "
        "Exit code 0: all taken; 1: rows were rejected; 2: nothing could be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", choices=[*KINDS], metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="CSV, JSON Lines, Parquet or XLSX, .gz")
        parser.add_argument("--dir", type=Path, help="load all files of this folder, in order of dependency")
        parser.add_argument(
            "--mappings", type=Path, help="with --dir: folder of KIND.toml files, when they aren't in --dir itself"
        )
        parser.add_argument("--mapping", type=Path, help="TOML that says how the source's columns become ours")
        parser.add_argument("--source", help="puts SOURCE: before every id")
        parser.add_argument("--tz", help="time zone of times that have no offset, like Asia/Shanghai")
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
        parser.add_argument("--rejects", type=Path, help="where rejected rows are written")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["rejects"] or Path(f"{self._name(options)}.rejects.csv")
        with RejectsFile(path) as rejects:
            groups = self._groups(options, rejects)
            summaries: list[Summary] = []
            try:
                with self._progress([files for group in groups for files in group]):
                    for group in groups:
                        summaries += load(group, dry_run=options["dry_run"])
            except BROKEN_OFF as why:
                self._broken_off(groups[len(summaries) :], why)
        self._say(groups, summaries, rejects, options)

    def _broken_off(self, left: list[list[Files]], why: Exception) -> NoReturn:
        names = ", ".join(path.name for group in left for files in group for path in files.paths)
        text = _(
            "broken off: %(why)s\nNothing of %(names)s is stored. Run the same command again when that is mended: "
            "what is loaded already counts as duplicate."
        )
        raise CommandError(text % {"why": str(why).strip(), "names": names}, returncode=FAILED) from why

    def _name(self, options: dict[str, Any]) -> str:
        return options["dir"].resolve().name if options["dir"] else options["kind"] or "ingest"

    def _groups(self, options: dict[str, Any], rejects: RejectsFile) -> list[list[Files]]:
        """What is loaded together, in one transaction each."""
        tz, source = self._zone(options["tz"]), options["source"]
        if options["dir"]:
            if options["kind"] or options["mapping"]:
                raise CommandError(
                    _("--dir takes canonical files of all kinds: no KIND and no --mapping"), returncode=FAILED
                )
            if not options["dir"].is_dir():
                raise CommandError(_("no such folder: %s") % options["dir"], returncode=FAILED)
            if options["mappings"] and not options["mappings"].is_dir():
                raise CommandError(_("no such folder: %s") % options["mappings"], returncode=FAILED)
            try:
                group = whole_folder(options["dir"], rejects, mappings=options["mappings"], tz=tz, source=source)
            except MappingError as error:
                raise CommandError(str(error), returncode=FAILED) from None
            if not group:
                raise CommandError(_("no canonical files in %s") % options["dir"], returncode=FAILED)
            return [group]
        if not options["kind"] or not options["files"]:
            raise CommandError(_("give KIND and FILE…, or --dir DIR"), returncode=FAILED)
        mapping = self._mapping(options)
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(_("no such file: %s") % path, returncode=FAILED)
            try:
                reader_of(path)
            except ValueError as error:
                raise CommandError(str(error), returncode=FAILED) from None
        return [[Files(mapping, [path], rejects, source=source, tz=tz)] for path in options["files"]]

    def _mapping(self, options: dict[str, Any]) -> Mapping:
        kind = KINDS[options["kind"]]
        if not options["mapping"]:
            return canonical(kind)
        try:
            mapping = read_mapping(options["mapping"])
        except MappingError as error:
            raise CommandError(str(error), returncode=FAILED) from None
        if mapping.kind is not kind:
            raise CommandError(_("the mapping is for %s") % mapping.kind.name, returncode=FAILED)
        return mapping

    def _zone(self, name: str | None) -> str | None:
        try:
            return str(ZoneInfo(name)) if name else None
        except (ZoneInfoNotFoundError, ValueError):
            raise CommandError(_("unknown time zone: %s") % name, returncode=FAILED) from None

    @contextmanager
    def _progress(self, all_files: list[Files]) -> Iterator[None]:
        if not self.stderr.isatty():
            yield
            return
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, transient=True) as progress:
            tasks = {
                path: progress.add_task(path.name, total=path.stat().st_size)
                for files in all_files
                for path in files.paths
            }
            for files in all_files:
                files.progress = lambda path, position: progress.update(tasks[path], completed=position)
            yield

    def _say(
        self, groups: list[list[Files]], summaries: list[Summary], rejects: RejectsFile, options: dict[str, Any]
    ) -> None:
        for files in (files for group in groups for files in group):
            if files.unknown:
                names = ", ".join(sorted(files.unknown))
                self.stderr.write(
                    _("%(kind)s: not read: %(names)s") % {"kind": files.mapping.kind.name, "names": names}
                )
        for file, reject in rejects.first:
            place = f"{file}:{reject.line}: {reject.column}".rstrip(": ")
            self.stderr.write(f"{place}: {reject.reason}")
        for summary in summaries:
            self.stdout.write(str(summary))
        if len(summaries) > 1:
            total = Summary("", _("together"))
            for summary in summaries:
                for name in ("rows", "loaded", "older", "duplicate", "skipped", "rejected"):
                    setattr(total, name, getattr(total, name) + getattr(summary, name))
            self.stdout.write(str(total))
        if options["dry_run"]:
            self.stdout.write(_("dry run: nothing was stored"))
        if rejects.count:
            told = ngettext(
                "%(count)s row was rejected; where and why: %(path)s",
                "%(count)s rows were rejected; where and why: %(path)s",
                rejects.count,
            )
            raise CommandError(told % {"count": rejects.count, "path": rejects.path}, returncode=1)
