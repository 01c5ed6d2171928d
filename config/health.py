"""Whether the service lives, and whether it can serve."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process does; nothing else is asked."""
    return JsonResponse({"status": "ok"})
