"""Every test of the API starts with an empty cache of documents."""

import pytest

from ratings.publication.serving import forget


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    forget()
