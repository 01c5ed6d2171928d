"""Merchants follow influencers and are told of what matters, by web-hook and e-mail."""
