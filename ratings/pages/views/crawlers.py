"""`robots.txt` and the sitemap."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from ratings.models import PublicDocument

PART = 20_000
MOST_PARTS = 50_000  # of one index (sitemaps.org)
HIDDEN = (
    *("/admin/", "/accounts/", "/me/", "/check/", "/watchlist/", "/reviews/", "/complaints/", "/search/", "/i18n/"),
    "/influencers/*/evidence/",
)
PAGES = ("home", "rankings", "compare", "methodology", "transparency")
LANGUAGES = ("en", "zh-hans")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in HIDDEN), "Allow: /"]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('pages:sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index: part 0 holds the fixed pages, the others the cards."""
    parts = 1 + -(-PublicDocument.objects.count() // PART)
    found = "".join(
        f"<sitemap><loc>{escape(request.build_absolute_uri(reverse('pages:sitemap-part', args=[n])))}</loc></sitemap>"
        for n in range(parts)
    )
    return HttpResponse(f"{HEAD}<sitemapindex {NAMESPACE}>{found}</sitemapindex>", content_type="application/xml")


@require_safe
def part(request: HttpRequest, number: int) -> HttpResponse:
    rows: list[tuple[str, str]]
    if number > MOST_PARTS:
        raise Http404
    if number == 0:
        rows = [(reverse(f"pages:{name}"), "") for name in PAGES]
    else:
        documents = PublicDocument.objects.order_by("slug").values_list("slug", "updated_at")
        chosen = documents[(number - 1) * PART : number * PART]
        rows = [(reverse("pages:scorecard", args=[slug]), at.date().isoformat()) for slug, at in chosen]
        if not rows:
            raise Http404
    found = "".join(entry(request.build_absolute_uri(path), changed) for path, changed in rows)
    names = f'{NAMESPACE} xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return HttpResponse(f"{HEAD}<urlset {names}>{found}</urlset>", content_type="application/xml")


def entry(address: str, changed: str) -> str:
    """One page with its two languages."""
    plain = escape(address)
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{plain}?lang={language}"/>'
        for code, language in zip(("en", "zh-Hans"), LANGUAGES, strict=True)
    )
    return f"<url><loc>{plain}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}{links}</url>"
