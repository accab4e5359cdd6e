"""The assessor's profile of a person, down to each answer as the kiosk showed it."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, send_file, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from items.bank_files import CONTENT
from items.models import AssetHome
from testing import (
    access,
    assessment,
    desk_words,
    events,
    evidence,
    kiosk_pages,
    plans,
    result_pages,
    result_words,
)
from testing.access import Unit, page, roles
from testing.events import Action
from testing.interview import background as interviews
from testing.interview import pages as interview_pages
from testing.languages import direction_of
from testing.literacy import screen_of
from testing.literacy import words as literacy_words
from testing.models import Role, Sitting, Skill
from testing.own_writing import keeping as own_texts
from testing.own_writing import words as own_text_words
from testing.person_words import task_words
from testing.profile import gathering, words
from testing.recommending import proposals
from testing.recommending.words import uneven_sentence
from testing.refusals import NotFound
from testing.self_assessment import facts as said_at_kiosk

bp = Blueprint("profile", __name__, url_prefix="/profile")
ASSESSOR = roles(Role.ASSESSOR)


@bp.get("/<public_id>")
@page(ASSESSOR, Unit.WRITE)
def show(public_id: str):
    """Bands and sets of levels, how each part went, literacy, interview, circumstances."""
    sitting = assessment.own(g.db, public_id, g.staff)
    if assessment.must_give_levels_first(g.db, sitting, g.staff):
        flash(_("Give your own levels first. Then you see the profile."), "notice")
        return redirect(url_for("assessment.sitting", public_id=public_id), 303)
    results = assessment.proposal(g.db, sitting, actor=g.staff, now=g.now)
    _note_view(sitting)
    recommended = proposals.propose(g.db, sitting, results, {}, actor=g.staff, now=g.now)
    found = gathering.of_sitting(g.db, sitting)
    interview = interviews.interview_of(g.db, sitting)
    return render_template(
        "profile/show.html",
        sitting=sitting,
        person=sitting.person,
        rows=result_pages.proposal_rows(results),
        numeracy=result_pages.numeracy_row(
            assessment.numeracy(g.db, sitting).get(Skill.NUMERACY)
        ),
        uneven=uneven_sentence(recommended.proposal["uneven"]),
        profile_of=found,
        told=interview_pages.told(interview) if interview else [],
        told_at_kiosk=interview_pages.told_at_kiosk(said_at_kiosk.of_sitting(g.db, sitting)),
        screen=screen_of(g.db, sitting),
        literacy=words.literacy_rows(found.literacy) if found.literacy else [],
        literacy_words=literacy_words,
        own_writing=_own_writing(sitting),
        unusual=words.circumstance_lines(found.circumstances),
        note_words=desk_words.NOTES,
        signed={
            one.sitting.public_id: {
                str(result_words.skill_word(skill)): result_words.level_word(level)
                for skill, level in one.levels.items()
                if level
            }
            for one in found.earlier
        },
    )


def _own_writing(sitting: Sitting) -> str:
    """What somebody who reads the language says of the own-language text."""
    row = own_texts.of_sitting(g.db, sitting)
    if row is None:
        return ""
    if row.level is not None:
        return str(own_text_words.LEVELS[row.level])
    if row.not_assessed is not None:
        return str(own_text_words.REASONS[row.not_assessed])
    return str(_("Waits for somebody who reads the language."))


@bp.get("/<public_id>/tasks/<presentation_id>")
@page(ASSESSOR, Unit.WRITE)
def task(public_id: str, presentation_id: str):
    """One task as the kiosk showed it, with the person's answers and their marks."""
    sitting = assessment.own(g.db, public_id, g.staff)
    found = gathering.presentation_of(g.db, sitting, presentation_id)
    _note_view(sitting)
    own = plans.task_at(g.db, found.task_version_id)
    languages = [one.language for one in sitting.visits if one.language]
    interface = languages[-1] if languages else sitting.person.contact_language
    with force_locale(interface):
        shown = render_template(
            "profile/_shown.html",
            page_lang=interface,
            page_dir=direction_of(interface),
            task=kiosk_pages.task_view(g.db, found),
            words=task_words(own.skill, own.items[0].instruction),
            picture_url=kiosk_pages.picture_url,
            recording=url_for(
                "profile.recording", public_id=public_id, presentation_id=presentation_id
            ),
        )
    left = evidence.left_presentations(g.db, found.part)
    places = [one.id for one in left]
    place = places.index(found.id)
    return render_template(
        "profile/task.html",
        sitting=sitting,
        person=sitting.person,
        presentation=found,
        seen=evidence.task_seen(g.db, found),
        shown=shown,
        verdicts=result_words.VERDICTS,
        before=left[place - 1] if place else None,
        after=left[place + 1] if place + 1 < len(left) else None,
        changed=sum(not one.is_stale for one in found.responses) - len(own.items),
        stale=sum(one.is_stale for one in found.responses),
    )


@bp.get("/<public_id>/tasks/<presentation_id>/recording")
@page(ASSESSOR, Unit.OWN)
def recording(public_id: str, presentation_id: str) -> Any:
    """The recording that the person heard."""
    with access.the_database().reading() as db:
        sitting = assessment.own(db, public_id, g.staff)
        clip = gathering.presentation_of(db, sitting, presentation_id).task_version.clip
        if clip is None:
            raise NotFound
        root = CONTENT if clip.home is AssetHome.CONTENT else access.the_settings().media
        path, kind = root / clip.path, clip.media_type
    if not path.is_file():
        raise NotFound
    return send_file(path, mimetype=kind, conditional=True)


def _note_view(sitting: Sitting) -> None:
    events.record(
        g.db, Action.RESULT_VIEW, on=sitting.person, subject=sitting, actor=g.staff, now=g.now
    )
