"""Refunds out of a hundred orders, against what is usual among peers."""

from django.utils.translation import gettext as _

from ratings.pages.charts.bands import rail
from ratings.pages.charts.svg import Chart, Table, at, percent, picture, tag


def refund_rate(rate: float, usual_low: float, usual_high: float, *, uid: str = "refunds") -> Chart:
    """Shares of 1; the scale ends a little beyond the largest of them."""
    end = min(1.0, max(0.2, rate, usual_high) * 1.2)
    scale = 100 / end
    title = _("%(rate)s of 100 orders refunded; %(low)s to %(high)s is usual") % {
        "rate": f"{rate * 100:.0f}",
        "low": f"{usual_low * 100:.0f}",
        "high": f"{usual_high * 100:.0f}",
    }
    desc = _("The band is what is usual for the category, the needle this host, the scale refunds of 100 orders.")
    svg = picture(
        rail(16, 8),
        tag(
            "rect",
            x=percent(usual_low * scale),
            y=12,
            width=percent((usual_high - usual_low) * scale),
            height=16,
            rx=3,
            class_="band",
        ),
        at(rate * scale, 8, tag("rect", x=-2, y=0, width=4, height=24, rx=2, class_="needle")),
        tag("text", "0", x="0", y=50, class_="axis"),
        tag("text", f"{end * 100:.0f}", x="100%", y=50, class_="axis", text_anchor="end"),
        uid=uid,
        title=title,
        desc=desc,
        height=54,
    )
    rows = (
        (_("This host"), f"{rate * 100:.1f}"),
        (_("Usual for the category"), f"{usual_low * 100:.1f} – {usual_high * 100:.1f}"),
    )
    return Chart(uid, title, desc, svg, Table((_("Who"), _("Refunds of 100 orders")), rows))
