"""What staff read for levels, bands, skills and reasons: sentences made of codes of `scoring`."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from testing.models import Criterion, NotAssessed, Purpose, Skill
from testing.statements import spaced_code

SKILLS = {
    Skill.READING: _l("Reading"),
    Skill.LISTENING: _l("Listening"),
    Skill.WRITING: _l("Writing"),
    Skill.SPEAKING: _l("Speaking"),
    Skill.NUMERACY: _l("Numeracy"),
}

#: What a person can do on each level of numeracy, which are that scale's own.
NUMERACY_LEVELS = {
    "alle_N1": _l("Does not yet work with numbers and amounts up to 20."),
    "N1": _l("Numbers and amounts up to 20."),
    "N2": _l("Money, the clock, adding and taking away up to 100."),
    "N3": _l("The four operations, the calendar and units."),
    "N4": _l("Decimals, fractions, proportion, percent and tables."),
    "N5": _l("Several steps, rates and graphs."),
}

#: What a teacher goes on with, by the level that was reached.
AFTER_NUMERACY = {
    "alle_N1": _l("In numeracy, begin with numbers and amounts up to 20."),
    "N1": _l("In numeracy, go on with money, the clock, adding and taking away up to 100."),
    "N2": _l("In numeracy, go on with the four operations, the calendar and units."),
    "N3": _l("In numeracy, go on with decimals, fractions, proportion, percent and tables."),
    "N4": _l("In numeracy, go on with tasks of several steps, rates and graphs."),
    "N5": _l("In numeracy, the person manages what the test asks."),
}

CRITERIA = {
    Criterion.TASK: _l("Task achievement"),
    Criterion.RANGE: _l("Range"),
    Criterion.ACCURACY: _l("Accuracy"),
    Criterion.COHERENCE: _l("Coherence"),
    Criterion.FLUENCY: _l("Fluency"),
    Criterion.INTERACTION: _l("Interaction"),
}

#: What each criterion asks.
CRITERION_HINTS = {
    Criterion.TASK: _l("Does the text do what the task asks?"),
    Criterion.RANGE: _l("How much language does the writer have?"),
    Criterion.ACCURACY: _l("How right are the words and the grammar?"),
    Criterion.COHERENCE: _l("How well does the text hang together?"),
}

SPEAKING_HINTS = {
    Criterion.RANGE: _l("How much language does the speaker have?"),
    Criterion.ACCURACY: _l("How right are the words and the grammar?"),
    Criterion.FLUENCY: _l("How smoothly does the talk go on?"),
    Criterion.INTERACTION: _l("How does the speaker take part in the talk?"),
    Criterion.COHERENCE: _l("How well does what is said hang together?"),
}

#: Why a skill has no level: stands behind "Not assessed".
NOT_ASSESSED = {
    NotAssessed.SCRIPT: _l("The person does not read the Latin script well enough."),
    NotAssessed.HEARING: _l("The person could not hear the recordings."),
    NotAssessed.SIGHT: _l("The person could not see the tasks."),
    NotAssessed.HEALTH: _l("The person's health did not allow it."),
    NotAssessed.REFUSED: _l("The person did not want this part."),
    NotAssessed.TECHNICAL: _l("There was a technical fault."),
    NotAssessed.ENDED: _l("The test ended before this part was done."),
    NotAssessed.SYNTHETIC: _l("The recordings were spoken by a machine."),
    NotAssessed.NOT_TAKEN: _l("The part was not in the test, or nothing was answered."),
    NotAssessed.NOTHING_WRITTEN: _l("The person was given the task and wrote nothing."),
}

#: Verdicts on one answer.
VERDICTS = {
    "right": ("done", _l("Right")),
    "wrong": ("stopped", _l("Wrong")),
    "dont_know": ("absent", _l("I don't know")),
}

STOPS = {
    "floor": _l("The part ended early because the easiest tasks were too hard."),
    "maximum": _l("The part ended because the greatest number of tasks was reached."),
    "band_decided": _l("The part ended because the band was clear enough."),
    "precision": _l("The part ended because the level was known precisely enough."),
    "nothing_helps": _l("The part ended because no further task would have told more."),
    "no_tasks": _l("The part ended because no task was left."),
}

CIRCUMSTANCES = {
    "pause": _l("The test was paused."),
    "extra_time": _l("The person had extra time."),
    "extra_play": _l("A recording was played more often than usual."),
    "not_assessed": _l("A part was left out."),
    "ended": _l("The test was ended early."),
}

PURPOSES = {
    Purpose.INTEGRATION_PLAN: _l("Start of the integration plan"),
    Purpose.VOCATIONAL_TRAINING: _l("Entry to vocational training"),
    Purpose.LEVEL_CHECK: _l("Level check"),
}

#: By the tested language.
TITLES = {
    "fi": _l("Statement on skills in Finnish"),
    "sv": _l("Statement on skills in Swedish"),
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


def share_word(share: float) -> str:
    """A probability to the nearest twentieth: finer would promise more than is known."""
    percent = round(share * 20) * 5
    if percent >= 100:
        return str(_("over %(percent)s %%", percent=95))
    if percent <= 0:
        return str(_("under %(percent)s %%", percent=5))
    return str(_("about %(percent)s %%", percent=percent))


def set_words(levels: list[str]) -> str:
    """The smallest set that holds four cases of five."""
    if len(levels) == 1:
        return str(_("Most likely %(level)s.", level=level_word(levels[0])))
    return str(
        _(
            "Most likely between %(lowest)s and %(highest)s.",
            lowest=level_word(levels[0]),
            highest=level_word(levels[-1]),
        )
    )


def numeracy_words(level: str) -> str:
    """A level of numeracy with what it means, for choosing one."""
    return f"{level_word(level)}: {NUMERACY_LEVELS[level]}"


def numeracy_scale(is_provisional: bool) -> str:
    """What the levels of numeracy are, and what they are not."""
    if is_provisional:
        return str(
            _(
                "Numeracy has provisional levels of its own, N1 to N5, which are no language "
                "levels. They rest on no data yet."
            )
        )
    return str(_("Numeracy has levels of its own, N1 to N5, which are no language levels."))


def band_words(certainty: dict[str, Any]) -> str:
    """The band with its probability, or between which two the person stands."""
    shares = sorted(
        zip(certainty["band_probabilities"], certainty["bands"], strict=True), reverse=True
    )
    if certainty["borderline"]:
        order = list(certainty["bands"])
        lower, upper = sorted((shares[0][1], shares[1][1]), key=order.index)
        return str(
            _(
                "Borderline: %(lower)s or %(upper)s.",
                lower=level_word(lower),
                upper=level_word(upper),
            )
        )
    return str(
        _(
            "Band %(band)s, %(share)s.",
            band=level_word(certainty["band"]),
            share=share_word(shares[0][0]),
        )
    )


def reason_sentence(reason: dict[str, Any]) -> str:
    """A reason of a proposal as a plain sentence."""
    code = reason["code"]
    if code.startswith("stop_"):
        return str(STOPS[code.removeprefix("stop_")])
    match code:
        case "tasks":
            return str(
                _(
                    "The person answered %(items)s questions in %(tasks)s tasks.",
                    items=reason["items"],
                    tasks=reason["tasks"],
                )
            )
        case "floor_exit":
            return str(_("The level is A1.1 or below. Confirm it in the interview."))
        case "dont_know":
            return str(
                ngettext(
                    'The person said "I don\'t know" to %(num)s question.',
                    'The person said "I don\'t know" to %(num)s questions.',
                    reason["items"],
                )
            )
        case "borderline":
            return str(
                _(
                    "The answers fit both %(lower)s and %(upper)s: this is a borderline case.",
                    lower=level_word(reason["lower"]),
                    upper=level_word(reason["upper"]),
                )
            )
        case "misfit":
            return str(
                _(
                    "The answers are unusual: easy tasks went wrong and hard ones right. "
                    "Look at them one by one."
                )
            )
        case "rapid":
            return str(
                ngettext(
                    "%(num)s task was left so quickly that it was hardly read.",
                    "%(num)s tasks were left so quickly that they were hardly read.",
                    reason["tasks"],
                )
            )
        case "ratings":
            return str(
                ngettext(
                    "%(num)s text was rated, %(ratings)s ratings in all.",
                    "%(num)s texts were rated, %(ratings)s ratings in all.",
                    reason["texts"],
                    ratings=reason["ratings"],
                )
            )
        case "talks":
            return str(
                ngettext(
                    "The speaking interview was rated by %(num)s rater.",
                    "The speaking interview was rated by %(num)s raters.",
                    reason["ratings"],
                )
            )
        case "live":
            return str(
                _(
                    "The talk was not recorded: one rater, who sat beside, rated it, and nobody "
                    "can hear it again."
                )
            )
        case "third":
            return str(
                ngettext(
                    "Two raters differed on %(num)s text; a third decided.",
                    "Two raters differed on %(num)s texts; a third decided.",
                    reason["texts"],
                )
            )
        case "empty_text":
            return str(
                ngettext(
                    "%(num)s text was left empty and was not rated.",
                    "%(num)s texts were left empty and were not rated.",
                    reason["texts"],
                )
            )
        case "paper":
            return str(
                ngettext(
                    "%(num)s text was written on paper and typed in by staff.",
                    "%(num)s texts were written on paper and typed in by staff.",
                    reason["texts"],
                )
            )
        case "rescored":
            return str(_("The level was computed anew with today's keys and boundaries."))
        case "synthetic":
            return str(_("The recordings were spoken by a machine."))
        case _:
            return str(_("The boundaries of the levels are provisional."))


def not_assessed_words(code: str | None) -> str:
    return str(NOT_ASSESSED[NotAssessed(code)]) if code else ""


def circumstance_sentences(circumstances: dict[str, int]) -> list[str]:
    """What was out of the ordinary, without why."""
    said = [str(words) for code, words in CIRCUMSTANCES.items() if circumstances.get(code)]
    if circumstances.get("extra_minutes"):
        minutes = circumstances["extra_minutes"]
        said.append(str(_("Extra time: %(minutes)s minutes.", minutes=minutes)))
    return said


def skill_word(skill: Skill | str) -> Any:
    return SKILLS[Skill(skill)]


def criterion_word(criterion: Criterion | str) -> Any:
    return CRITERIA[Criterion(criterion)]


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        level_word=level_word,
        numeracy_words=numeracy_words,
        skill_word=skill_word,
        criterion_word=criterion_word,
        reason_sentence=reason_sentence,
        not_assessed_words=not_assessed_words,
        code_in_groups=spaced_code,
    )
