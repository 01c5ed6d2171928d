"""The charts: well-formed, described, stretchable, never styled inline, figures equal to what was given."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from ratings.pages.charts import band_row, dimension_bars, interval_band, refund_rate, shown_against_real, trend
from ratings.pages.charts.svg import Chart
from tests.pages.published import show

DIMENSION = {"score": 84.1, "low": 78.2, "high": 89.3, "weight": 0.2, "evidence": 41.7, "peer_mean": 75.5}
POINTS = [
    {"as_of": "2025-01-01", "score": 70.0, "low": 60.0, "high": 80.0, "grade": "B"},
    {"as_of": "2025-07-02", "score": 75.0, "low": 68.0, "high": 82.0, "grade": "B"},
    {"as_of": "2026-01-01", "score": 81.2, "low": 77.0, "high": 85.1, "grade": "A"},
]


def every_chart() -> list[Chart]:
    return [
        interval_band(81.2, 77, 85.1),
        band_row(81.2, 77, 85.1, uid="row", label='<script>"&', peer=70),
        *dimension_bars([("after_sales", "After-sales", DIMENSION)])[0],
        *shown_against_real([show(1, 3_110_000, 110_000, flagged=True)])[0],
        trend(POINTS),
        refund_rate(0.24, 0.18, 0.30),
    ]


@pytest.mark.parametrize("chart", every_chart(), ids=lambda c: c.uid)
def test_well_formed_named_described_and_without_inline_style(chart: Chart) -> None:
    root = ElementTree.fromstring(str(chart))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{chart.uid}-title {chart.uid}-desc"
    assert root.findtext("title") == chart.title
    assert root.findtext("desc") == chart.desc
    assert not [e for e in root.iter() if e.get("style") or e.tag in ("style", "script")]
    assert "fill=" not in str(chart), "colours come from classes, so that themes can change them"


def rectangle(chart: Chart, class_: str) -> dict[str, str]:
    found = re.search(rf'<rect ([^>]*)class="{class_}"', str(chart))
    assert found
    return dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))


def test_the_band_spans_the_interval() -> None:
    band = rectangle(interval_band(81.2, 77, 85), "band")
    assert band["x"] == "77.00%"
    assert band["width"] == "8.00%"


def test_the_band_of_certainty_is_still_seen() -> None:
    assert rectangle(interval_band(0, 0, 0), "band")["width"] == "0.60%"


def test_bounds_are_not_written_outside_the_picture() -> None:
    labels = ElementTree.fromstring(str(interval_band(99, 97, 100))).iter("text")
    assert [t.text for t in labels if t.get("class") == "bound"] == []


def test_dimension_table_holds_what_the_bars_show() -> None:
    _charts, table = dimension_bars([("after_sales", "After-sales", DIMENSION)])
    assert table.rows == (("After-sales", "84.1", "78.2 – 89.3", "75.5", "20%", "41.7"),)


def test_real_viewers_are_drawn_to_the_scale_of_the_largest_show() -> None:
    charts, table = shown_against_real([show(1, 1_000_000, 250_000), show(2, 500_000, 500_000)])
    assert [rectangle(c, "shown")["width"] for c in charts] == ["100.00%", "50.00%"]
    assert [rectangle(c, "real")["width"] for c in charts] == ["25.00%", "50.00%"]
    assert table.rows[0][1:3] == ("1,000,000", "250,000")


def test_trend_goes_from_left_to_right_and_up() -> None:
    line = re.search(r'd="M([^"]*)" class="line"', str(trend(POINTS)))
    assert line
    xs, ys = zip(*(map(float, p.split()) for p in line[1].split("L")), strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)


def test_trend_marks_events_inside_its_span_only() -> None:
    when = [e["as_of"] for e in POINTS[1:2]]
    from_inside = trend(POINTS, [(date.fromisoformat(when[0]), "warning")])
    outside = trend(POINTS, [(date(2024, 1, 1), "long ago")])
    assert str(from_inside).count('class="mark"') == 1
    assert str(outside).count('class="mark"') == 0


def test_a_flat_trend_still_has_a_scale() -> None:
    flat = [{**p, "score": 50.0, "low": 50.0, "high": 50.0} for p in POINTS]
    assert ">40<" in str(trend(flat))
    assert ">60<" in str(trend(flat))
