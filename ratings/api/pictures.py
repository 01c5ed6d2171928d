"""The badge in the schema: a picture of the pages, so the schema's own views do not know it."""

from __future__ import annotations

from typing import Any

PATH = "/api/v1/influencers/{slug}/badge.svg"


def _choice(name: str, default: str, *choices: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": {"type": "string", "enum": list(choices), "default": default}}


BADGE = {
    "get": {
        "operationId": "badge",
        "description": "An embeddable badge of fixed size: score, grade, sample size and date.",
        "parameters": [
            {"in": "path", "name": "slug", "required": True, "schema": {"type": "string"}},
            _choice("lang", "en", "en", "zh-hans"),
            _choice("theme", "light", "light", "dark"),
        ],
        "tags": ["influencers"],
        "responses": {
            "200": {"description": "260 × 84 pixels.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}},
            "304": {"description": "Unchanged since the ETag given."},
        },
    }
}


def with_badge(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """A hook of the schema's generator."""
    return {**result, "paths": dict(sorted({**result["paths"], PATH: BADGE}.items()))}
