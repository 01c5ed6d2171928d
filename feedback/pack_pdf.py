"""The evidence pack as a PDF in the reader's language.

The font is one of those that every PDF reader brings for Chinese; none is embedded, so the file stays small.
"""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from feedback.clocks import ClockName
from feedback.models import Against, CaseEvent, Fault, Remedy, Role, State, Topic

FONT, LATIN_FONT = "STSong-Light", "Helvetica"
LATIN = re.compile("[ -~\xa0-\xff]+")  # whatever stands in for the Chinese font has other widths for these
BEYOND = re.compile("[\U00010000-\U0010ffff]")  # the font would show another sign: said by name instead
OPEN, SHUT = "\ue000", "\ue001"  # of no script: marks that escaping leaves alone
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=15, wordWrap="CJK", alignment=TA_LEFT)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=12)
HEAD = ParagraphStyle("head", parent=BODY, fontSize=13, leading=20, spaceBefore=6 * mm)
TITLE = ParagraphStyle("title", parent=BODY, fontSize=18, leading=26)


def pdf(pack: dict[str, Any]) -> bytes:
    """Lay the pack out on A4; the same pack gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    story = [_text(_("Evidence pack"), TITLE), _text(pack["complaint"]["id"], SMALL), *_parts(pack)]
    story += [Spacer(1, 8 * mm), _text(pack["digest"], SMALL), _text(_("Made on %s.") % _when(pack["made_at"]), SMALL)]
    file = io.BytesIO()
    SimpleDocTemplate(
        file, pagesize=A4, title=f"{_('Evidence pack')} {pack['complaint']['id']}", author="Clearhost", invariant=1
    ).build(story)
    return file.getvalue()


def _parts(pack: dict[str, Any]) -> list[Flowable]:
    complaint, host, receipt = pack["complaint"], pack["host"], pack["receipt"]
    session, decision = pack["session"], pack["decision"]
    parts = [
        *_part(
            _("The complaint"),
            [
                (_("About"), Topic(complaint["topic"]).label),
                (_("Received"), _when(complaint["opened_at"])),
                (_("Stands"), State(complaint["state"]).label),
                (_("Against"), f"{Against(pack['against']['who']).label} {pack['against']['name'] or ''}"),
                (_("Wished"), Remedy(complaint["wish"]).label if complaint["wish"] else None),
                (_("In the consumer's words"), complaint["text"]),
            ],
        ),
        *_part(
            _("The order"),
            [
                (_("Order"), receipt["order_id"]),
                (_("Amount paid"), receipt["amount"]),
                (_("Proven by a signed receipt"), _("yes") if receipt["verified"] else _("no")),
            ],
        ),
        *_part(
            _("The host"),
            [
                (_("Name"), host["name"]),
                (_("Accounts"), ", ".join(f"{a['platform']}: {a['handle']}" for a in host["accounts"])),
                (_("Agency"), host["agency"]),
                (_("Room operator"), host["operator"]),
                (_("Qualification"), host["qualification"]),
            ],
        ),
    ]
    if session:
        rows = [
            (_("Session"), session["session_id"]),
            (_("Started"), _when(session["started_at"])),
            (_("Ended"), _when(session["ended_at"])),
            (_("Platform"), session["platform"]),
        ]
        parts += _part(_("The show"), rows)
    if decision:
        shares = ", ".join(f"{Fault(who).label} {share}%" for who, share in decision["shares"].items())
        rows = [
            (_("Decided"), _when(decision["at"])),
            (_("Reason"), decision["reason"]),
            (_("Fault"), shares or (Fault(decision["fault"]).label if decision["fault"] else None)),
            (_("Remedy"), Remedy(decision["remedy"]).label if decision["remedy"] else None),
            (_("Carried out"), _when(decision["remedied_at"])),
        ]
        parts += _part(_("The decision"), rows)
    clocks = [
        (ClockName(c["name"]).label, " ".join(filter(None, (_clock(c), f"({_('late')})" if c["late"] else ""))))
        for c in pack["clocks"]
    ]
    lines = [
        (_when(line["at"]), f"{Role(line['by']).label}: {CaseEvent.Kind(line['event']).label}\n{line['text']}")
        for line in pack["timeline"]
    ]
    files = [(file["media_type"], f"{file['size']} B, SHA-256 {file['sha256']}") for file in pack["attachments"]]
    parts += _part(_("By when"), clocks) + _part(_("What happened"), lines)
    return parts + (_part(_("Attachments"), files) if files else [])


def _part(title: Any, rows: list[tuple[Any, Any]]) -> list[Flowable]:
    told = [[_text(name, SMALL), _text(value)] for name, value in rows if value]
    top = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    table = Table(told, colWidths=[40 * mm, 120 * mm], hAlign="LEFT", style=top, splitInRow=1)  # texts may be long
    return [_text(title, HEAD), table] if told else []


def _text(value: Any, style: ParagraphStyle = BODY) -> Paragraph:
    words = BEYOND.sub(lambda sign: f"[{unicodedata.name(sign[0], hex(ord(sign[0]))).lower()}]", str(value))
    lines = escape(LATIN.sub(f"{OPEN}\\g<0>{SHUT}", words)).replace("\n", "<br/>")
    return Paragraph(lines.replace(OPEN, f'<font name="{LATIN_FONT}">').replace(SHUT, "</font>"), style)


def _clock(clock: dict[str, Any]) -> str:
    due = _("due %(when)s") % {"when": _when(clock["due"])}
    return due if not clock["done_at"] else f"{due}; {_('done %(when)s') % {'when': _when(clock['done_at'])}}"


def _when(written: str | None) -> str | None:
    at: datetime | None = parse_datetime(written) if written else None
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M} (UTC+8)" if at else None
