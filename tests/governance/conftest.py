"""The application's own role, as the service uses it."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection

from config.embedded_postgres import cluster


@pytest.fixture
def as_application(transactional_db: None) -> Iterator[None]:
    """Connect as the application instead of the owner who made the test's tables."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("only the embedded server is known to have a role for the application")
    before = dict(connection.settings_dict)
    application = cluster().application()
    connection.close()
    connection.settings_dict.update({"USER": application["USER"], "PASSWORD": application["PASSWORD"]})
    yield
    connection.close()
    connection.settings_dict.update({"USER": before["USER"], "PASSWORD": before["PASSWORD"]})
