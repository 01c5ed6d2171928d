"""Names of the codes a document carries, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback.taxonomy import CODES
from influencers import categories
from influencers.models import Category
from ratings.pages.numbers import chinese

DIMENSIONS: dict[str, str | Promise] = {
    "professionalism": _("Professionalism"),
    "service_attitude": _("Service attitude"),
    "compliance": _("Compliance"),
    "after_sales": _("After-sales"),
    "authenticity": _("Authenticity"),
}

IN_A_SENTENCE: dict[str, str | Promise] = {
    "professionalism": _("professionalism"),
    "service_attitude": _("service attitude"),
    "compliance": _("compliance"),
    "after_sales": _("after-sales"),
    "authenticity": _("authenticity"),
}

ABOUT: dict[str, str | Promise] = {
    "professionalism": _("How well the host knows and presents the goods, from buyers' marks."),
    "service_attitude": _("How buyers were treated, from their marks."),
    "compliance": _("Confirmed violations of law and platform rules, for the number of shows."),
    "after_sales": _("Refunds at the host's or merchant's fault and upheld complaints, for the number of orders."),
    "authenticity": _("Whether goods were as described and whether activity supports the viewers shown."),
}

CHANNELS: dict[str, str | Promise] = {
    "professionalism": _("Marks for professionalism"),
    "service": _("Marks for service"),
    "as_described": _("Marks for “as described”"),
    "violations": _("Violations"),
    "refunds": _("Refunds"),
    "complaints": _("Complaints"),
    "traffic": _("Shown against supported viewers"),
}

SOURCES: dict[str, str | Promise] = {
    "prior": _("what its peers usually show"),
    "borrowed": _("inferred from this host's other evidence"),
    "evidence": _("from its own evidence"),
    "exposure": _("credit for orders and shows without fault"),
    "held": _("held down, counts less"),
}

TIERS: dict[str, str | Promise] = {
    "tiny": _("tiny"),
    "small": _("small"),
    "medium": _("medium"),
    "large": _("large"),
}

LEAGUES: dict[str, str | Promise] = {**TIERS, "newcomers": _("newcomers")}

TIER_SIZES: dict[str, str | Promise] = {
    "tiny": _("under 300 orders a year"),
    "small": _("300 to 3,000 orders a year"),
    "medium": _("3,000 to 30,000 orders a year"),
    "large": _("30,000 orders a year and more"),
    "newcomers": _("first show less than 90 days ago"),
}

KINDS: dict[str, str | Promise] = {
    "reviews": _("Reviews"),
    "verified_reviews": _("Verified reviews"),
    "sessions": _("Shows"),
    "orders": _("Orders"),
    "refunds": _("Refunds"),
    "complaints": _("Complaints"),
    "violations": _("Violations"),
    "accounts": _("Accounts"),
}

STATUSES: dict[str, str | Promise] = {
    "rated": _("Rated"),
    "provisional": _("Provisional"),
    "suspended": _("Suspended"),
}

PLATFORMS: dict[str, str | Promise] = {
    "douyin": _("Douyin"),
    "kuaishou": _("Kuaishou"),
    "taobao": _("Taobao Live"),
    "xiaohongshu": _("Xiaohongshu"),
    "wechat": _("WeChat Channels"),
    "shipinhao": _("WeChat Channels"),
    "bilibili": _("Bilibili"),
    "jd": _("JD Live"),
    "pinduoduo": _("Pinduoduo"),
    "tiktok": _("TikTok"),
    "facebook": _("Facebook"),
}

LEVELS: dict[str, str | Promise] = {
    "L0": _("Notice"),
    "L1": _("Warning"),
    "L2": _("Restriction"),
    "L3": _("Suspension"),
    "L4": _("Long suspension"),
    "L5": _("Revocation"),
}

OUTCOMES: dict[str, str | Promise] = {
    "upheld": _("Appeal decided: the measure stands"),
    "reduced": _("Appeal decided: the measure was reduced"),
    "overturned": _("Overturned on appeal: it no longer counts"),
}

REFUND_REASONS: dict[str, str | Promise] = {
    "not_as_described": _("not as described"),
    "quality": _("quality"),
    "not_delivered": _("not delivered"),
    "late": _("late"),
    "wrong_item": _("wrong item"),
    "no_reason": _("no reason given"),
    "other": _("another reason"),
}

FAULTS: dict[str, str | Promise] = {
    "influencer": _("fault of the host"),
    "merchant": _("fault of the merchant"),
    "courier": _("fault of the courier"),
    "buyer": _("the buyer's choice"),
    "unknown": _("fault unknown"),
}

SEVERITIES: dict[str, str | Promise] = {
    "minor": _("minor complaint"),
    "moderate": _("moderate complaint"),
    "severe": _("severe complaint"),
}

PIECES: dict[str, str | Promise] = {
    "reviews": _("Review"),
    "refunds": _("Refund"),
    "complaints": _("Complaint"),
    "violations": _("Violation"),
    "sessions": _("Show"),
}

MARKS: dict[str, str | Promise] = {
    "high": _("good: all 4 or 5"),
    "mixed": _("mixed"),
    "low": _("poor: a 1 or 2 among them"),
}


def name(names: Mapping[str, str | Promise], code: object) -> str:
    """The name of a code; an unknown code is shown as it is, never hidden."""
    return str(names.get(str(code), str(code).replace("_", " ")))


def category(value: object) -> str:
    """A category of a document: {code, name_en, name_zh}, or just its code."""
    if not isinstance(value, Mapping):
        return str(value or "")
    code = str(value.get("code") or "")
    chosen = value.get("name_zh") if chinese() else value.get("name_en")
    if not chosen and code in categories.NAMES:  # of a category older than its names
        chosen = categories.NAMES[code][chinese()]
    return str(chosen) if chosen else name({}, code).capitalize()


def stored_category(row: Category) -> str:
    """The same of a row of the table."""
    return category({"code": row.code, "name_en": row.name_en, "name_zh": row.name_zh})


def violation(code: object) -> str:
    """A code of the taxonomy with its name."""
    found = CODES.get(str(code))
    return str(code) if found is None else f"{code} {found.name_zh if chinese() else found.name_en}"
