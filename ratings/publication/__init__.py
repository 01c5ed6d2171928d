"""What the public sees: one run at a time, one document per influencer, and lists that stay within their run."""

from ratings.publication.lists import history, influencers, rankings, year_of
from ratings.publication.paging import CursorGone, CursorInvalid, Page
from ratings.publication.reasons import Reason
from ratings.publication.recognition import recognised
from ratings.publication.renewal import About, Renewed, about, renew
from ratings.publication.reviews import Shown, Trust, reviews
from ratings.publication.serving import document, documents, kept_document, public_run
from ratings.publication.standings import badge_differs, card_of, restand
from ratings.publication.verbs import CannotPublish, hold_still, publish, unpublish, withdraw

__all__ = [
    "About",
    "CannotPublish",
    "CursorGone",
    "CursorInvalid",
    "Page",
    "Reason",
    "Renewed",
    "Shown",
    "Trust",
    "about",
    "badge_differs",
    "card_of",
    "document",
    "documents",
    "history",
    "hold_still",
    "influencers",
    "kept_document",
    "public_run",
    "publish",
    "rankings",
    "recognised",
    "renew",
    "restand",
    "reviews",
    "unpublish",
    "withdraw",
    "year_of",
]
