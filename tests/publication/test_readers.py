"""A reader in another connection sees one run, before, during and after a publication."""

import contextlib
import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from ratings import publication
from ratings.publication import retention
from tests.publication.stored import AT, hosts, stored_run


@contextlib.contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    how = connection.get_connection_params()
    with psycopg.connect(
        host=how["host"],
        port=how["port"],
        user=how["user"],
        password=how["password"],
        dbname=how["dbname"],
        autocommit=True,
    ) as other:
        yield other


def runs_seen(reader: psycopg.Connection) -> set[int]:
    found = reader.execute(
        "SELECT run_id FROM ratings_publicdocument UNION SELECT run_id FROM ratings_publicrun"
        " UNION SELECT run_id FROM ratings_historypoint"
    ).fetchall()
    return {run for (run,) in found}


@pytest.mark.django_db(transaction=True)
def test_a_reader_sees_the_old_run_until_the_new_one_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    people = hosts(5)
    old = stored_run(dict.fromkeys(people, 80.0))
    publication.publish(run=old, at=AT)
    new = stored_run(dict.fromkeys(people, 60.0))
    seen = []
    keep = retention.keep
    with another_connection() as reader:

        def looked_at(run: object) -> None:
            seen.append(runs_seen(reader))  # the documents are rewritten already, unseen
            keep(run)  # type: ignore[arg-type]
            seen.append(runs_seen(reader))

        monkeypatch.setattr(retention, "keep", looked_at)
        publication.publish(run=new, at=AT)
        assert seen == [{old.pk}, {old.pk}]
        assert runs_seen(reader) == {new.pk}


@pytest.mark.django_db(transaction=True)
def test_a_publication_that_fails_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    people = hosts(3)
    old = stored_run(dict.fromkeys(people, 80.0))
    publication.publish(run=old, at=AT)
    new = stored_run(dict.fromkeys(people, 60.0))

    def breaks(run: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(retention, "keep", breaks)
    with pytest.raises(RuntimeError, match="disk full"):
        publication.publish(run=new, at=AT)
    with another_connection() as reader:
        assert runs_seen(reader) == {old.pk}
    people[0].refresh_from_db()
    found = publication.document(str(people[0].slug))
    assert found is not None
    assert found.data["overall"]["score"] == 80.0


@pytest.mark.django_db(transaction=True)
def test_two_publications_at_once_take_turns() -> None:
    people = hosts(3)
    runs = [stored_run(dict.fromkeys(people, score)) for score in (80.0, 60.0)]

    def publish(number: int) -> None:
        try:
            publication.publish(run=runs[number], at=AT)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    public = publication.public_run()
    assert public is not None
    with another_connection() as reader:
        documents = {run for (run,) in reader.execute("SELECT DISTINCT run_id FROM ratings_publicdocument")}
    assert documents == {public.run_id}
    assert {public.run_id, public.previous_id} == {run.pk for run in runs}
