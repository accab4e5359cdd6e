"""What staff read for levels, bands, skills and reasons: sentences made of codes of `scoring`."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from testing.models import Criterion, Skill

SKILLS = {
    Skill.READING: _l("Reading"),
    Skill.LISTENING: _l("Listening"),
    Skill.WRITING: _l("Writing"),
    Skill.SPEAKING: _l("Speaking"),
}

CRITERIA = {
    Criterion.TASK: _l("Task achievement"),
    Criterion.RANGE: _l("Range"),
    Criterion.ACCURACY: _l("Accuracy"),
    Criterion.COHERENCE: _l("Coherence"),
}

#: What each criterion asks.
CRITERION_HINTS = {
    Criterion.TASK: _l("Does the text do what the task asks?"),
    Criterion.RANGE: _l("How much language does the writer have?"),
    Criterion.ACCURACY: _l("How right are the words and the grammar?"),
    Criterion.COHERENCE: _l("How well does the text hang together?"),
}


def level_word(code: str | None) -> str:
    """A level or band as people write it."""
    if not code:
        return ""
    if code.startswith("alle_"):
        return str(_("below %(level)s", level=code.removeprefix("alle_")))
    if code.startswith("yli_"):
        return str(_("above %(level)s", level=code.removeprefix("yli_")))
    if code == "C1+":
        return str(_("C1 or above"))
    return code


def skill_word(skill: Skill | str) -> Any:
    return SKILLS[Skill(skill)]


def criterion_word(criterion: Criterion | str) -> Any:
    return CRITERIA[Criterion(criterion)]


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        level_word=level_word, skill_word=skill_word, criterion_word=criterion_word
    )
