"""What every page needs around its own content: links that keep the language, the theme, readable figures."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from ratings.pages import labels, numbers
from ratings.pages.charts import money
from ratings.pages.theme import THEMES

register = template.Library()

register.filter("big", numbers.big)
register.filter("whole", numbers.whole)
register.filter("fine", numbers.fine)
register.filter("signed", numbers.signed)
register.filter("share", numbers.share)
register.filter("ordinal", numbers.ordinal)
register.filter("isolated", numbers.isolated)

LANGUAGES = (("en", "en", "English"), ("zh-hans", "zh-Hans", "简体中文"))


@register.filter
def day(value: object) -> str:
    return numbers.day(numbers.as_day(value))


@register.filter
def last_day(value: object) -> str:
    """The day that ends with a moment: what is open until midnight of the 8th is open to the end of the 7th."""
    return numbers.day(numbers.as_day(numbers.moment(value) - timedelta(microseconds=1)))


@register.filter
def violation(code: object) -> str:
    return labels.violation(code)


@register.filter
def category(value: object) -> str:
    return labels.category(value)


@register.filter
def tier(value: object) -> str:
    return labels.name(labels.LEAGUES, value)


@register.filter
def platform(value: object) -> str:
    return labels.name(labels.PLATFORMS, value)


@register.filter
def status(value: object) -> str:
    return labels.name(labels.STATUSES, value)


@register.filter
def yuan(value: object) -> str:
    """Whole yuan with separators; what is no number stays as it is."""
    try:
        return money.yuan(float(str(value).replace(",", "")))
    except ValueError:
        return str(value)


@register.filter
def hundredths(value: float) -> str:
    """A share of 1 as whole hundredths."""
    return f"{100 * value:.0f}"


@register.filter
def unlocalized(value: object) -> str:
    """A number for an attribute that a machine reads."""
    return str(value)


@register.filter
def translated(text: str) -> str:
    """A sentence that comes from data, such as the reason of a constant."""
    return gettext(text) if text else ""


def without_language(request: HttpRequest) -> str:
    """The page asked for, without `lang`: where a language switch comes back to."""
    query = request.GET.copy()
    query.pop("lang", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def here(context: Mapping[str, Any]) -> str:
    return without_language(context["request"])


@register.simple_tag(takes_context=True)
def theme(context: Mapping[str, Any]) -> str:
    """The reader's choice of light or dark; empty follows the system."""
    chosen = context["request"].COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def alternates(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(hreflang, absolute address) of this page in every language, and of the one that follows the reader."""
    request: HttpRequest = context["request"]
    plain = request.build_absolute_uri(without_language(request))
    joint = "&" if "?" in plain else "?"
    return [(tag, f"{plain}{joint}lang={code}") for code, tag, _name in LANGUAGES] + [("x-default", plain)]


@register.simple_tag(takes_context=True)
def canonical(context: Mapping[str, Any]) -> str:
    """The address of this page in the language it is shown in."""
    request: HttpRequest = context["request"]
    plain = request.build_absolute_uri(without_language(request))
    return f"{plain}{'&' if '?' in plain else '?'}lang={get_language() or 'en'}"


@register.simple_tag
def review_choices() -> list[tuple[str, str]]:
    """(code, name) of the marks one may filter by."""
    return [(code, str(name)) for code, name in labels.MARKS.items()]


@register.simple_tag
def languages() -> tuple[tuple[str, str, str, bool], ...]:
    """(code, tag, own name, whether it is the one in use)."""
    now = get_language() or "en"
    return tuple((code, tag, name, code == now) for code, tag, name in LANGUAGES)
