"""Tests on the real data exist only where that data is: nothing is skipped where it is not."""

from tests.examples.places import real_data

collect_ignore = [] if real_data() else ["test_real_data.py"]
