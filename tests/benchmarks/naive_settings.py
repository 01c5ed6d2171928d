"""The service's settings with only the naive view."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.naive"
