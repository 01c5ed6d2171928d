"""Finding an influencer by a piece of a Chinese name, the beginning of a Latin word, or a handle.

A stored tsvector holds single characters and pairs of Chinese text and whole Latin words, so no database extension
is needed. It is kept up by whoever takes influencers and accounts in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection
from django.db.models import BooleanField, Case, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Value, When

from influencers.models import Account, Influencer

LONGEST_QUERY = 100
_WORD = re.compile(r"[0-9a-z_]+|[^\W0-9a-z_]+")
_LATIN = re.compile(r"[0-9a-z_]")
_BATCH = 5_000


def folded(text: str) -> str:
    """Width, case and Latin accents set aside."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def lexemes(*texts: str) -> set[str]:
    """What of these texts can be found."""
    found: set[str] = set()
    for text in texts:
        for word in _WORD.findall(folded(text)):
            if _LATIN.match(word):
                found.add(word)
                found.update(part for part in word.split("_") if part)
            else:
                found.update(word)
                found.update(word[at : at + 2] for at in range(len(word) - 1))
    return found


def tsquery(q: str) -> str:
    """Every word of the query has to be there; Latin words need only begin so. Empty when nothing can be looked up."""
    terms: list[str] = []
    for word in _WORD.findall(folded(q[:LONGEST_QUERY])):
        if _LATIN.match(word):
            terms.append(f"'{word}':*")
        elif len(word) == 1:
            terms.append(f"'{word}'")
        else:
            terms += [f"'{word[at : at + 2]}'" for at in range(len(word) - 1)]
    return " & ".join(dict.fromkeys(terms))


class _Holds(Func):
    """The vector holds what the query asks for; Django would parse the query a second time."""

    template = "%(expressions)s::tsquery"
    arg_joiner = " @@ "
    output_field = BooleanField()


def search(q: str) -> QuerySet[Influencer]:
    """Influencers that fit, the closest first: named so, with such a handle, named beginning so, the rest by name."""
    terms = tsquery(q)
    plain = q.replace("\0", "").strip().lstrip("@")[:LONGEST_QUERY]
    if not terms:
        return Influencer.objects.annotate(closeness=Value(3, output_field=IntegerField())).none()
    handle = Account.objects.filter(influencer=OuterRef("pk"), handle__iexact=plain, voided_at=None)
    closeness = Case(
        When(Q(name__iexact=plain) | Q(slug=plain), then=Value(0)),
        When(Exists(handle), then=Value(1)),
        When(name__istartswith=plain, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = Influencer.objects.filter(_Holds(F("search"), Value(terms)), voided_at=None, merged_into=None)
    return found.annotate(closeness=closeness).order_by("closeness", "name", "source_id")


def refresh(*, influencers: Iterable[int]) -> None:
    """Write the search vectors of these influencers anew; who was merged is found under the name it had, too."""
    ids = sorted(set(influencers))
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        texts = {
            pk: [name, slug or ""]
            for pk, name, slug in Influencer.objects.filter(pk__in=batch).values_list("pk", "name", "slug")
        }
        merged = Influencer.objects.filter(merged_into__in=batch).values_list("pk", "name", "merged_into")
        shown_as = {pk: pk for pk in texts}
        for pk, name, into in merged:
            texts[into or pk].append(name)
            shown_as[pk] = into or pk
        accounts = Account.objects.filter(influencer__in=shown_as, voided_at=None)
        for pk, handle in accounts.values_list("influencer_id", "handle"):
            texts[shown_as[pk]].append(handle)
        vectors = ["\x1f".join(sorted(lexemes(*found))) for found in texts.values()]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE influencers_influencer i SET search = array_to_tsvector(string_to_array(v.words, E'\\x1f')) "
                "FROM unnest(%s::bigint[], %s::text[]) AS v (id, words) WHERE i.id = v.id",
                [list(texts), vectors],
            )
