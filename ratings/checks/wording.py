"""Words for stored answers, in the language of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ratings.checks import findings, gaps

VERDICTS: dict[str, str | Promise] = {
    "go": _("Go"),
    "negotiate": _("Negotiate"),
    "avoid": _("Avoid"),
    "not_enough_evidence": _("Not enough evidence"),
}
VERDICT_MEANS: dict[str, str | Promise] = {
    "go": _("Under these terms the fee is likely to be earned back."),
    "negotiate": _("Not under these terms; the counter-offer says which would do."),
    "avoid": _("Under these terms the fee is unlikely to be earned back."),
    "not_enough_evidence": _("Too little is known; that is not bad. Pure commission or a small trial is safe."),
}
CHECKS: dict[str, str | Promise] = {
    "standing": _("Standing"),
    "audience": _("Audience"),
    "late_refunds": _("Late refunds"),
    "cancellations": _("Cancellations"),
    "returns": _("Returns"),
    "earning": _("Earning the fee back"),
    "evidence": _("Evidence"),
    "promise": _("Promises"),
    "price": _("Price and margin"),
    "contract": _("Contract"),
}
OUTCOMES: dict[str, str | Promise] = {
    "pass": _("fine"),
    "warn": _("take care"),
    "fail": _("bad"),
    "unknown": _("not known"),
}
_TEXTS = {module.CHECK: module.TEXTS for module in findings.ALL}


def _said(row: Mapping[str, Any], part: int) -> str:
    texts = _TEXTS.get(row["check"], {}).get(row["code"])
    if texts is None:  # an answer of an older version
        return str(row["code"])
    text = str(texts[part])
    return text % row["details"] if text else ""


def worded(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with sentences beside its codes."""
    return {
        **answer,
        "reasons": [{**row, "text": _said(row, 0)} for row in answer["reasons"]],
        "findings": [{**row, "reason": _said(row, 0), "remedy": _said(row, 1)} for row in answer["findings"]],
        "contract_gaps": [{"code": code, "text": str(gaps.TEXTS.get(code, code))} for code in answer["contract_gaps"]],
    }


AUDIT_VERDICTS: dict[str, str | Promise] = {
    "brushed": _("Brushed: orders were placed to be undone."),
    "suspicious": _("Suspicious: look at the findings."),
    "sold": _("Sold: nothing speaks of brushing."),
    "too_early": _("Too early: not enough returns can be known yet."),
    "too_few": _("Too few orders to tell."),
}
AUDIT_TEXTS: dict[str, str | Promise] = {
    "cancelled": _("Share of paid orders cancelled before dispatch"),
    "returned": _("Share of shipped orders that came back"),
    "few_buyers": _("Share of orders by buyers with three or more"),
    "undone_at_once": _("Share of cancellations and refunds within one hour"),
}


def audited(audit: Mapping[str, Any]) -> dict[str, Any]:
    """The audit with sentences beside its codes."""
    said = AUDIT_VERDICTS.get(audit["verdict"], audit["verdict"])
    rows = [{**row, "text": str(AUDIT_TEXTS.get(row["check"], row["check"]))} for row in audit["findings"]]
    return {**audit, "text": str(said), "findings": rows}
