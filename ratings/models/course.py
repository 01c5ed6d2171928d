"""The compliance course: a few questions about one code, in both languages, edited by staff; and who took it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback.taxonomy import CODES
from influencers.models import Influencer


class Course(models.Model):
    """What a host should know about one code; two points back for who passes it."""

    code = models.CharField(_("code"), max_length=16, unique=True, choices=[(code, code) for code in CODES])
    title_en = models.CharField(_("title in English"), max_length=200)
    title_zh = models.CharField(_("title in Chinese"), max_length=200)
    text_en = models.TextField(_("text in English"))
    text_zh = models.TextField(_("text in Chinese"))
    active = models.BooleanField(_("open to be taken"), default=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(code__in=list(CODES)), name="course_code_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> str:
        return self.title_zh if chinese() else self.title_en

    @property
    def text(self) -> str:
        return self.text_zh if chinese() else self.text_en


class Question(models.Model):
    """One question with its answers, one of them right, and why."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="questions", verbose_name=_("course"))
    text_en = models.TextField(_("question in English"))
    text_zh = models.TextField(_("question in Chinese"))
    answers_en = ArrayField(models.CharField(max_length=300), verbose_name=_("answers in English"))
    answers_zh = ArrayField(models.CharField(max_length=300), verbose_name=_("answers in Chinese"))
    right = models.PositiveSmallIntegerField(_("right answer"), help_text=_("counted from 0"))
    why_en = models.TextField(_("why, in English"))
    why_zh = models.TextField(_("why, in Chinese"))
    active = models.BooleanField(_("asked"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answers_en__len__gte=2, answers_zh__len=models.F("answers_en__len"))
                & Q(right__lt=models.F("answers_en__len")),
                name="question_has_a_right_answer",
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.text_zh if chinese() else self.text_en

    @property
    def answers(self) -> list[str]:
        return self.answers_zh if chinese() else self.answers_en

    @property
    def why(self) -> str:
        return self.why_zh if chinese() else self.why_en


class Attempt(models.Model):
    """Somebody took a course; kept as it was, whoever changes the questions later."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("course"))
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("influencer")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    answers = models.JSONField(_("answers"), help_text=_("question, what was asked, what was answered, whether right"))
    right = models.PositiveSmallIntegerField(_("right"))
    asked = models.PositiveSmallIntegerField(_("asked"))
    passed = models.BooleanField(_("passed"))
    points = models.DecimalField(_("points earned back"), max_digits=4, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("attempt at a course")
        verbose_name_plural = _("attempts at courses")
        ordering = ["-id"]
        indexes = [models.Index(fields=["influencer", "course", "-at"], name="attempt_of_influencer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(right__lte=models.F("asked"), asked__gt=0), name="attempt_right_of_asked"
            ),
            models.CheckConstraint(condition=Q(passed=True) | Q(points=0), name="attempt_points_when_passed"),
        ]

    def __str__(self) -> str:
        return f"{self.course.code}: {self.right}/{self.asked}"


def chinese() -> bool:
    return (get_language() or "").startswith("zh")
