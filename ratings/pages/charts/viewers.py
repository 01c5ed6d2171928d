"""Shown against supported viewers, one bar for each show."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ratings.pages.charts.svg import Chart, Table, percent, picture, tag
from ratings.pages.numbers import as_day, big, day


def viewers_row(session: Mapping[str, Any], *, most: float, uid: str) -> Chart:
    """The outline is what was shown, the filled part what activity supports, the whisker its 90% interval."""
    shown, real = float(session["shown"]), float(session["real"])
    low, high = float(session["real_low"]), float(session["real_high"])
    scale = 100 / max(most, 1)
    when = day(as_day(session["started_at"]))
    title = _("%(day)s: %(shown)s viewers shown, about %(real)s supported") % {
        "day": when,
        "shown": big(shown),
        "real": big(real),
    }
    desc = _("The outline is what was shown; the filled part is what activity supports, with its interval (90%).")
    svg = picture(
        tag("rect", x="0", y=4, width=percent(shown * scale), height=14, rx=2, class_="shown"),
        tag("rect", x="0", y=4, width=percent(max(real * scale, 0.4)), height=14, rx=2, class_="real"),
        tag("line", x1=percent(low * scale), x2=percent(high * scale), y1=11, y2=11, class_="whisker"),
        uid=uid,
        title=title,
        desc=desc,
        height=22,
    )
    return Chart(uid, title, desc, svg)


def shown_against_real(
    sessions: Sequence[Mapping[str, Any]], *, drawn: int = 10, uid: str = "traffic"
) -> tuple[list[Chart], Table]:
    """Bars for the first shows given, on one scale, and a table of all of them."""
    first = sessions[:drawn]
    most = max((float(s["shown"]) for s in first), default=1.0)
    charts = [viewers_row(s, most=most, uid=f"{uid}-{n}") for n, s in enumerate(first)]
    heads = (_("Show"), _("Viewers shown"), _("Supported by activity"), _("Interval (90%)"), _("Flagged"))
    rows = tuple(
        (
            day(as_day(s["started_at"])),
            f"{s['shown']:,.0f}",
            f"{s['real']:,.0f}",
            f"{s['real_low']:,.0f} – {s['real_high']:,.0f}",
            _("yes") if s["flagged"] else _("no"),
        )
        for s in sessions
    )
    return charts, Table(heads, rows)
