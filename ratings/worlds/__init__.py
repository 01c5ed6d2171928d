"""Synthetic worlds with known truth: to demonstrate the rating, to measure it and to attack it."""
