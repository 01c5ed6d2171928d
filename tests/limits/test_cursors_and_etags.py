"""Cursors and ETags in the wrong hands: a changed cursor is refused, and no ETag gets anybody another's answer."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core import signing
from django.test import Client

from ratings import publication
from ratings.publication import paging
from ratings.publication.serving import forget
from tests.publication.stored import AT, hosts, stored_run

pytestmark = pytest.mark.django_db
LIST = "/api/v1/influencers/"


@pytest.fixture(autouse=True)
def published() -> list[str]:
    forget()
    people = hosts(6)
    publication.publish(run=stored_run(dict.fromkeys(people, 80.0)), at=AT)
    for one in people:
        one.refresh_from_db()
    return [str(one.slug) for one in people]


def cursor_of(client: Client) -> str:
    following = client.get(LIST, {"page_size": 2}).json()["next"]
    return dict(parse_qsl(urlsplit(following).query))["cursor"]


def test_no_letter_of_a_cursor_can_be_another(client: Client) -> None:
    cursor = cursor_of(client)
    for at in range(len(cursor)):
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        answer = client.get(LIST, {"page_size": 2, "cursor": changed})
        assert answer.status_code == 400, at
        assert answer.json()["type"] == "urn:clearhost:problem:bad-cursor"
    for changed in (cursor[:-1], cursor + "x", cursor * 2, cursor.upper(), f"{cursor}:{cursor}", "\x00", "a" * 20_000):
        assert client.get(LIST, {"page_size": 2, "cursor": changed}).status_code == 400


def test_a_cursor_signed_by_another_key_or_for_another_purpose_is_none(client: Client) -> None:
    content = signing.loads(cursor_of(client), salt=paging.SALT)
    for forged in (signing.dumps(content, salt=paging.SALT, key="another"), signing.dumps(content, salt="other")):
        assert client.get(LIST, {"cursor": forged}).status_code == 400
    run, scope, key, backwards, place = content
    ours = [run, scope, key, backwards, place]
    for wrong in ([*ours, 1], ours[:-1], "text", None, [run, "x", key, backwards, 1]):
        answer = client.get(LIST, {"cursor": signing.dumps(wrong, salt=paging.SALT)})
        assert answer.status_code == 400, wrong
    gone = client.get(LIST, {"cursor": signing.dumps([run + 9, scope, key, backwards, place], salt=paging.SALT)})
    assert gone.status_code == 410


@pytest.mark.parametrize("path", ["/api/v1/influencers/{0}/scorecard/", "/api/v1/influencers/{0}/", LIST])
def test_an_etag_opens_its_own_answer_alone(client: Client, published: list[str], path: str) -> None:
    own = client.get(path.format(published[0]))
    etag = own["ETag"]
    assert client.get(path.format(published[0]), headers={"If-None-Match": etag}).status_code == 304
    elsewhere = path.format(published[1]) if path != LIST else f"{LIST}?page_size=1"
    other = client.get(elsewhere, headers={"If-None-Match": etag})
    assert other.status_code == 200
    assert other.content != own.content
    packed = client.get(path.format(published[0]), headers={"If-None-Match": '"' + "0" * 32 + '"'})
    assert packed.status_code == 200
    for nonsense in ('"', "W/", "x", ", ,", etag.strip('"'), f'"{etag}"', "\x7f", f'{etag[:-2]}"'):
        assert client.get(path.format(published[0]), headers={"If-None-Match": nonsense}).status_code == 200, nonsense


def test_a_header_of_etags_without_end_costs_little(client: Client, published: list[str]) -> None:
    for path in (f"/api/v1/influencers/{published[0]}/scorecard/", LIST):
        client.get(path)
        for header in ('"x",' * 15_000, 'W/"' * 20_000, '"' * 60_000, " " * 60_000):
            began = time.process_time()
            assert client.get(path, headers={"If-None-Match": header}).status_code == 200
            assert time.process_time() - began < 0.5, header[:4]


def test_an_unpacked_answer_is_not_the_packed_one(client: Client, published: list[str]) -> None:
    path = f"/api/v1/influencers/{published[0]}/scorecard/"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    plain = client.get(path, headers={"If-None-Match": packed["ETag"], "Accept-Encoding": "identity"})
    assert plain.status_code == 200
    assert plain.content.startswith(b"{")
    assert "Accept-Encoding" in packed["Vary"]
