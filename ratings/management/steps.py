"""What a rating is doing, in words for who waits for it."""

STEPS = {
    "evidence": "reading the evidence",
    "rebuilding": "judging all closed days anew",
    "sums": "adding it up by day",
    "parameters": "learning what is usual among peers",
    "scores": "scoring",
    "rows": "storing the run",
    "publishing": "publishing",
}
