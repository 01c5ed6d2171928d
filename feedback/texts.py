"""What people type, before it is kept."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

REVIEW_LENGTH = 5_000
COMPLAINT_LENGTH = 10_000

# Marks that order right-to-left text stay; those that turn round whatever follows them serve only to deceive.
OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

FORMULA = re.compile(r"=|[@+-].*[()|!*/+=]")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
NUMBER = re.compile(r"\+?\d(?:[ -]?\d){6,}")
HIDDEN = "▇▇▇"


def clean(text: str, *, length: int) -> str:
    """Give the text as it is kept: line ends and blank ends tidied, nothing that only machines see.

    Raises
    ------
    ValidationError
        when it is longer than `length` characters, or holds characters that no keyboard makes (null bytes, say).
    """
    text = OVERRIDES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if CONTROLS.search(text):
        raise ValidationError(_("The text holds characters that cannot be shown (control characters)."), code="control")
    if len(text) > length:
        raise ValidationError(
            _("At most %(most)s characters; this is %(now)s.") % {"most": f"{length:,}", "now": f"{len(text):,}"},
            code="max_length",
        )
    return text


def clean_id(text: str, *, length: int) -> str:
    """Give an id as evidence takes it: on one line, and nothing that a spreadsheet would run.

    Raises
    ------
    ValidationError
        when it is too long, holds what cannot be shown, or looks like a formula.
    """
    text = clean(text, length=length)
    if not text.isprintable() or FORMULA.match(text):
        raise ValidationError(_("This is not a number of an order: copy it as the platform shows it."), code="invalid")
    return text


def without_contacts(text: str) -> str:
    """Hide mail addresses and long numbers (telephones, orders, identity cards) from the other side of a case."""
    return NUMBER.sub(HIDDEN, MAIL.sub(HIDDEN, text))
