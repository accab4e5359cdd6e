"""Assessment: the queue, the evidence with levels of one's own, the proposal, the signature."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from scoring.recommendation_rules import Outcome
from testing import (
    assessment,
    desk_words,
    events,
    evidence,
    kiosk_pages,
    result_pages,
    result_words,
    statements,
)
from testing.access import Unit, note_list, page, roles
from testing.events import Action
from testing.forms.fields import Form
from testing.literacy import screen_of
from testing.models import (
    NotAssessed,
    RecommendationProposal,
    Role,
    Sitting,
    Skill,
    SkillResult,
    Statement,
)
from testing.numeracy.levels import levels_of
from testing.recommending import facts, proposals
from testing.recommending import pages as recommending
from testing.recommending.proposals import Recommended
from testing.statements import Decided

bp = Blueprint("assessment", __name__, url_prefix="/assessment")
ASSESSOR = roles(Role.ASSESSOR)
CANNOT_TELL = "cannot-tell"
NO_LEVEL = "not-assessed"


@bp.get("")
@page(ASSESSOR, Unit.WRITE)
def queue():
    waiting = assessment.queue(g.db, g.staff.centre_id)
    signed = assessment.signed_lately(g.db, g.staff.centre_id)
    note_list("assessment", rows=len(waiting) + len(signed))
    return render_template(
        "assessment/queue.html",
        ready=[one for one in waiting if one.is_ready],
        unrated=[one for one in waiting if not one.is_ready],
        signed=signed,
    )


@bp.route("/<public_id>", methods=["GET", "POST"])
@page(ASSESSOR, Unit.WRITE)
def sitting(public_id: str):
    """The evidence, and the assessor's own levels before the proposal."""
    found = assessment.own(g.db, public_id, g.staff)
    asked = assessment.blind_skills_left(g.db, found, g.staff)
    if request.method == "GET" or not Form().validate():
        _note_view(found)
        return _evidence_page(found, asked)
    given = {skill: request.form.get(f"blind-{skill.value}") for skill in asked}
    missing = [skill for skill, level in given.items() if not level]
    if missing:
        return _evidence_page(found, asked, given, missing), 400
    assessment.give_blind_levels(
        g.db,
        found,
        {skill: None if level == CANNOT_TELL else level for skill, level in given.items()},
        actor=g.staff,
        now=g.now,
    )
    return redirect(url_for("assessment.proposal", public_id=public_id), 303)


@bp.post("/<public_id>/another-rater")
@page(ASSESSOR, Unit.WRITE)
def another_rater(public_id: str):
    found = assessment.own(g.db, public_id, g.staff)
    assessment.ask_another_rater(g.db, found, actor=g.staff, now=g.now)
    flash(_("The text waits for another rater."), "done")
    return redirect(url_for("assessment.queue"), 303)


@bp.route("/<public_id>/proposal", methods=["GET", "POST"])
@page(ASSESSOR, Unit.WRITE)
def proposal(public_id: str):
    """The proposal, the decision on each skill, and the signature."""
    found = assessment.own(g.db, public_id, g.staff)
    if request.method == "GET" and assessment.must_give_levels_first(g.db, found, g.staff):
        flash(_("Give your own levels first. Then you see the proposal."), "notice")
        return redirect(url_for("assessment.sitting", public_id=public_id), 303)
    results = assessment.proposal(g.db, found, actor=g.staff, now=g.now)
    replaces = statements.newest_of(g.db, found)
    if request.method == "GET" or not Form().validate():
        _note_view(found)
        return _proposal_page(found, results, replaces, _signed_before(replaces))
    asked = results | assessment.numeracy(g.db, found)
    given = {skill: _given(skill) for skill in asked}
    faults = _faults(asked, given, replaces) + _recommendation_faults(found, results, given)
    if faults:
        return _proposal_page(found, results, replaces, given, faults), 400
    statement = statements.sign(
        g.db,
        found,
        {skill: _decided(one) for skill, one in given.items()},
        confirmed=True,
        recommended=_recommended(),
        recommendation=request.form.get("recommendation", ""),
        note=request.form.get("note", ""),
        replaces=_replaces(replaces),
        correction=request.form.get("correction", ""),
        actor=g.staff,
        now=g.now,
    )
    flash(_("The statement is signed. The office sees it at once if it may."), "done")
    return redirect(url_for("statements.show", public_id=statement.public_id), 303)


def _note_view(found: Sitting) -> None:
    events.record(
        g.db, Action.RESULT_VIEW, on=found.person, subject=found, actor=g.staff, now=g.now
    )


def _evidence_page(
    found: Sitting,
    asked: list[Skill],
    given: dict[Skill, str | None] | None = None,
    missing: list[Skill] | tuple[()] = (),
) -> str:
    blind = assessment.blind_levels(g.db, found, g.staff)
    return render_template(
        "assessment/sitting.html",
        sitting=found,
        person=found.person,
        parts=evidence.of_sitting(g.db, found),
        literacy=screen_of(g.db, found),
        waiting=assessment.waiting_of(g.db, found),
        talk_waits=assessment.unrated_talk(g.db, found) is not None,
        newest=statements.newest_of(g.db, found),
        must_give=bool(asked),
        blind=blind,
        asked=[(skill, (given or {}).get(skill), levels_of(skill)) for skill in asked],
        missing=missing,
        cannot_tell=CANNOT_TELL,
        **_words(),
    )


def _proposal_page(
    found: Sitting,
    results: dict[Skill, SkillResult],
    replaces: Statement | None,
    given: dict[Skill, dict[str, str]],
    faults: list[tuple[str, Any]] | None = None,
) -> str:
    blind = assessment.blind_levels(g.db, found, g.staff)
    recommendation = _proposed(found, results, given)
    numeracy = assessment.numeracy(g.db, found)
    skills = [
        {
            "skill": skill,
            "result": result,
            "blind": blind.get(skill),
            "given": given.get(skill, {}),
            "levels": levels_of(skill),
        }
        for skill, result in (results | numeracy).items()
    ]
    return render_template(
        "assessment/proposal.html",
        sitting=found,
        person=found.person,
        rows=result_pages.proposal_rows(results),
        numeracy=result_pages.numeracy_row(numeracy.get(Skill.NUMERACY)),
        skills=skills,
        no_level=NO_LEVEL,
        not_assessed=result_words.NOT_ASSESSED,
        is_provisional=any(
            one.proposal and one.proposal["provisional"]
            for one in (results | numeracy).values()
        ),
        recommendation=recommending.proposal_view(recommendation),
        waits_for_a_teacher=facts.waits_for_a_teacher(g.db, found),
        outcomes=recommending.choices(recommendation),
        additions=recommending.addition_choices(),
        chosen=_chosen_before(replaces) if request.method == "GET" else _chosen(),
        replaces=replaces,
        faults=faults or [],
        marked={anchor for anchor, _said in faults or []},
        typed=request.form if request.method == "POST" else _typed_before(replaces),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "verdicts": result_words.VERDICTS,
        "note_words": desk_words.NOTES,
        "picture_url": kiosk_pages.picture_url,
    }


def _given(skill: Skill) -> dict[str, str]:
    name = skill.value
    return {
        "choice": request.form.get(f"level-{name}", ""),
        "not_assessed": request.form.get(f"why-{name}", ""),
        "reason": request.form.get(f"reason-{name}", "").strip(),
    }


def _decided(given: dict[str, str]) -> Decided:
    if given["choice"] == NO_LEVEL:
        return Decided(not_assessed=NotAssessed(given["not_assessed"]), reason=given["reason"])
    return Decided(level=given["choice"], reason=given["reason"])


def _faults(
    results: dict[Skill, SkillResult],
    given: dict[Skill, dict[str, str]],
    replaces: Statement | None,
) -> list[tuple[str, Any]]:
    """(id of the control, what to do) of everything that is not in order."""
    faults = []
    for skill, one in given.items():
        name, word = skill.value, result_words.SKILLS[skill]
        has_reason = one["not_assessed"] in {reason.value for reason in NotAssessed}
        if one["choice"] not in (*levels_of(skill), NO_LEVEL):
            words = _("%(skill)s: choose a level, or that there is none.", skill=word)
            faults.append((f"level-{name}", words))
        elif one["choice"] == NO_LEVEL and not has_reason:
            words = _("%(skill)s: choose why there is no level.", skill=word)
            faults.append((f"why-{name}", words))
        elif statements.differs(results[skill], _decided(one)) and not one["reason"]:
            words = _("%(skill)s: write why your level differs from the proposal.", skill=word)
            faults.append((f"reason-{name}", words))
    if replaces is not None and not request.form.get("correction", "").strip():
        faults.append(("correction", _("Write why the statement is replaced.")))
    if request.form.get("confirmed") != "yes":
        faults.append(("confirmed", _("Tick that this is your decision.")))
    return faults


def _proposed(
    found: Sitting, results: dict[Skill, SkillResult], given: dict[Skill, dict[str, str]]
) -> RecommendationProposal:
    """What the rules make of the levels that are decided so far."""
    decided: dict[Skill, tuple[str | None, NotAssessed | None]] = {}
    for skill, one in given.items():
        if one["choice"] in levels_of(skill):
            decided[skill] = (one["choice"], None)
        elif one["choice"] == NO_LEVEL and one["not_assessed"] in set(NotAssessed):
            decided[skill] = (None, NotAssessed(one["not_assessed"]))
    return proposals.propose(g.db, found, results, decided, actor=g.staff, now=g.now)


def _recommended() -> Recommended:
    return Recommended(
        outcome=request.form.get("outcome", ""),
        shown=request.form.get("shown", 0, type=int),
        additions=tuple(request.form.getlist("additions")),
        reason=request.form.get("reason-outcome", "").strip(),
    )


def _recommendation_faults(
    found: Sitting, results: dict[Skill, SkillResult], given: dict[Skill, dict[str, str]]
) -> list[tuple[str, Any]]:
    row, wanted = _proposed(found, results, given), _recommended()
    if proposals.is_another(proposals.numbered(g.db, found, wanted.shown), row):
        words = _("Your levels lead to another proposal. Look at it before you sign.")
        return [("recommended", words)]
    if wanted.outcome not in set(Outcome):
        return [("recommended", _("Choose what you recommend."))]
    if wanted.outcome != row.proposal["outcome"] and not wanted.reason:
        words = _("Write why you recommend something else than the rules.")
        return [("reason-outcome", words)]
    return []


def _chosen() -> dict[str, Any]:
    wanted = _recommended()
    return {
        "outcome": wanted.outcome,
        "additions": wanted.additions,
        "reason": wanted.reason,
    }


def _chosen_before(newest: Statement | None) -> dict[str, Any]:
    """What the newest statement recommends; before one, only additions are ticked as proposed."""
    signed = statements.content_of(newest).get("recommended") if newest else None
    if not signed:
        return {"outcome": "", "additions": None, "reason": ""}
    return {
        "outcome": signed["outcome"],
        "additions": signed["additions"],
        "reason": signed["difference_reason"],
    }


def _replaces(newest: Statement | None) -> Statement | None:
    """The statement that the page showed as the newest; another one since then is refused."""
    shown = request.form.get("replaces", "")
    if shown != (newest.public_id if newest else ""):
        raise statements.AlreadySigned
    return newest


def _signed_before(newest: Statement | None) -> dict[Skill, dict[str, str]]:
    """What the newest statement says, as the beginning of the one that replaces it."""
    if newest is None:
        return {}
    content = statements.content_of(newest)
    numeracy = content.get("numeracy")
    return {
        Skill(one["skill"]): {
            "choice": one["level"] or NO_LEVEL,
            "not_assessed": one["not_assessed"] or "",
            "reason": one["difference_reason"],
        }
        for one in [*content["skills"], *([numeracy] if numeracy else [])]
    }


def _typed_before(newest: Statement | None) -> dict[str, str]:
    if newest is None:
        return {}
    content = statements.content_of(newest)
    return {"recommendation": content["recommendation"], "note": content["note"]}
