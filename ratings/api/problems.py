"""What goes wrong, in the schema: every operation names the problems it may answer, all of one shape."""

from __future__ import annotations

from typing import Any

from ratings.api.errors import CONTENT_TYPE

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457; `type` does not change.",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:clearhost:problem:"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"description": "What is wrong with which value."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
SAID = {
    "400": "A value, a parameter or the body is not acceptable.",
    "401": "Authentication is needed, or the key is unknown, expired or revoked.",
    "403": "Not allowed with these credentials.",
    "404": "There is no such thing, or it is somebody else's.",
    "406": "No representation that was asked for.",
    "409": "What is stored does not allow this.",
    "410": "The run is no longer kept; start again without a cursor.",
    "413": "Too large.",
    "415": "This media type is not taken here.",
    "422": "This Idempotency-Key was used for another request.",
    "429": "Too many requests; Retry-After says how many seconds to wait.",
    "503": "No run of the rating has been published yet.",
}
METHODS = ("get", "post", "put", "patch", "delete")
WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "required": True}}


def with_problems(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """A hook of the schema's generator: what can happen follows from what an operation takes."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations and "responses" in operations[method]:
                _complete(path, method, operations[method])
    return result


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    given = operation.get("parameters", [])
    names = {parameter["name"] for parameter in given}
    private = [wanted for wanted in operation.get("security", []) if wanted]
    statuses = {"400", "406", "429"}
    if private:
        statuses |= {"401", "403"}
    if "{" in path or "slugs" in names or private or method != "get":
        statuses.add("404")
    if "requestBody" in operation:
        statuses |= {"413", "415"}
    if method != "get":
        statuses.add("409")
    if {"cursor", "since"} & names:
        statuses.add("410")
    if "Idempotency-Key" in names:
        statuses.add("422")
    if method == "get" or private:
        statuses.add("503")
    answers = operation["responses"]
    for status in sorted(statuses):
        body = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        said: dict[str, Any] = {"description": SAID[status], "content": body}
        answers.setdefault(status, said | ({"headers": WAIT} if status == "429" else {}))
    if method == "get" and not private:
        answers.setdefault("304", {"description": "Unchanged since the ETag given."})
    operation["responses"] = dict(sorted(answers.items()))
