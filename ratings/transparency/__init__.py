"""The transparency report: one set of figures for the page, the JSON and the CSV."""

from ratings.transparency.flat import as_csv
from ratings.transparency.period import BadPeriod, Period, period_of
from ratings.transparency.report import figures

__all__ = ["BadPeriod", "Period", "as_csv", "figures", "period_of"]
