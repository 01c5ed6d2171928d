"""What merchants and influencers do with accounts of their own."""
