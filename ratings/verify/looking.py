"""All checks in one consistent look at the database, which may be written to meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import connection, transaction

from ratings.verify import balances, documents, keys, live, runs, trust
from ratings.verify.faults import Checked, Look

Check = Callable[[Checked, Look], None]
CHECKS: dict[str, tuple[str, Check]] = {
    "keys": ("source keys are unique, and evidence belongs to somebody", keys.check),
    "loads": ("what was said to be loaded is there, and every row of a file is accounted for", keys.loads),
    "schema": ("every table, index and constraint is there and valid", keys.schema),
    "trust": ("the trust that closes have fixed is what its log gives", trust.check),
    "runs": ("every run is whole, and the public one is what its evidence gives", runs.check),
    "documents": ("published documents equal their run, byte for byte", documents.check),
    "live": ("cards equal a new count of the evidence behind them", live.check),
    "balances": ("balances and levels equal their logs", balances.check),
}


def look(*, only: Collection[str] = (), how: Look | None = None) -> list[Checked]:
    """Look in the order of CHECKS; `only` names some of them."""
    how, found = how or Look(), []
    within = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not within:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        for name, (promise, check) in CHECKS.items():
            if only and name not in only:
                continue
            how.progress(name)
            checked = Checked(name, promise)
            check(checked, how)
            found.append(checked)
    return found
