"""Names of the codes that staff read, in their language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from feedback.taxonomy import CODES

DIMENSIONS: dict[str, str | Promise] = {
    "professionalism": _("Professionalism"),
    "service_attitude": _("Service attitude"),
    "compliance": _("Compliance"),
    "after_sales": _("After-sales"),
    "authenticity": _("Authenticity"),
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


def chinese() -> bool:
    return (get_language() or "").startswith("zh")


def channel(name: str) -> str:
    return str(CHANNELS.get(name, name))


def dimension(name: str) -> str:
    return str(DIMENSIONS.get(name, name))


def said(reason: str) -> str:
    """Why: a person's words as they are, the service's own in the reader's language."""
    return _now(reason) if reason else ""


def violation(code: str) -> str:
    """A code with its name: PRC-01 fictitious original price."""
    found = CODES.get(code)
    return code if found is None else f"{code} {found.name_zh if chinese() else found.name_en}"
