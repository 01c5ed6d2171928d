"""The WSGI application, and before it the stored documents: who asks for one needs nothing else of Django."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError

from config import metrics
from config.bodies import Body, Turns
from ratings.api.documents import METHODS, PATH, Environ, Sent, sent
from ratings.publication import serving

ASKED_OF = (  # what the host and the scheme are read from
    "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme",
    "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
)  # fmt: skip
KNOWN_HOSTS = 200


class Front:
    """Answers what `PublicDocuments` would, word for word, and lets all else pass."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.turns = Turns(settings.BODIES_AT_ONCE)
        self.hosts: dict[tuple[str, ...], bool] = {}  # of those that are ours: whether they were asked securely

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        sent = self._sent(environ)
        if sent is None:
            if environ.get("CONTENT_LENGTH", "0") not in ("", "0"):
                environ["wsgi.input"] = Body(environ["wsgi.input"], self.turns)
            return self.application(environ, start_response)
        status, headers, body = sent
        start_response(status, headers)
        metrics.answered(environ["REQUEST_METHOD"], int(status[:3]))
        return [body]

    def _sent(self, environ: Environ) -> Sent | None:
        match = PATH.fullmatch(environ["PATH_INFO"])
        if match is None or environ["REQUEST_METHOD"] not in METHODS or environ.get("QUERY_STRING"):
            return None
        secure = self._secure(environ)
        if secure is None:
            return None
        try:
            found = serving.ready(match[1])
        except DatabaseError:  # the application looks after its connections, and says what is wrong
            return None
        return None if found is None else sent(environ, found, secure=secure)

    def _secure(self, environ: Environ) -> bool | None:
        """Whether a host of ours was asked securely; None for others, and where one must be sent there first."""
        key = tuple(str(environ.get(name, "")) for name in ASKED_OF)
        secure = self.hosts.get(key)
        if secure is None:
            request = WSGIRequest(environ)
            try:
                request.get_host()
            except DisallowedHost:
                return None
            if len(self.hosts) >= KNOWN_HOSTS:
                self.hosts.clear()
            secure = self.hosts[key] = request.is_secure()
        return None if settings.SECURE_SSL_REDIRECT and not secure else secure
