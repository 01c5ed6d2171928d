"""Codes of plans and cases in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

AIMS: Words = {
    "complaints": _("Fewer upheld complaints"),
    "refunds": _("Fewer refunds through your or the merchant's fault"),
    "violations": _("No confirmed violations"),
    "professionalism": _("Better marks for professionalism"),
    "service": _("Better marks for service"),
    "as_described": _("Better marks for “as described”"),
    "viewers": _("Only viewers that activity supports"),
}

UNITS: Words = {
    "complaints": _("upheld complaints"),
    "refunds": _("refunds through fault"),
    "violations": _("confirmed violations"),
    "professionalism": _("mean mark"),
    "service": _("mean mark"),
    "as_described": _("mean mark"),
    "viewers": _("shows with more viewers shown than supported"),
}

TRAINING: Words = {
    "complaints": _(
        "Answer every complaint within a day and settle it before it must be decided: only upheld complaints count. "
        "Training: handling complaints; the duty to answer is in Order 117 and the consumer-protection regulations."
    ),
    "refunds": _(
        "Look at the goods named in these refunds: wrong size charts, faulty batches, packing. Drop a merchant whose "
        "goods come back. Training: choosing goods and describing them."
    ),
    "violations": _(
        "Read the rule behind each violation below before the next show and keep a list of words not to use. "
        "Training: the compliance course of your platform for exactly these codes."
    ),
    "professionalism": _(
        "Prepare each product: what it is for, for whom not, how it compares. Answer questions on the goods in the "
        "show. Training: product knowledge and presentation."
    ),
    "service": _(
        "Answer questions in the show, stay polite with critics, say how after-sales works before people pay. "
        "Training: service and after-sales talk."
    ),
    "as_described": _(
        "Show the goods as they are delivered, under plain light, with sizes; say what they cannot do. "
        "Training: honest demonstration."
    ),
    "viewers": _(
        "Ask your agency or operator where the viewers come from that neither comment nor buy, and stop it: shown "
        "viewers without activity lower the score even when somebody else bought them."
    ),
}

CLOCKS: Words = {
    "acknowledge": _("We acknowledge it"),
    "answer": _("The host or merchant answers"),
    "decide": _("We decide"),
}
