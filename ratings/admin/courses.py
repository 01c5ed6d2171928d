"""Courses and their questions to edit, and attempts: to look at, and to record for a host who took one with staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from influencers.admin import ModelAdmin, RecordAdmin, TabularInline
from influencers.models import Influencer
from ratings.governance.errors import CannotAct
from ratings.governance.quiz import take_quiz
from ratings.models import Attempt, Course, Question


class AttemptForm(forms.Form):
    """A host and one answer to every question."""

    influencer = forms.CharField(label=_("host, by its source id"), max_length=128)

    def __init__(self, course: Course, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in course.questions.filter(active=True):
            self.fields[f"q{question.pk}"] = forms.TypedChoiceField(
                label=question.text, choices=list(enumerate(question.answers)), coerce=int, widget=forms.RadioSelect
            )

    def clean_influencer(self) -> Influencer:
        found = Influencer.objects.filter(source_id=self.cleaned_data["influencer"].strip(), voided_at=None).first()
        if found is None:
            raise forms.ValidationError(_("There is no such host."))
        return found

    @property
    def answers(self) -> dict[int, int]:
        return {int(name[1:]): value for name, value in self.cleaned_data.items() if name.startswith("q")}


class QuestionInline(TabularInline):
    model = Question
    extra = 0


@admin.register(Course)
class CourseAdmin(ModelAdmin):
    list_display = ["code", "title_en", "title_zh", "active"]
    list_filter = ["active"]
    inlines = [QuestionInline]
    readonly_fields = ["record"]

    def has_delete_permission(self, request: HttpRequest, obj: Course | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:pk>/attempt/", self.admin_site.admin_view(self.attempt), name="ratings_course_attempt")
        return [own, *super().get_urls()]

    @admin.display(description=_("record an attempt"))
    def record(self, course: Course) -> SafeString | str:
        if not course.code:
            return "–"
        link = reverse("admin:ratings_course_attempt", args=[course.pk])
        return format_html('<a href="{}">{}</a>', link, _("a host took it with us"))

    def attempt(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("ratings.add_attempt") or not isinstance(request.user, User):
            raise PermissionDenied
        course = get_object_or_404(Course, pk=pk)
        form = AttemptForm(course, request.POST or None)
        if request.method == "POST" and form.is_valid():
            who = form.cleaned_data["influencer"]
            try:
                took = take_quiz(
                    course=course, influencer=who, answers=form.answers, by=request.user, at=timezone.now()
                )
            except CannotAct as why:
                self.message_user(request, str(why), messages.ERROR)
            else:
                return redirect("admin:ratings_attempt_change", took.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": str(course),
            "form": form,
            "back": reverse("admin:ratings_course_change", args=[pk]),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/ratings/course/attempt.html", context)


@admin.register(Attempt)
class AttemptAdmin(RecordAdmin):
    list_display = ["at", "influencer", "course", "right", "asked", "passed", "points", "by"]
    list_filter = ["passed", "course"]
    search_fields = ["=influencer__source_id"]
    list_select_related = ["influencer", "course", "by"]
