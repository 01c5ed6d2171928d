"""Forms for what consumers send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import attachments, receipts, texts
from feedback.attachments import AttachmentError, Found, examine
from feedback.models import Remedy, Topic
from feedback.receipts import Problem
from feedback.reviews import read_receipt, reviewed_already
from influencers.models import Influencer

MARKS: tuple[tuple[int, str | Promise], ...] = (
    (1, _("1, very poor")),
    (2, _("2, poor")),
    (3, _("3, fair")),
    (4, _("4, good")),
    (5, _("5, very good")),
)
ANY_LENGTH = 200_000  # longer ones are not worth counting


class CleanTextField(forms.CharField):
    """Text as `texts.clean` keeps it."""

    def __init__(self, *, length: int, **options: Any) -> None:
        super().__init__(max_length=None, strip=True, **options)
        self.length = length
        self.validators = []  # `clean` speaks of every control character, not only of null ones

    cleaned = staticmethod(texts.clean)

    def clean(self, value: Any) -> str:
        return str(super().clean(self.cleaned(str(value or ""), length=self.length)))


class IdTextField(CleanTextField):
    """An id as `texts.clean_id` keeps it."""

    cleaned = staticmethod(texts.clean_id)


class MarkField(forms.TypedChoiceField):
    """A whole number from 1 to 5, said in words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=MARKS, coerce=int, widget=forms.RadioSelect, **options)


class Files(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, UploadedFile[Any]], name: str) -> Any:
        return files.getlist(name)


class FilesField(forms.FileField):
    """Up to five files, told by their content."""

    widget = Files(attrs={"multiple": True, "accept": ",".join(attachments.ENDINGS)})

    def clean(self, data: Any, initial: Any = None) -> list[Found]:
        uploads: Sequence[UploadedFile[Any]] = data or []
        try:
            return examine(uploads)
        except AttachmentError as error:
            name = uploads[error.index].name or ""
            raise ValidationError(f"{name[-60:]}: {error.message}", code=error.refusal) from None


class Accessible(forms.Form):
    """Ties hints and errors to their fields, for those who hear the page."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "f-%s", **kwargs})


class ReceiptForm(Accessible):
    """What review and complaint share: a receipt that may be missing, but not wrong without a word."""

    receipt = CleanTextField(
        length=receipts.TOKEN_LENGTH,
        required=False,
        label=_("Order receipt"),
        help_text=_("Optional. The text beginning with “chr1.” that the platform gave you with the order."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    without_receipt = forms.BooleanField(required=False, label=_("Send it without the receipt"))

    def __init__(self, *args: Any, influencer: Influencer, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.influencer = influencer
        self.at = at
        self.receipt_refused = False

    once = False

    def clean_receipt(self) -> str:
        text = str(self.cleaned_data["receipt"])
        if not text or self.data.get("without_receipt"):
            return ""
        order, problem = read_receipt(text, influencer=self.influencer, at=self.at)
        if order and self.once and reviewed_already(order, self.influencer):
            problem = Problem.USED
        if problem:
            self.receipt_refused = True
            raise ValidationError(str(receipts.MESSAGES[problem]), code=problem)
        return text


class ReviewForm(ReceiptForm):
    """Three marks, a text, a receipt."""

    once = True

    professionalism = MarkField(label=_("Professionalism"), help_text=_("Does the host know and show the goods well?"))
    service = MarkField(label=_("Service attitude"), help_text=_("How does the host treat people?"))
    as_described = MarkField(label=_("As described"), help_text=_("Is what came what was shown?"))
    text = CleanTextField(
        length=texts.REVIEW_LENGTH,
        required=False,
        label=_("In your words"),
        help_text=_("Optional, up to 5,000 characters. Please no names, addresses or telephone numbers."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    field_order = ["professionalism", "service", "as_described", "text", "receipt", "without_receipt"]


class ComplaintForm(ReceiptForm):
    """What happened, what is wished, and what shows it."""

    topic = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Please choose")), *Topic.choices])
    text = CleanTextField(
        length=texts.COMPLAINT_LENGTH,
        label=_("What happened?"),
        help_text=_("When, what was promised in the show, what came. The host reads this, without your name."),
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
    )
    wish = forms.ChoiceField(
        required=False,
        label=_("What would put it right?"),
        choices=[("", _("No wish")), *((value, label) for value, label in Remedy.choices if value != Remedy.NONE)],
    )
    order_id = IdTextField(
        length=128,
        required=False,
        label=_("Order number"),
        help_text=_("Optional; only our staff sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    attached = FilesField(
        required=False,
        label=_("Photos or PDF"),
        help_text=_(
            "Optional. Up to 5 files of 10 MB: JPEG, PNG, WebP, PDF. They are kept as they are, with the place that a "
            "camera may have noted in them; only you and our staff can open them."
        ),
    )
    field_order = ["topic", "text", "wish", "attached", "order_id", "receipt", "without_receipt"]
