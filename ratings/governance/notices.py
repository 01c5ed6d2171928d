"""What the influencer is told: the statement of reasons in words, in both languages, with how to appeal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from feedback.taxonomy import CODES
from influencers.models import Influencer
from ratings.days import POLICY_ZONE
from ratings.governance.statement import default_scope, how_to_appeal
from ratings.models.governance import (
    Action,
    Appeal,
    Case,
    DecisionKind,
    Ground,
    Level,
    Notice,
    NoticeKind,
    Origin,
    Outcome,
    OutgoingEmail,
)

Written = tuple[str, str]
MINUTE = "%Y-%m-%d %H:%M"


def decided(*, action: Action, at: datetime) -> Notice:
    """Tell of an action: what, why, from when to when, by whom decided, how to appeal."""
    kind = NoticeKind.CORRECTED if action.supersedes_id and not action.automated_decision else NoticeKind.ACTION
    return _about(kind, action, lambda: text_of(action), at=at)


def ended(*, action: Action, at: datetime) -> Notice:
    """Tell that an action is over: expired, lifted or cured."""

    def write() -> Written:
        names = {"level": Level(action.level).label, "codes": _codes(action), "state": action.get_state_display()}
        subject = _("The %(level)s is over (%(state)s)") % names
        body = _("The %(level)s for %(codes)s no longer has an effect: %(state)s.") % names
        return subject, body

    return _about(NoticeKind.ENDED, action, write, at=at)


def overturned(*, action: Action, reason: str, at: datetime, appeal: Appeal | None = None) -> Notice:
    """Tell that an action was undone as if it had never been."""

    def write() -> Written:
        names = {"level": Level(action.level).label, "codes": _codes(action), "reason": reason}
        subject = _("The %(level)s was overturned") % names
        body = (
            _(
                "The %(level)s for %(codes)s was overturned. Its points are back, the violation no longer counts in "
                "your rating, and your card carries a correction."
            )
            % names
            + "\n\n"
            + _("Reason: %(reason)s") % names
        )
        return subject, body + (_answers(appeal) if appeal else "")

    return _about(NoticeKind.CORRECTED, action, write, at=at, appeal=appeal)


def received(*, appeal: Appeal, at: datetime) -> Notice:
    """Tell that an appeal was seen, and by when it is answered."""
    action = appeal.action

    def write() -> Written:
        names = {
            "level": Level(action.level).label,
            "due": _moment(appeal.decide_due),
            "filed": _moment(appeal.filed_at),
        }
        subject = _("We have your appeal against the %(level)s") % names
        body = (
            _(
                "Your appeal of %(filed)s was received. It is decided by %(due)s, by a person who took no part in the "
                "decision."
            )
            % names
        )
        if appeal.stay:
            body += " " + _("Until then the decision has no effect.")
        return subject, body

    return _about(NoticeKind.RECEIVED, action, write, at=at, appeal=appeal)


def answered(*, appeal: Appeal, at: datetime) -> Notice:
    """Tell what became of an appeal that did not overturn: upheld or reduced."""
    action = appeal.action

    def write() -> Written:
        names = {
            "level": Level(action.level).label,
            "outcome": Outcome(appeal.outcome).label,
            "reason": appeal.reason,
        }
        subject = _("Your appeal against the %(level)s is decided: %(outcome)s") % names
        return subject, _("Reason: %(reason)s") % names + _answers(appeal)

    return _about(NoticeKind.APPEAL, action, write, at=at, appeal=appeal)


def held(*, case: Case, until: datetime, reason: str, language: str, at: datetime) -> Notice:
    """Tell of an interim hold."""

    def write() -> Written:
        names = {"code": _code(case.code), "until": _moment(until), "reason": reason, "facts": case.facts}
        subject = _("Your card is held until %(until)s") % names
        body = _(
            "For %(code)s, because harm is imminent, your card is held until %(until)s at the latest. By then a person "
            "has decided.\n\nReason: %(reason)s\n\nFacts: %(facts)s"
        )
        return subject, body % names

    return _tell(
        influencer=case.influencer,
        kind=NoticeKind.HOLD,
        language=language,
        at=at,
        write=write,
        case=case,
    )


def preview(action: Action) -> Notice:
    """The notice of an action that is not stored, to be looked at first."""
    texts = _both(lambda: text_of(action))
    return Notice(
        influencer=action.influencer, kind=NoticeKind.ACTION, language=action.language, at=action.decided_at, **texts
    )


def text_of(action: Action) -> Written:
    """Subject and text of a statement of reasons, in the language that is active."""
    level = Level(action.level).label
    lines = [
        _("Decision: %(level)s (%(kind)s)") % {"level": level, "kind": DecisionKind(action.decision_kind).label},
        _("For: %(codes)s") % {"codes": _codes(action)},
        _("Ground: %(ground)s, %(reference)s")
        % {"ground": Ground(action.ground).label, "reference": action.ground_reference},
        _("Facts: %(facts)s") % {"facts": action.facts},
        _("Evidence: %(links)s") % {"links": "; ".join(action.evidence)},
        _("How we learned of it: %(source)s; %(detection)s")
        % {
            "source": Origin(action.source).label,
            "detection": _("found automatically") if action.automated_detection else _("found by a person"),
        },
        _("followed automatically from a notice that was not cured in time")
        if action.automated_decision
        else _("decided by a person"),
        _effect(action),
        _("Scope: %(scope)s") % {"scope": _scope(action)},
        _("Points: %(points)s of the compliance balance") % {"points": _plain(action)},
        _("From %(start)s") % {"start": _moment(action.start)}
        + (_(" until %(end)s") % {"end": _moment(action.end)} if action.end else _(" until further notice")),
    ]
    if action.cure_until:
        lines.append(_("Put it right by %(until)s and no points are deducted.") % {"until": _moment(action.cure_until)})
    lines.append(
        _("Rules: policy %(version)s. Decision no. %(id)s.")
        % {"version": action.policy_version, "id": action.pk or "–"}
    )
    lines.append(how_to_appeal(action.level, action.notified_at or action.decided_at, _language()))
    subject = _("Decision about your account: %(level)s") % {"level": level}
    return subject, "\n".join(lines)


def _scope(action: Action) -> str:
    """As it was written; what stands there by default in the language of the text."""
    return default_scope(_language()) if action.scope == default_scope(action.language) else action.scope


def _effect(action: Action) -> str:
    if action.level == Level.L1 and not action.public:
        return _("Effect: a warning on your own page; your public card does not show it.")
    return {
        "L0": _("Effect: none on your card; please read the guideline."),
        "L1": _("Effect: a warning on your own page and, for everyone to see, on your card."),
        "L2": _("Effect: your card is off the leaderboards; a compliance course and quiz await you."),
        "L3": _("Effect: your card is frozen and shown as suspended."),
        "L4": _("Effect: your card is frozen and shown as suspended."),
        "L5": _("Effect: your card is closed. You may re-apply after 12 months."),
    }[action.level]


def _answers(appeal: Appeal) -> str:
    parts = []
    for number, (ground, answer) in enumerate(zip(appeal.grounds, appeal.answers, strict=True), start=1):
        names = {"number": number, "ground": ground, "answer": answer}
        parts.append(_("Your ground %(number)s: %(ground)s\nOur answer: %(answer)s") % names)
    return "".join(f"\n\n{part}" for part in parts)


def _plain(action: Action) -> str:
    return f"{action.points.normalize():f}" if action.points else "0"


def _codes(action: Action) -> str:
    return ", ".join(_code(code) for code in action.codes)


def _code(code: str) -> str:
    found = CODES[code]
    return f"{code} {found.name_zh if _language() == 'zh-hans' else found.name_en}"


def _language() -> str:
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(POLICY_ZONE):{MINUTE}} (UTC+8)"


def _both(write: Callable[[], Written]) -> dict[str, str]:
    with override("en"):
        subject_en, body_en = write()
    with override("zh-hans"):
        subject_zh, body_zh = write()
    return {"subject_en": subject_en, "body_en": body_en, "subject_zh": subject_zh, "body_zh": body_zh}


def _about(
    kind: NoticeKind, action: Action, write: Callable[[], Written], *, at: datetime, appeal: Appeal | None = None
) -> Notice:
    return _tell(
        influencer=action.influencer,
        kind=kind,
        language=action.language,
        at=at,
        write=write,
        case=action.case,
        action=action,
        appeal=appeal,
    )


def _tell(
    *,
    influencer: Influencer,
    kind: NoticeKind,
    language: str,
    at: datetime,
    write: Callable[[], Written],
    case: Case | None = None,
    action: Action | None = None,
    appeal: Appeal | None = None,
) -> Notice:
    """The page's notice and the letter that carries it, in the caller's transaction."""
    notice = Notice.objects.create(
        influencer=influencer,
        kind=kind,
        language=language,
        at=at,
        case=case,
        action=action,
        appeal=appeal,
        **_both(write),
    )
    OutgoingEmail.objects.create(notice=notice, next_attempt_at=at)
    return notice
