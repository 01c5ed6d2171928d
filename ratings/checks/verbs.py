"""Checking terms and keeping the answer, with what was known when it was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from feedback.models import ApiKey
from influencers.models import Influencer
from ratings import publication
from ratings.checks import gathering, knowing
from ratings.checks.market import Market
from ratings.checks.parsing import terms_of
from ratings.checks.report import Known, better_peers, report
from ratings.checks.rules import RULES
from ratings.checks.terms import Terms, TermsError
from ratings.days import policy_date
from ratings.models import Check, Merchant, MerchantKey, MerchantMember, PublicDocument, Scorecard
from ratings.publication.paging import Cursor, CursorInvalid, Order, Page, page, scope_of

UNKNOWN = "is not known here; give its slug or id"
TIERS = ("tiny", "small", "medium", "large")
LOOKED_AT = 2_000
NEWEST_FIRST = Order((("at", True), ("id", False)))


@dataclass(frozen=True)
class Owner:
    """Whose a check is: a key's, a person's, and their merchant's; `acting` names one of a person's merchants."""

    api_key: ApiKey | None = None
    user: User | None = None
    acting: int | None = None

    def merchant(self) -> Merchant | None:
        """The merchant the key belongs to, or the one the person acts for: as named, else the first.

        Raises TermsError when the one named is not theirs.
        """
        if self.api_key is not None:
            key = MerchantKey.objects.filter(key=self.api_key).select_related("merchant").first()
            found = key.merchant if key else None
        else:
            members = MerchantMember.objects.filter(user=self.user).select_related("merchant").order_by("pk")
            member = (members.filter(merchant=self.acting) if self.acting is not None else members).first()
            found = member.merchant if member else None
        if self.acting is not None and (found is None or found.pk != self.acting):
            raise TermsError({"merchant": "is none of yours"})
        return found

    def checks(self) -> QuerySet[Check]:
        """Only one's own, and one's merchant's."""
        if self.api_key is not None:
            mine = Q(api_key=self.api_key) | Q(merchant__keys__key=self.api_key)
        else:
            mine = Q(user=self.user) | Q(merchant__memberships__user=self.user)
        if self.acting is not None:
            mine &= Q(merchant=self.acting)
        own = Check.objects.filter(mine).order_by().values("pk")
        return Check.objects.filter(pk__in=own).select_related("influencer__category")


def kept(*, owner: Owner, cursor: str = "", size: int = 50) -> Page[Check]:
    """One's own checks, the newest first. Raises CursorInvalid."""
    who = f"key {owner.api_key.pk}" if owner.api_key else f"user {owner.user.pk}" if owner.user else ""
    scope = scope_of("checks", [who, owner.acting])
    at = Cursor.read(cursor) if cursor else None
    if at is not None and at.scope != scope:
        raise CursorInvalid
    return page(owner.checks(), order=NEWEST_FIRST, run=0, scope=scope, cursor=at, size=size)


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    influencer: Influencer
    terms: Terms


def find(reference: object) -> Influencer:
    """An influencer by slug or by source id: whom it was merged into, if it was.

    Raises TermsError when there is none.
    """
    found = find_all([reference]).get(_name(reference))
    if found is None:
        raise TermsError({"influencer": UNKNOWN})
    return found


def find_all(references: Iterable[object]) -> dict[str, Influencer]:
    """Everyone that is meant, by what they are called there, in one question. A slug goes before an id."""
    names = {_name(one) for one in references} - {""}
    known = Influencer.objects.filter(voided_at=None).select_related("category", "merged_into__category")
    found = known.defer("search", "merged_into__search").filter(Q(slug__in=names) | Q(source_id__in=names))
    rows = list(found.order_by("pk"))
    by_id = {row.source_id: row.goes_on_as for row in rows}
    by_slug = {row.slug: row.goes_on_as for row in rows if row.slug}
    return {name: meant for name in names if (meant := by_slug.get(name) or by_id.get(name))}


def _name(reference: object) -> str:
    return str(reference or "").strip().replace("\x00", "")[:128]


def ask(request: Mapping[str, Any], known: Mapping[str, Influencer] | None = None) -> Asked:
    """Read a request; raises TermsError naming all that is wrong. `known` spares looking the influencer up."""
    errors: dict[str, str] = {}
    influencer: Influencer | None = None
    terms: Terms | None = None
    try:
        terms = terms_of(request)
    except TermsError as error:
        errors |= error.errors
    if "influencer" not in errors:
        name = request.get("influencer")
        influencer = (find_all([name]) if known is None else known).get(_name(name))
        if influencer is None:
            errors["influencer"] = UNKNOWN
    if influencer is None or terms is None:
        raise TermsError(errors)
    return Asked(influencer, terms)


def answer(
    asked: Sequence[Asked],
    *,
    at: datetime,
    as_of: date | None = None,
    peers: bool = True,
    owner: Owner | None = None,
) -> list[dict[str, Any]]:
    """Answer several requests on one look at the evidence before `as_of` (default: all there is).

    Of what merchants told of deals, only the owner's own counts without being borne out by the platform.
    """
    day = as_of or policy_date(at) + timedelta(days=1)
    market = gathering.market_as_of(day)
    wanted = {one.influencer.pk: one.influencer for one in asked}
    near = {pk: _near(found) if peers else [] for pk, found in wanted.items()}
    everyone = {**{p.pk: p for rows in near.values() for p in rows}, **wanted}
    gathered = gathering.gather(influencers=everyone.keys(), as_of=day)
    own = owner.checks().filter(influencer__in=everyone).values_list("pk", flat=True) if owner else ()
    known = knowing.known(gathered, list(everyone.values()), day, own=set(own))
    cards = {pk: _scorecard(one) for pk, one in wanted.items()}
    return [_one(one, known, market, near[one.influencer.pk], day, cards[one.influencer.pk]) for one in asked]


def _one(
    asked: Asked,
    known: dict[int, Known],
    market: Market,
    near: list[Influencer],
    day: date,
    card: dict[str, Any] | None,
) -> dict[str, Any]:
    found = report(known[asked.influencer.pk], market=market, terms=asked.terms)
    others = {str(p.pk): p for p in near}
    better = better_peers(
        [(key, known[p.pk]) for key, p in others.items()],
        market=market,
        terms=asked.terms,
        chance=found["p_fee_earned_back"],
    )
    named = [(others[row["key"]], row) for row in better]
    return {
        "influencer": {"slug": asked.influencer.slug, "name": asked.influencer.name},
        "as_of": day.isoformat(),
        **found,
        "comparable": [
            {"slug": peer.slug, "name": peer.name, **{k: v for k, v in row.items() if k != "key"}}
            for peer, row in named
        ],
        "scorecard": card,
    }


def _scorecard(influencer: Influencer) -> dict[str, Any] | None:
    stored = PublicDocument.objects.filter(influencer=influencer).only("body").first()
    if stored is None:
        return None
    data = stored.data
    overall = {key: data["overall"].get(key) for key in ("score", "low", "high", "grade", "rank")}
    return {**{k: data[k] for k in ("run", "policy", "published_at", "updated_at", "status")}, "overall": overall}


def _near(influencer: Influencer) -> list[Influencer]:
    """Rated influencers of the same category, nearest in size."""
    public = publication.public_run()
    if public is None:
        return []
    cards = Scorecard.objects.filter(run=public.run)
    own = cards.filter(influencer=influencer).first()
    same = cards.filter(status=Scorecard.Status.RATED, category=influencer.category).exclude(influencer=influencer)
    rows = list(same.order_by("position").values_list("influencer_id", "tier")[:LOOKED_AT])
    if own is not None:
        rows.sort(key=lambda row: abs(TIERS.index(row[1]) - TIERS.index(own.tier)))
    chosen = [pk for pk, _tier in rows[: RULES.candidates]]
    known = Influencer.objects.defer("search").filter(voided_at=None, merged_into=None)
    found = known.select_related("category").in_bulk(chosen)
    return [found[pk] for pk in chosen if pk in found]


@transaction.atomic
def check(*, request: Mapping[str, Any], owner: Owner, at: datetime, as_of: date | None = None) -> Check:
    """Answer one request and keep the answer.

    Raises TermsError naming all that is wrong with the request.
    """
    merchant = owner.merchant()
    asked = ask(request)
    (found,) = answer([asked], at=at, as_of=as_of, owner=owner)
    public = publication.public_run()
    return Check.objects.create(
        influencer=asked.influencer,
        merchant=merchant,
        api_key=owner.api_key,
        user=owner.user,
        at=at,
        as_of=date.fromisoformat(found["as_of"]),
        run=public.run if public else None,
        verdict=found["verdict"],
        request={name: value for name, value in request.items() if value not in (None, "")},
        answer=found,
    )
