"""Addresses under /api/v1/ for those who send evidence."""

from django.urls import path

from feedback.api import complaints, ingest, packs, reviews

app_name = "feedback"

urlpatterns = [
    path("reviews/", reviews.Reviews.as_view(), name="reviews"),
    path("reviews/<str:token>/", reviews.OneReview.as_view(), name="review"),
    path("complaints/", complaints.Complaints.as_view(), name="complaints"),
    path("complaints/<str:token>/", complaints.OneComplaint.as_view(), name="complaint"),
    path("complaints/<str:token>/attachments/<str:name>/", complaints.attachment, name="attachment"),
    path("complaints/<str:token>/evidence/", packs.Pack.as_view(), name="pack"),
    path("complaints/<str:token>/evidence.pdf", packs.as_pdf, name="pack_pdf"),
    path("ingest/<str:kind>/", ingest.TakeIn.as_view(), name="ingest"),
    path("ingest/<str:kind>/void/", ingest.TakeOut.as_view(), name="ingest_void"),
]
