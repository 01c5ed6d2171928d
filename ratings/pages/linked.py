"""The card as linked data (schema.org), so that a shared link shows the score with its date."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from ratings.pages.card import Card

ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def review(card: Card, address: str) -> dict[str, Any]:
    """An editorial review by Clearhost; without a grade there is no rating to claim."""
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Review",
        "url": address,
        "datePublished": card.updated_on.isoformat(),
        "author": {"@type": "Organization", "name": "Clearhost"},
        "itemReviewed": {
            "@type": "Organization",
            "name": card.name,
            "alternateName": [p["handle"] for p in card.platforms if p.get("handle")],
        },
        "reviewBody": f"{card.likely} {card.sure}",
    }
    if card.rated:
        found["reviewRating"] = {
            "@type": "Rating",
            "ratingValue": card.overall["score"],
            "bestRating": 100,
            "worstRating": 0,
            "ratingExplanation": card.likely,
        }
    return found


def as_script(data: dict[str, Any]) -> SafeString:
    """JSON that cannot end its script element."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(ESCAPES))  # noqa: S308 - escaped just here
