"""The distribution of a merchant's profit, the chance by fee, and how returns come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ratings.pages.charts.svg import Chart, Table, at, percent, picture, tag

HEIGHT, FLOOR = 150, 128


def yuan(value: float) -> str:
    """Whole yuan with separators, a true minus sign."""
    text = f"{abs(value):,.0f}"
    return f"−{text}" if value < 0 and text != "0" else text


def profit_histogram(bars: Sequence[Mapping[str, float]], *, chance: float) -> Chart:
    """Bars of equal width; losses and gains differ in pattern of fill and by the line at nothing."""
    low, high = bars[0]["from"], bars[-1]["to"]
    width = high - low
    most = max(bar["share"] for bar in bars) or 1.0
    title = _("Profit: earned back in %(chance)s of 100 cases") % {"chance": f"{100 * chance:.0f}"}
    if low < 0 < high:
        desc = _(
            "Each bar is how often the profit falls there; left of the line the merchant loses, right of it gains."
        )
    elif high <= 0:
        desc = _("Each bar is how often the profit falls there; everywhere here the merchant loses.")
    else:
        desc = _("Each bar is how often the profit falls there; everywhere here the merchant gains.")
    shapes = []
    for bar in bars:
        height = (FLOOR - 12) * bar["share"] / most
        middle = (bar["from"] + bar["to"]) / 2
        shapes.append(
            tag(
                "rect",
                x=percent(100 * (bar["from"] - low) / width),
                y=f"{FLOOR - height:.1f}",
                width=percent(100 * (bar["to"] - bar["from"]) / width - 0.4),
                height=f"{height:.1f}",
                class_="loss" if middle < 0 else "gain",
            )
        )
    if low < 0 < high:
        shapes.append(at(-100 * low / width, 0, tag("rect", x=-1, y=0, width=2, height=FLOOR, class_="needle")))
        shapes.append(
            tag("text", "0", x=percent(-100 * low / width), y=FLOOR + 16, class_="axis", text_anchor="middle")
        )
    if not low < 0 < high or -low / width > 0.12:
        shapes.append(tag("text", yuan(low), x="0", y=FLOOR + 16, class_="axis"))
    if not low < 0 < high or high / width > 0.12:
        shapes.append(tag("text", yuan(high), x="100%", y=FLOOR + 16, class_="axis", text_anchor="end"))
    svg = picture(*shapes, uid="profit", title=title, desc=desc, height=HEIGHT)
    rows = tuple(
        (f"{yuan(bar['from'])} – {yuan(bar['to'])}", f"{100 * bar['share']:.1f}%") for bar in bars if bar["share"] > 0
    )
    return Chart("profit", title, desc, svg, Table((_("Profit, yuan"), _("How often")), rows))


def fee_line(curve: Sequence[Mapping[str, float]], *, fee: float, break_even: float) -> Chart:
    """Chance of earning the fee back, by fee."""
    top = curve[-1]["fee"] or 1.0
    title = _("At a fee of %(fee)s yuan half of the cases earn it back") % {"fee": yuan(break_even)}
    desc = _("The line is the chance of earning the fee back; the needle is the fee asked.")
    points = " ".join(f"{100 * row['fee'] / top:.2f},{100 - 100 * row['p_fee_earned_back']:.2f}" for row in curve)
    line = tag(
        "svg",
        tag("polyline", points=points, class_="trend-line", vector_effect="non-scaling-stroke", fill="none"),
        viewBox="0 0 100 100",
        preserveAspectRatio="none",
        x="0",
        y=8,
        width="100%",
        height=FLOOR - 8,
    )
    svg = picture(
        tag("rect", x="0", y=FLOOR, width="100%", height=2, class_="rail"),
        tag("rect", x="0", y=(FLOOR + 8) / 2, width="100%", height=1, class_="rail"),
        line,
        at(100 * min(fee / top, 1.0), 8, tag("rect", x=-1.5, y=0, width=3, height=FLOOR - 8, class_="needle")),
        tag("text", "0", x="0", y=FLOOR + 16, class_="axis"),
        tag("text", yuan(top), x="100%", y=FLOOR + 16, class_="axis", text_anchor="end"),
        uid="fee",
        title=title,
        desc=desc,
        height=HEIGHT,
    )
    rows = tuple(
        (yuan(row["fee"]), f"{100 * row['p_fee_earned_back']:.0f}%", yuan(row["median_profit"])) for row in curve[::4]
    )
    return Chart("fee", title, desc, svg, Table((_("Fee, yuan"), _("Earned back"), _("Median profit, yuan")), rows))


def refund_lag(rows: Sequence[Mapping[str, Any]], *, safe_day: int) -> Chart:
    """Returns of shipped orders by days after the show, against the category."""
    end = float(rows[-1]["day"])
    top = max(*(row["share"] for row in rows), *(row["peer_share"] for row in rows), 0.05) * 1.1
    title = _("95%% of returns are known %(day)s days after the show") % {"day": safe_day}
    desc = _("The line is this host, the dashed one its category; the needle is the safe day to pay the balance.")

    def line(of: str, class_: str, dashes: str | None = None) -> str:
        points = "0,100 " + " ".join(f"{100 * row['day'] / end:.2f},{100 - 100 * row[of] / top:.2f}" for row in rows)
        shape = tag(
            "polyline",
            points=points,
            class_=class_,
            vector_effect="non-scaling-stroke",
            fill="none",
            stroke_dasharray=dashes,
        )
        return tag(
            "svg",
            shape,
            viewBox="0 0 100 100",
            preserveAspectRatio="none",
            x="0",
            y=8,
            width="100%",
            height=FLOOR - 8,
        )

    svg = picture(
        tag("rect", x="0", y=FLOOR, width="100%", height=2, class_="rail"),
        line("peer_share", "trend-line usual", "4 4"),
        line("share", "trend-line"),
        at(100 * min(safe_day / end, 1.0), 8, tag("rect", x=-1.5, y=0, width=3, height=FLOOR - 8, class_="needle")),
        tag("text", _("show"), x="0", y=FLOOR + 16, class_="axis"),
        tag("text", _("day %(day)s") % {"day": f"{end:.0f}"}, x="100%", y=FLOOR + 16, class_="axis", text_anchor="end"),
        tag("text", f"{100 * top:.0f}%", x="0", y=18, class_="axis"),
        uid="lag",
        title=title,
        desc=desc,
        height=HEIGHT,
    )
    table = tuple((str(r["day"]), f"{100 * r['share']:.1f}%", f"{100 * r['peer_share']:.1f}%") for r in rows)
    return Chart("lag", title, desc, svg, Table((_("Days"), _("This host"), _("Category")), table))
