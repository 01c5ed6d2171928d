"""What the influencer is told, on its page and by e-mail, written with what it tells of or not at all."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings.models.governance.action import LANGUAGES, Action
from ratings.models.governance.appeal import Appeal
from ratings.models.governance.case import Case
from ratings.models.governance.words import EmailState, NoticeKind


class Notice(models.Model):
    """Its text in both languages; `language` is the one its reader gets first."""

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="notices", db_index=False, verbose_name=_("influencer")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("case")
    )
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("action")
    )
    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("appeal")
    )
    kind = models.CharField(_("about"), max_length=16, choices=NoticeKind.choices)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    subject_en = models.CharField(_("subject in English"), max_length=200)
    subject_zh = models.CharField(_("subject in Chinese"), max_length=200)
    body_en = models.TextField(_("text in English"))
    body_zh = models.TextField(_("text in Chinese"))
    at = models.DateTimeField(_("written at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        indexes = [models.Index(fields=["influencer", "-at"], name="notice_of_influencer")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    subject_en__regex=r"\S", subject_zh__regex=r"\S", body_en__regex=r"\S", body_zh__regex=r"\S"
                ),
                name="notice_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def read_in(self, language: str) -> dict[str, str]:
        """Subject and text for whoever reads in this language; its own where the reader's is another still."""
        if language.startswith("zh"):
            return {"language": "zh-hans", "subject": self.subject_zh, "body": self.body_zh}
        if language.startswith("en"):
            return {"language": "en", "subject": self.subject_en, "body": self.body_en}
        return {"language": self.language, "subject": self.subject, "body": self.body}

    @property
    def subject(self) -> str:
        return self.subject_zh if self.language == "zh-hans" else self.subject_en

    @property
    def body(self) -> str:
        return self.body_zh if self.language == "zh-hans" else self.body_en


class OutgoingEmail(models.Model):
    """The letter that carries a notice; whoever sends takes queued rows and says what became of them."""

    notice = models.OneToOneField(
        Notice, on_delete=models.PROTECT, primary_key=True, related_name="email", verbose_name=_("notice")
    )
    recipient = models.EmailField(_("to"), blank=True, help_text=_("empty: looked up when it is sent"))
    state = models.CharField(_("state"), max_length=16, choices=EmailState.choices, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="email_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EmailState.values), name="email_state_known"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="email_sent_when"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.state}"
