"""Renewing single documents as evidence comes in: who they are about in one question, what they say in one answer."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from django.db import connection

from ratings.models import PublicDocument, PublicRun, Run, Standing
from ratings.publication import slugs
from ratings.publication.bodies import Who, assemble, etag_of
from ratings.publication.recognition import SURE, recognised

GONE = "influencers_influencer g WHERE g.merged_into_id = i.id ORDER BY g.merged_at, g.id"
ABOUT = f"""
SELECT i.id, i.source_id, i.slug, i.voided_at IS NULL AND i.merged_into_id IS NULL,
  i.name, i.qualification, i.qualification_expires,
  json_build_object('code', c.code, 'name_en', c.name_en, 'name_zh', c.name_zh),
  (SELECT json_agg(json_build_object('platform', a.platform, 'handle', a.handle, 'followers', a.followers)
     ORDER BY a.platform, a.source_id) FROM influencers_account a WHERE a.influencer_id = i.id AND a.voided_at IS NULL),
  ARRAY(SELECT g.slug FROM {GONE}), ARRAY(SELECT g.name FROM {GONE}), ARRAY(SELECT g.merged_at FROM {GONE}),
  (s.card -> 'overall')::text, t.frozen, t.frozen_card, t.public::text
FROM influencers_influencer i JOIN influencers_category c ON c.id = i.category_id
LEFT JOIN ratings_scorecard s ON s.influencer_id = i.id AND s.run_id = %s
LEFT JOIN ratings_standing t ON t.influencer_id = i.id
WHERE i.id = ANY(%s::bigint[])"""  # noqa: S608

WRITE = """
INSERT INTO ratings_publicdocument (slug, influencer_id, run_id, body, body_gzip, etag, updated_at, live)
VALUES (%s, %s, %s, %s, %s, %s, %s, true)
ON CONFLICT (slug) DO UPDATE SET influencer_id = excluded.influencer_id, run_id = excluded.run_id,
  body = excluded.body, body_gzip = excluded.body_gzip, etag = excluded.etag, updated_at = excluded.updated_at,
  live = true"""


@dataclass(frozen=True)
class About:
    """Who a document is about, what the run said of them overall, and how they stand."""

    pk: int
    source_id: str
    known: bool
    who: Who
    overall: dict[str, Any]
    standing: Standing | None


def about(*, influencers: Collection[int], run: Run) -> dict[str, About]:
    """Some influencers by their source ids, with the ranks that `run` gave them.

    Who has no address yet is given one, whoever was taken out or merged loses the document.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        rows = cursor.execute(ABOUT, [run.pk, list(influencers)], prepare=True).fetchall()
    found = [_about(*row) for row in rows]
    if any(one.known and one.who.slug is None for one in found):
        slugs.assign_slugs()
        return about(influencers=influencers, run=run)
    if gone := [one.pk for one in found if not one.known]:
        PublicDocument.objects.filter(influencer__in=gone).delete()
    return {one.source_id: one for one in found}


def _about(
    pk: int, source_id: str, slug: str | None, known: bool, name: str, qualification: str | None,
    expires: date | None, category: dict[str, str], accounts: list[dict[str, Any]] | None,
    slugs_before: list[str | None], names_before: list[str], since: list[datetime], overall: str | None,
    frozen: bool | None, frozen_card: str, public: str,
) -> About:  # fmt: skip
    standing = None
    if frozen is not None:
        standing = Standing(influencer_id=pk, frozen=frozen, frozen_card=frozen_card, public=json.loads(public))
    before = list(zip(slugs_before, names_before, since, strict=True))
    who = Who(slug, name, category, accounts or [], qualification, expires, before)
    return About(pk, source_id, known, who, json.loads(overall) if overall else {}, standing)


@dataclass(frozen=True)
class Renewed:
    """What evidence says of one influencer now."""

    about: About
    tier: str
    league: str
    card: str


def renew(*, documents: Iterable[Renewed], public: PublicRun, at: datetime) -> None:
    """Replace these documents by what evidence says now; the run they lean on stays."""
    rows, given = [], list(documents)
    likely = [new.about.pk for new in given if float(new.about.overall.get("peer_p_top10") or 0) >= SURE]
    models = recognised(public=public, among=likely)
    for new in given:
        slug = new.about.who.slug
        assert slug, "an address is given before a document is renewed"
        body = assemble(
            who=new.about.who.document(tier=new.tier, league=new.league, model=new.about.pk in models),
            card_text=new.card,
            run=public.run,
            published_at=public.published_at,
            updated_at=at,
            standing=new.about.standing,
        )
        packed = gzip.compress(body, compresslevel=5, mtime=0)
        rows.append((slug, new.about.pk, public.run.pk, body, packed, etag_of(body), at))
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.executemany(WRITE, rows)
