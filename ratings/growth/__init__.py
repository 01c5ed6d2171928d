"""What would move a score: what-if and growth plan, both by rating changed evidence with the same code."""
