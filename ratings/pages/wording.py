"""Figures in plain language. The eight sentences of the house are kept to the letter in both languages."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ratings.pages import labels
from ratings.pages.numbers import as_day, big, day, ordinal, sentences, share, whole


def likely(score: float, low: float, high: float) -> str:
    return _("Most likely %(score)s; we are 90%% sure it lies between %(low)s and %(high)s.") % {
        "score": whole(score),
        "low": whole(low),
        "high": whole(high),
    }


def not_rated_yet() -> str:
    return _("Not rated yet does not mean bad: we know too little.")


def ranked(rank: int, low: int, high: int) -> str:
    return _("Ranked %(rank)s; 90%% sure the rank is between %(low)s and %(high)s.") % {
        "rank": ordinal(rank),
        "low": low,
        "high": high,
    }


def viewers(shown: float, real: float) -> str:
    return _("%(shown)s viewers shown; activity supports about %(real)s. This does not say who caused it.") % {
        "shown": big(shown),
        "real": big(real),
    }


def viewers_supported(shown: float, real: float) -> str:
    return _("%(shown)s viewers shown in the last show; activity supports about %(real)s, which is usual.") % {
        "shown": big(shown),
        "real": big(real),
    }


def held_down(count: int) -> str:
    return ngettext(
        "%(count)s review arrived unusually fast; it stays visible and counts less.",
        "%(count)s reviews arrived unusually fast; they stay visible and count less.",
        count,
    ) % {"count": count}


def capped(grade: str, dimension: str) -> str:
    return _("Graded %(grade)s because %(dimension)s is weak, although the average is higher.") % {
        "grade": grade,
        "dimension": labels.name(labels.IN_A_SENTENCE, dimension),
    }


def refunded(rate: float, low: float, high: float) -> str:
    return _("%(rate)s of 100 orders refunded so far; for this category %(low)s to %(high)s is usual.") % {
        "rate": whole(rate * 100),
        "low": whole(low * 100),
        "high": whole(high * 100),
    }


def under_appeal(due: date, level: str = "") -> str:
    if level in ("", "L1"):
        return _("A warning is under appeal; the decision is due by %(day)s.") % {"day": day(due, year=False)}
    named = {"level": labels.name(labels.LEVELS, level), "day": day(due, year=False)}
    return _("%(level)s: under appeal; the decision is due by %(day)s.") % named


def cap_reason(cap: Mapping[str, Any], grade: str) -> str:
    """Why a grade is capped; the code decides the sentence, its arguments fill it."""
    code, grade = cap.get("code"), str(cap.get("grade") or grade)
    if code == "weak_dimension":
        return capped(grade, str(cap.get("dimension")))
    if code == "weak_channel":
        return _(
            "Graded %(grade)s at most, because one part of it is weak, although the average is higher: %(channel)s."
        ) % {"grade": grade, "channel": labels.name(labels.CHANNELS, str(cap.get("channel")))}
    if code == "red_line":
        text = _("Graded %(grade)s at most, because of a confirmed red-line violation.") % {"grade": grade}
        if until := cap.get("until"):
            text = sentences(text, _("The cap ends on %(day)s.") % {"day": day(as_day(until))})
        return text
    if code == "flagged_sessions":
        return _(
            "Graded %(grade)s at most, because %(count)s of the last %(of)s shows were shown with more viewers than "
            "their activity supports."
        ) % {"grade": grade, "count": cap.get("sessions"), "of": cap.get("of")}
    return str(code)


def sure(reviews: int, verified: float | None, sessions: int) -> str:
    """How much it rests on."""
    if not reviews and not sessions:
        return _("There is no evidence yet: what is shown is what its peers usually look like.")
    shows = ngettext("%(count)s show", "%(count)s shows", sessions) % {"count": f"{sessions:,}"}
    known = reviews if verified is None else round(reviews * verified)
    if known == reviews and verified is not None:
        marks = ngettext("%(count)s verified review", "%(count)s verified reviews", reviews)
    else:
        marks = ngettext("%(count)s review", "%(count)s reviews", reviews)
    text = _("Based on %(reviews)s and %(shows)s.") % {"reviews": marks % {"count": f"{reviews:,}"}, "shows": shows}
    if verified is not None and known != reviews:
        text = sentences(text, _("%(share)s of the reviews are from verified purchases.") % {"share": share(verified)})
    return text


def best_tenth(chance: float) -> str:
    return _("It is among the best tenth with a probability of %(share)s.") % {"share": share(chance)}


def confidence(width: float) -> str:
    """The interval's width as a word."""
    if width <= 6:
        return _("We know this host well.")
    if width <= 12:
        return _("We know this host fairly well.")
    if width <= 20:
        return _("We know this host roughly.")
    return _("We know little about this host.")
