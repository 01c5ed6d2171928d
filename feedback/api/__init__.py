"""REST for those who send evidence: consumers and platforms."""
