"""Who reviewed or bought, without who: a keyed hash, and how its key is changed although no original is kept.

The first key makes a pseudonym of an id; each further one makes a pseudonym of the pseudonym before. So a key is
replaced by nesting the next around what is stored, and new ids go through all of them and meet the same person.
The database says how many keys are in use and what they are known by; a process with others refuses to write.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import psycopg
from django.conf import settings
from django.db import connection, transaction

from feedback.models import PseudonymKey

SIZE = 16  # bytes
LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtext('feedback.pseudonyms'), 0)"
USED = "SELECT fingerprint FROM feedback_pseudonymkey ORDER BY id"
COLUMNS = (("feedback_review", "reviewer_id"), ("feedback_order", "buyer_id"))
HISTORY = (("reviews", "reviewer_id"), ("orders", "buyer_id"))

Hash = Callable[[str], str]


class KeysDiffer(RuntimeError):
    """The keys of this process are not those the stored pseudonyms were made with."""


def hashing(names: Sequence[str]) -> Hash:
    """The pseudonym of an id under these keys, as hex."""
    first, *further = (hashlib.blake2b(name.encode()).digest() for name in names)

    def pseudonym(original: str) -> str:
        found = hashlib.blake2b(original.encode(), key=first, digest_size=SIZE).hexdigest()
        for key in further:
            found = hashlib.blake2b(found.encode(), key=key, digest_size=SIZE).hexdigest()
        return found

    return pseudonym


def in_use() -> Hash:
    """The hash that stored pseudonyms were made with; it stays so until the caller's transaction ends.

    Raises
    ------
    KeysDiffer
        when this process does not know all of the keys, or others: one person would become two.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, connection.connection.pipeline():
        cursor.execute(LOCK.format(shared="_shared"))
        stored = [row[0] for row in cursor.execute(USED).fetchall()]
    known = settings.REVIEWER_KEYS[:]  # at once: each look reads them from where they are kept
    if not stored:
        PseudonymKey.objects.bulk_create([PseudonymKey(pk=1, fingerprint=fingerprint(known[0]))], ignore_conflicts=True)
        return hashing(known[:1])
    if stored != [fingerprint(name) for name in known[: len(stored)]]:
        raise KeysDiffer(
            "REVIEWER_KEY is not what the stored pseudonyms were made with. Give all keys, in order, and start anew."
        )
    return hashing(known[: len(stored)])


def pseudonym(original: str) -> str:
    """The same person, but not who."""
    with transaction.atomic():
        return in_use()(original)


@transaction.atomic
def nested(*, at: datetime) -> dict[str, str]:
    """Put the next key into use: what every stored pseudonym becomes. Whoever calls renames them, all at once."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(shared=""))
    used, known = PseudonymKey.objects.count(), list(settings.REVIEWER_KEYS)
    if not used:
        PseudonymKey.objects.create(pk=1, fingerprint=fingerprint(known[0]), since=at)
        used = 1
    if len(known) <= used:
        raise KeysDiffer(f"{used} keys are in use and {len(known)} are known: give the next one first.")
    in_use()
    key = hashlib.blake2b(known[used].encode()).digest()
    PseudonymKey.objects.create(pk=used + 1, fingerprint=fingerprint(known[used]), since=at)
    return {old: hashlib.blake2b(old.encode(), key=key, digest_size=SIZE).hexdigest() for old in stored()}


def stored() -> list[str]:
    """Every pseudonym there is, in use or in the history of revisions."""
    parts = [f"SELECT {column} AS id FROM {table}" for table, column in COLUMNS]
    history = "SELECT (row->>'{}')::uuid FROM feedback_revision WHERE kind = '{}'"
    parts += [history.format(column, kind) for kind, column in HISTORY]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT id FROM ({' UNION ALL '.join(parts)}) every WHERE id IS NOT NULL")
        return [found.hex for (found,) in cursor.fetchall()]


@transaction.atomic
def rename(names: Mapping[str, str]) -> int:
    """Replace pseudonyms wherever evidence holds them; how many rows changed."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE renamed (old uuid PRIMARY KEY, new uuid NOT NULL) ON COMMIT DROP")
        with cursor.copy("COPY renamed (old, new) FROM STDIN") as copy:
            for old, new in names.items():
                copy.write_row((str(uuid.UUID(old)), str(uuid.UUID(new))))
        cursor.execute("ANALYZE renamed")
        for table, column in COLUMNS:
            cursor.execute(f"UPDATE {table} t SET {column} = r.new FROM renamed r WHERE t.{column} = r.old")
            changed += cursor.rowcount
        for kind, column in HISTORY:
            cursor.execute(
                f"UPDATE feedback_revision t SET row = jsonb_set(t.row, '{{{column}}}', to_jsonb(r.new::text)) "
                f"FROM renamed r WHERE t.kind = '{kind}' AND (t.row->>'{column}')::uuid = r.old"
            )
            changed += cursor.rowcount
        cursor.execute("DROP TABLE renamed")
    return changed


def nobody() -> str:
    """A pseudonym that no id leads to."""
    return secrets.token_hex(SIZE)


def fingerprint(name: str) -> str:
    """What a key is known by; it cannot be told from this."""
    return hashlib.blake2b(name.encode(), person=b"fingerprint", digest_size=SIZE).hexdigest()
