"""The public reads: search, cards, history, leaderboards, comparison, methodology."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.addresses import ReadsByAddress
from influencers.models import Influencer
from ratings import live, publication, transparency
from ratings.api import documents, parameters, report_shapes, shapes, summaries
from ratings.api.base import PublicView, listed, the_public_run
from ratings.api.errors import Problem
from ratings.models import PolicyVersion, PublicDocument, Run
from ratings.publication import serving

SLUG = OpenApiParameter("slug", OpenApiTypes.STR, OpenApiParameter.PATH, description="The influencer's address.")
RUN = OpenApiParameter("run", OpenApiTypes.INT, OpenApiParameter.PATH, description="A run's number.")
VERSION = OpenApiParameter("version", OpenApiTypes.STR, OpenApiParameter.PATH, description="A policy version.")


def paged(read: Callable[..., publication.Page[Any]], **asked: Any) -> publication.Page[Any]:
    """Reads a page, turning what can be wrong with a cursor into its problem."""
    size = asked.pop("page_size")
    try:
        return read(size=size, **asked)
    except publication.CursorInvalid:
        raise Problem("bad-cursor", 400, "This cursor does not belong to this list.") from None
    except publication.CursorGone:
        raise Problem("cursor-gone", 410, "A newer run is public; start again without a cursor.") from None


class Influencers(PublicView):
    query = parameters.InfluencerParameters

    @extend_schema(
        operation_id="influencers", parameters=[parameters.InfluencerParameters], responses=shapes.InfluencerPage
    )
    def get(self, request: Request) -> Response:
        """Search and filter everyone in the public run."""
        public = the_public_run()
        page = paged(publication.influencers, public=public, **self.asked)
        rows = [summaries.row(row) for row in page.rows]
        return Response(listed(request, rows, page, **summaries.run_of(public, page.run)))


class Rankings(PublicView):
    query = parameters.RankingParameters

    @extend_schema(operation_id="rankings", parameters=[parameters.RankingParameters], responses=shapes.InfluencerPage)
    def get(self, request: Request) -> Response:
        """Leaderboards of the rated ones; never ordered by the lower bound, which favours size."""
        public = the_public_run()
        page = paged(publication.rankings, public=public, **self.asked)
        rows = [summaries.row(row) for row in page.rows]
        return Response(listed(request, rows, page, **summaries.run_of(public, page.run)))


class Profile(PublicView):
    @extend_schema(operation_id="influencer", parameters=[SLUG], responses=shapes.Profile)
    def get(self, request: Request, slug: str) -> Response:
        """Who someone is, and the current scorecard in short."""
        document = _document(slug)
        influencer = Influencer.objects.defer("search").get(pk=document.influencer_id)
        about = {
            "agency": influencer.agency or None,
            "operator": influencer.operator or None,
            "joined_at": influencer.joined_at and influencer.joined_at.isoformat(),
            "skill_level": influencer.skill_level or None,
        }
        short = summaries.side(document.data)
        return Response({**short, "influencer": {**short["influencer"], **about}})


class Scorecard(PublicView):
    query = parameters.ScorecardParameters

    @extend_schema(
        operation_id="scorecard",
        parameters=[SLUG, parameters.ScorecardParameters],
        responses=shapes.ScorecardDocument,
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """The scorecard document: the current one, or the kept one nearest to a day."""
        if "at" in self.asked:
            kept = publication.kept_document(slug=slug, at=self.asked["at"])
            if kept is None:
                raise Http404
            return documents.send_once(request._request, kept)
        found = serving.ready(slug)
        if found is None:
            raise Http404
        return documents.send(request._request, found)


class History(PublicView):
    query = parameters.PageParameters

    @extend_schema(operation_id="history", parameters=[SLUG, parameters.PageParameters], responses=shapes.HistoryPage)
    def get(self, request: Request, slug: str) -> Response:
        """Score points over time, newest first."""
        _document(slug)
        page = paged(publication.history, slug=slug, **self.asked)
        return Response(listed(request, [summaries.point(point) for point in page.rows], page, slug=slug))


class Recounting(ReadsByAddress):
    """Evidence is summed anew for each answer, so there is less of it to be had."""

    scope, rate = "evidence", "60/min"


class Evidence(PublicView):
    throttle_classes = (Recounting,) if settings.THROTTLE else ()

    @extend_schema(operation_id="evidence", parameters=[SLUG], responses=shapes.EvidencePage)
    def get(self, request: Request, slug: str) -> Response:
        """What the card is made of: trusted sums by day, channel by channel, in the formulas' own columns."""
        stored = PublicDocument.objects.select_related("run__policy", "influencer").defer("body", "body_gzip")
        found = stored.filter(slug=slug).first()
        if found is None:
            raise Http404
        made_of = live.evidence_of(document=found)
        head = {"slug": slug, "run": found.run_id, "policy": found.run.policy_id}
        return Response({**head, **made_of, "next": None, "previous": None})


class OneRun(PublicView):
    @extend_schema(operation_id="run", parameters=[RUN], responses=shapes.RunDocument)
    def get(self, request: Request, run: int) -> Response:
        """A run that has been public: what it learned of everyone, with which any card can be recomputed."""
        found = Run.objects.filter(pk=run, publications__isnull=False).distinct().first()
        if found is None:
            raise Http404
        return Response(summaries.whole_run(found))


class Compare(PublicView):
    query = parameters.CompareParameters

    @extend_schema(operation_id="compare", parameters=[parameters.CompareParameters], responses=shapes.Comparison)
    def get(self, request: Request) -> Response:
        """Two to five side by side, read from one run."""
        slugs = self.asked["slugs"]
        found = {document.slug: document for document in publication.documents(slugs)}
        missing = [slug for slug in slugs if slug not in found]
        if missing:
            raise Problem("not-found", 404, f"There is no influencer “{missing[0]}”.")
        return Response({"results": [summaries.side(found[slug].data) for slug in slugs]})


def report_of(asked: dict[str, Any]) -> dict[str, Any]:
    public = the_public_run()
    try:
        return transparency.figures(public, transparency.period_of(asked.get("period", ""), public=public))
    except transparency.BadPeriod:
        raise Problem("bad-period", 400, "Give a year, quarter or month until now: 2026, 2026-Q4, 2026-11.") from None


class Transparency(PublicView):
    query = parameters.PeriodParameters

    @extend_schema(
        operation_id="transparency", parameters=[parameters.PeriodParameters], responses=report_shapes.Transparency
    )
    def get(self, request: Request) -> Response:
        """Enforcement figures of a period; without one, of the year before the public run."""
        return Response(report_of(self.asked))


class TransparencyCsv(PublicView):
    query = parameters.PeriodParameters

    @extend_schema(
        operation_id="transparency_csv",
        parameters=[parameters.PeriodParameters],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """The same figures as CSV: one line each, its path and its value."""
        body = transparency.as_csv(report_of(self.asked))
        name = f"transparency{'-' if 'period' in self.asked else ''}{self.asked.get('period', '')}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


class Methodology(PublicView):
    @extend_schema(operation_id="methodology", responses=shapes.Methodology)
    def get(self, request: Request) -> Response:
        """The policy in force in full, and the versions there have been."""
        versions = [
            {"version": version.version, "since": version.created_at.isoformat(timespec="seconds")}
            for version in PolicyVersion.objects.all()
        ]
        return Response({**the_public_run().run.policy.document, "versions": versions})


class MethodologyVersion(PublicView):
    @extend_schema(operation_id="methodology_version", parameters=[VERSION], responses=shapes.Policy)
    def get(self, request: Request, version: str) -> Response:
        """One version of the policy: every constant with unit, bounds and reason."""
        stored = PolicyVersion.objects.filter(version=version).first()
        if stored is None:
            raise Http404
        return Response(stored.document)


def _document(slug: str) -> PublicDocument:
    found = publication.document(slug)
    if found is None:
        raise Http404
    return found
