"""The barest Django that answers: what our serving is measured against."""

from django.conf import settings

settings.configure(
    DEBUG=False, SECRET_KEY="nothing is signed", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[]
)

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def hello(request: HttpRequest) -> HttpResponse:
    """Five bytes."""
    return HttpResponse(b"hello")


urlpatterns = [path("hello", hello)]
application = get_wsgi_application()
