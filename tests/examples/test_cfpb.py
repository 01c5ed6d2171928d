"""CFPB's consumer complaints, on rows in its shape."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback.models import Complaint
from influencers.models import Influencer
from tests.examples.ingesting import ingest

pytestmark = pytest.mark.django_db

HEADER = (
    "Date received,Product,Sub-product,Issue,Sub-issue,Company,State,ZIP code,Consumer consent provided?,"
    "Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?\n"
)
ROWS = [
    '7/29/2013,Consumer Loan,,Managing the loan,,"Wells, Fargo & Co.",VA,24540,N/A,Phone,7/30/2013,{},Yes,No\n',
    "7/30/2013,Mortgage,,Foreclosure,,Acme,TX,75254,N/A,Web,7/30/2013,Closed with monetary relief,Yes,Yes\n",
    "7/30/2013,Mortgage,,Foreclosure,,Acme,TX,75254,N/A,Web,7/30/2013,Closed with monetary relief,Yes,Yes\n",
    "8/2/2013,Credit card,,Billing,,Acme,TX,75254,N/A,Web,8/1/2013,Closed with explanation,Yes,No\n",
    "8/3/2013,Debt collection,,Tactics,,Acme,TX,75254,,Fax,8/6/2013,Untimely response,No,\n",
    "2/23/2017,Debt collection,,Tactics,,Zeta,TX,75254,,Fax,2/23/2017,In progress,Yes,No\n",
]


def file(folder: Path, first: str = "Closed with explanation") -> Path:
    path = folder / "consumer_complaints.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as packed:
        packed.write(HEADER + "".join(ROWS).format(first))
    return path


def test_each_company_is_loaded_once(tmp_path: Path) -> None:
    said = ingest("cfpb", "influencers", file(tmp_path), tmp_path / "rejects.csv")
    assert said.counts == {"loaded": 3, "duplicate": 3, "rows": 6}
    assert set(Influencer.objects.values_list("name", "category__code")) == {
        ("Wells, Fargo & Co.", "consumer_finance"),
        ("Acme", "consumer_finance"),
        ("Zeta", "consumer_finance"),
    }


def test_what_became_of_a_complaint_is_its_status(tmp_path: Path) -> None:
    path, rejects = file(tmp_path), tmp_path / "rejects.csv"
    ingest("cfpb", "influencers", path, rejects)
    said = ingest("cfpb", "complaints", path, rejects)
    assert said.counts == {"loaded": 4, "duplicate": 1, "rejected": 1, "rows": 6}
    assert said.rejected == [(5, "received_at", "lies before created_at")]
    assert said.code == 1
    stored = Complaint.objects.values_list("influencer__name", "kind", "status", "severity", "text", "remedy")
    assert set(stored) == {
        ("Wells, Fargo & Co.", "Managing the loan", "rejected", "minor", None, "Closed with explanation"),
        ("Acme", "Foreclosure", "upheld", "moderate", None, "Closed with monetary relief"),
        ("Acme", "Tactics", "open", "minor", "late answer", "Untimely response"),
        ("Zeta", "Tactics", "open", "minor", None, "In progress"),
    }


def test_a_day_is_a_day_in_washington_and_goes_to_the_company_when_it_was_sent(tmp_path: Path) -> None:
    path, rejects = file(tmp_path), tmp_path / "rejects.csv"
    ingest("cfpb", "influencers", path, rejects)
    ingest("cfpb", "complaints", path, rejects)
    complaint = Complaint.objects.get(influencer__name="Wells, Fargo & Co.")
    assert complaint.created_at == datetime(2013, 7, 29, 4, tzinfo=UTC)
    assert complaint.received_at == datetime(2013, 7, 30, 4, tzinfo=UTC)


def test_a_later_export_with_another_answer_is_no_second_complaint(tmp_path: Path) -> None:
    """The source gives no time of revision, so it can't be told which answer is the later one: it is refused."""
    path, rejects = file(tmp_path, first="In progress"), tmp_path / "rejects.csv"
    ingest("cfpb", "influencers", path, rejects)
    ingest("cfpb", "complaints", path, rejects)
    said = ingest("cfpb", "complaints", file(tmp_path), rejects)
    assert said.counts == {"duplicate": 4, "rejected": 2, "rows": 6}
    assert [(line, column) for line, column, _ in said.rejected] == [(5, "received_at"), (2, "complaint_id")]
    assert Complaint.objects.count() == 4
