"""The form of the pre-payment check; what is wrong with terms is said by `ratings.checks`, here it is put to fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from influencers.models import Category, Influencer
from ratings import publication
from ratings.checks.parsing import COLUMNS, FLAT
from ratings.models import Merchant
from ratings.pages.forms import Accessible
from ratings.pages.views.home import matches

NUMBERS: tuple[tuple[str, Any, Any, bool], ...] = (
    ("placement_fee", _("Placement fee (坑位费), yuan"), "", True),
    ("commission_rate", _("Commission"), _("A share like 0.2, or 20%."), True),
    ("unit_price", _("What one order pays, yuan"), "", True),
    ("unit_cost", _("What the goods of one order cost you, yuan"), "", True),
    ("slot_minutes", _("Minutes on air"), _("Only for a slot of a mixed show; empty for a whole show."), False),
    ("platform_fee_rate", _("Platform fee"), _("A share like 0.05, or 5%."), False),
    ("ship_cost", _("Shipping of one order, yuan"), "", False),
    ("return_cost", _("Handling of one return, yuan"), "", False),
    ("unsaleable_rate", _("Returned goods that cannot be sold again"), _("A share like 0.1, or 10%."), False),
    ("ad_budget", _("Advertising, yuan"), "", False),
    ("max_loss", _("Loss you could bear, yuan"), _("Empty: the fee and the advertising."), False),
    ("promised_gmv", _("Sales promised, yuan"), "", False),
    ("promised_viewers", _("Viewers promised"), "", False),
    ("guarantee_amount", _("Guaranteed sales, yuan"), "", False),
    ("guarantee_roi", _("Or guaranteed multiple of the fee"), "", False),
    ("guarantee_max_return_rate", _("Highest return rate agreed"), _("A share like 0.15, or 15%."), False),
    ("guarantee_due_days", _("Guarantee judged so many days after the show"), "", False),
    ("guarantee_collect_probability", _("Chance that you collect what is due back"), _("Empty: 0.5."), False),
)
BETWEEN = re.compile(r"has to lie between (\S+) and (\S+)")
REASONS: dict[str, str | Promise] = {
    "is needed": _("is needed"),
    "is not a number": _("is not a number"),
    "is not a whole number": _("is not a whole number"),
    "is not known here; give its slug or id": _("No host of this name, address or id is rated here."),
    "is a share: 0.2, or 20%": _("is a share: 0.2, or 20%"),
    "is none of yours": _("is none of yours"),
    "has to be less than the price": _("has to be less than the price"),
    "is not a day like 2026-11-11": _("is not a day like 2026-11-11"),
    "is an amount or a multiple of the fee, not both": _("is an amount or a multiple of the fee, not both"),
    "promises nothing: give an amount, a roi or a max_return_rate": _("promises nothing: give an amount or a rate"),
}


def said(reason: str) -> str:
    """A reason of `ratings.checks` in the reader's language."""
    if found := BETWEEN.fullmatch(reason):
        low, high = found.groups()
        return _now("has to lie between %(low)s and %(high)s") % {"low": low, "high": high}
    return str(REASONS.get(reason, reason))


class CheckForm(Accessible):
    """Terms as a merchant knows them; everything beyond the first rows is optional."""

    merchant = forms.ChoiceField(label=_("You ask for"), required=False)
    influencer = forms.CharField(label=_("Host"), max_length=128, help_text=_("Name or handle."))
    category = forms.ChoiceField(label=_("Category of the goods"))
    show_type = forms.ChoiceField(
        label=_("Kind of show"),
        required=False,
        choices=[("", _("not agreed")), ("dedicated", _("dedicated to you")), ("mixed", _("mixed"))],
    )
    show_date = forms.CharField(
        label=_("Day of the show"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    commission_basis = forms.ChoiceField(
        label=_("Commission is owed on"),
        choices=[("settled", _("settled orders")), ("paid", _("paid orders"))],
        required=False,
    )
    guarantee_basis = forms.ChoiceField(
        label=_("The guarantee counts"),
        required=False,
        choices=[
            ("", "—"),
            ("settled", _("settled sales")),
            ("shipped", _("shipped sales")),
            ("paid", _("paid sales")),
        ],
    )
    guarantee_clawback = forms.ChoiceField(
        label=_("When it fails, of the fee goes back"),
        required=False,
        choices=[("", "—"), ("none", _("nothing")), ("pro_rata", _("what is missing")), ("full", _("all"))],
    )

    def __init__(
        self, *args: Any, merchants: Sequence[Merchant] = (), host: Influencer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        categories = [(c.code, str(c)) for c in Category.objects.all()]
        self._choose("category", [("", _("Please choose")), *categories])
        if len(merchants) > 1:
            self._choose("merchant", [(str(one.pk), one.name) for one in merchants])
        else:
            del self.fields["merchant"]
        if host is not None:
            self.initial["influencer"] = host.name
            self.initial["category"] = self.initial.get("category") or host.category.code
            if self._same_name(host.name).count() > 1:
                self.initial["influencer"] = host.slug
        for name, label, hint, required in NUMBERS:
            widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            self.fields[name] = forms.CharField(
                label=label, help_text=hint, required=required, max_length=40, widget=widget
            )

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def words(self, name: str, value: str) -> str:
        """A value as the form names it, and numbers as people read them: 20%, 300,000."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            pairs: Any = field.choices
            return str(next((label for code, label in pairs if str(code) == value), value))
        try:
            number = float(value)
        except ValueError:
            return value
        shares = name.endswith(("_rate", "_probability"))
        return f"{100 * number:g}%" if shares else f"{number:,.2f}".removesuffix(".00")

    def _same_name(self, name: str) -> QuerySet[Influencer]:
        return Influencer.objects.filter(name=name, voided_at=None, slug__isnull=False)

    def clean_influencer(self) -> str:
        """A slug or an id as it is; a name when only one host has it; else those that could be meant."""
        text = " ".join(str(self.cleaned_data["influencer"]).replace("\x00", "").split())
        known = Influencer.objects.filter(voided_at=None)
        if known.filter(slug=text).exists() or known.filter(source_id=text).exists():
            return text
        same = list(self._same_name(text).values_list("slug", flat=True)[:2])
        if len(same) == 1:
            return str(same[0])
        lines = matches(publication.public_run(), text, size=8)
        if not lines:
            raise forms.ValidationError(said("is not known here; give its slug or id"))
        found = [(line.slug, f"{line.name} ({line.category}, {line.tier})") for line in lines]
        self.fields["influencer"] = forms.ChoiceField(label=self.fields["influencer"].label, choices=found)
        self._bound_fields_cache.pop("influencer", None)  # type: ignore[attr-defined]
        raise forms.ValidationError(_now("Which of these is meant?"))

    def acting(self) -> int | None:
        """The merchant that was chosen."""
        chosen = self.cleaned_data.get("merchant")
        return int(chosen) if chosen else None

    def request(self) -> dict[str, Any]:
        """As the API would be asked."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        if not any(name in given for name in ("guarantee_amount", "guarantee_roi", "guarantee_max_return_rate")):
            given = {name: value for name, value in given.items() if name not in FLAT}
        return {name: given[name] for name in (*COLUMNS, *FLAT) if name in given}

    def refuse(self, errors: dict[str, str]) -> None:
        """Put what is wrong to the fields it is about."""
        for name, reason in errors.items():
            field = name.replace("guarantee.", "guarantee_")
            self.add_error(field if field in self.fields else None, said(reason))

    def rows(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    def whose(self) -> list[forms.BoundField]:
        return self.rows(*(name for name in ("merchant",) if name in self.fields))

    def first(self) -> list[forms.BoundField]:
        return self.rows("influencer", "category", "placement_fee", "commission_rate", "unit_price", "unit_cost")

    def show(self) -> list[forms.BoundField]:
        return self.rows("show_type", "show_date", "slot_minutes", "promised_gmv", "promised_viewers")

    def costs(self) -> list[forms.BoundField]:
        return self.rows(
            "platform_fee_rate",
            "ship_cost",
            "return_cost",
            "unsaleable_rate",
            "ad_budget",
            "commission_basis",
            "max_loss",
        )

    def guarantee(self) -> list[forms.BoundField]:
        return self.rows(
            "guarantee_amount",
            "guarantee_roi",
            "guarantee_basis",
            "guarantee_max_return_rate",
            "guarantee_clawback",
            "guarantee_due_days",
            "guarantee_collect_probability",
        )
