"""The tests' settings with every limit in force, behind one proxy: so that one machine can come from many addresses."""

from tests.settings import *  # noqa: F403

AXES_ENABLED = True
