"""The merchant's pre-payment check: it judges these terms, not the person."""
