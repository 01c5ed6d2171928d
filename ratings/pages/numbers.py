"""Numbers as people of each language read them: 3.11 million, 311万, 12th, 3 March."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

HOUSE_ZONE = ZoneInfo("Asia/Shanghai")


def chinese() -> bool:
    """Whether the reader's language is Chinese."""
    return (get_language() or "").startswith("zh")


def significant(value: float, digits: int = 3) -> str:
    """The value to so many significant digits, without exponent or trailing zeros."""
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{float(text):.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def big(value: float) -> str:
    """A count as it is said: 3.11 million or 110,000; 311万 or 1.2亿."""
    if chinese():
        if value >= 1e8:
            return f"{significant(value / 1e8)}亿"
        return f"{significant(value / 1e4)}万" if value >= 1e4 else f"{round(value):d}"
    if value >= 1e9:
        return _("%(number)s billion") % {"number": significant(value / 1e9)}
    if value >= 1e6:
        return _("%(number)s million") % {"number": significant(value / 1e6)}
    if value >= 1e5:
        return f"{round(value, -3):,.0f}"
    return f"{round(value):,d}"


def whole(value: float) -> str:
    """A score as it is spoken: no decimals."""
    return f"{round(value):d}"


def fine(value: float) -> str:
    """A score as it is compared: one decimal."""
    return f"{value:.1f}"


def signed(value: float) -> str:
    """Points up or down, with a real minus sign."""
    return f"{'+' if value >= 0 else '−'}{abs(value):.1f}"


def share(value: float) -> str:
    """A share in percent."""
    percent = value * 100
    return f"{percent:.1f}%" if 0 < percent < 10 else f"{round(percent):d}%"


def isolated(name: str, longest: int = 40) -> str:
    """A name within a sentence: shortened, and unable to turn the direction of what surrounds it."""
    return f"\u2068{name if len(name) <= longest else name[: longest - 1] + '…'}\u2069"


def sentences(*said: str) -> str:
    """Sentences in a row: Chinese ones need no space between them."""
    return ("" if chinese() else " ").join(s for s in said if s)


def ordinal(value: int) -> str:
    """12th; in Chinese the bare number, since the sentence says 第."""
    if chinese():
        return str(value)
    last = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{last}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(value: date, *, year: bool = True) -> str:
    """A day in full words: 3 March 2026; 2026年3月3日."""
    if chinese():
        return f"{value.year}年{value.month}月{value.day}日" if year else f"{value.month}月{value.day}日"
    text = f"{value.day} {MONTHS[value.month - 1]}"
    return f"{text} {value.year}" if year else text


def month(value: date) -> str:
    """A month for an axis: Mar 2026; 2026年3月."""
    return f"{value.year}年{value.month}月" if chinese() else f"{MONTHS[value.month - 1][:3]} {value.year}"


def moment(text: object) -> datetime:
    """A time of a document (ISO 8601, or already a datetime), in the policy's time zone."""
    value = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    if timezone.is_naive(value):
        value = value.replace(tzinfo=HOUSE_ZONE)
    return value.astimezone(HOUSE_ZONE)


def as_day(text: object) -> date:
    """A day of a document: a date, a datetime, or the text of either."""
    if isinstance(text, datetime):
        return moment(text).date()
    if isinstance(text, date):
        return text
    return date.fromisoformat(str(text)) if len(str(text)) == 10 else moment(text).date()
