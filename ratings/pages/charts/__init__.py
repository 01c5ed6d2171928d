"""Charts as inline SVG, drawn on the server; each has a title, a description and a table of its figures."""

from ratings.pages.charts.bands import band_row, dimension_bars, interval_band, scale_axis, scale_of
from ratings.pages.charts.refunds import refund_rate
from ratings.pages.charts.svg import Chart, Table
from ratings.pages.charts.trend import trend
from ratings.pages.charts.viewers import shown_against_real

__all__ = [
    "Chart",
    "Table",
    "band_row",
    "dimension_bars",
    "interval_band",
    "refund_rate",
    "scale_axis",
    "scale_of",
    "shown_against_real",
    "trend",
]
