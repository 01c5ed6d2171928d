"""An order's number that evidence would not take is told to who typed it, by the API and by the page."""

import pytest
from django.test import Client

from feedback.models import Case
from tests.feedback.people import host

pytestmark = pytest.mark.django_db
BODY = {"influencer": "host-h1", "topic": "other", "text": "It never came."}


@pytest.mark.parametrize("number", ["=1+1", "@SUM(1)", "a\nb", "+86 (1)", "a\u200bb", "x" * 129])
def test_refused(client: Client, number: str) -> None:
    host()
    answer = client.post("/api/v1/complaints/", {**BODY, "order_id": number}, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["order_id"]
    assert client.post("/complaints/new/?influencer=host-h1", {**BODY, "order_id": number}).status_code == 400
    assert not Case.objects.exists()


@pytest.mark.parametrize("number", ["", "A-1", "-abc", "2026 0012", "订单号 8"])
def test_taken(client: Client, number: str) -> None:
    host()
    answer = client.post("/api/v1/complaints/", {**BODY, "order_id": number}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert Case.objects.get().order_id == number
