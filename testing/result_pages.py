"""What pages and documents of a result show: plain values in the language of the moment."""

import csv
import io
from datetime import date
from typing import Any

from flask_babel import gettext as _

from scoring.cefr import REPORTED_LEVELS
from testing import result_words as words
from testing.models import Purpose, Skill, SkillResult
from testing.numeracy.levels import LEVELS
from testing.recommending import words as recommending
from testing.statements import spaced_code

_NO_SKILL = {"skill": "", "level": None, "band": None, "not_assessed": None}
#: Of all columns, so that a reader finds them whatever is permitted.
CSV_COLUMNS = (
    *("code", "version", "signed_on", "language", "skill", "level", "band", "not_assessed"),
    *("lowest_likely", "highest_likely", "borderline", "provisional"),
    *("recommended", "second_best", "begin_at"),
)


def day(iso: str) -> str:
    """A day as people in Finland write it."""
    found = date.fromisoformat(iso)
    return f"{found.day}.{found.month}.{found.year}"


def proposal_rows(results: dict[Skill, SkillResult]) -> list[dict[str, Any]]:
    """The proposal as rows of the profile."""
    return [
        _row(
            skill,
            level=result.proposal["most_probable_level"] if result.proposal else None,
            not_assessed=result.not_assessed.value if result.not_assessed else None,
            certainty=result.proposal,
        )
        for skill, result in results.items()
    ]


def numeracy_row(result: SkillResult | None) -> dict[str, Any] | None:
    """What is proposed of numeracy, as a row on the ruler of its own levels; None: no part."""
    if result is None:
        return None
    proposal = result.proposal
    return _numeracy(
        level=proposal["most_probable_level"] if proposal else None,
        not_assessed=result.not_assessed.value if result.not_assessed else None,
        certainty=proposal,
        is_provisional=bool(proposal and proposal["provisional"]),
    )


def _numeracy(
    *,
    level: str | None,
    not_assessed: str | None,
    certainty: dict[str, Any] | None,
    is_provisional: bool,
) -> dict[str, Any]:
    row = _row(Skill.NUMERACY, level=level, not_assessed=not_assessed, certainty=certainty)
    return row | {
        "levels": LEVELS,
        "means": str(words.NUMERACY_LEVELS[level]) if level else row["words"],
        "next": str(words.AFTER_NUMERACY[level]) if level else "",
        "scale": words.numeracy_scale(is_provisional) if level else "",
    }


def signed_numeracy(content: dict[str, Any]) -> dict[str, Any] | None:
    """What was signed of numeracy, with what its level means."""
    signed = content.get("numeracy")
    if not signed:
        return None
    return _numeracy(
        level=signed["level"],
        not_assessed=signed["not_assessed"],
        certainty=signed.get("certainty"),
        is_provisional=signed["provisional"],
    )


def profile_rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The signed levels as rows of the profile, shaded where certainty may be told."""
    return [
        _row(
            Skill(skill["skill"]),
            level=skill["level"],
            not_assessed=skill["not_assessed"],
            certainty=skill.get("certainty"),
        )
        for skill in content.get("skills", ())
    ]


def _row(
    skill: Skill, *, level: str | None, not_assessed: str | None, certainty: dict[str, Any] | None
) -> dict[str, Any]:
    name = str(words.SKILLS[skill])
    if level is None:
        return {
            "skill": name,
            "level": None,
            "level_word": str(_("Not assessed")),
            "words": words.not_assessed_words(not_assessed),
            "probabilities": None,
            "set": [],
            "signed": None,
        }
    return {
        "skill": name,
        "level": level,
        "level_word": words.level_word(level),
        "words": words.band_words(certainty) if certainty else "",
        "probabilities": certainty["level_probabilities"] if certainty else [],
        "set": certainty["level_set"] if certainty else [],
        "signed": None,
    }


def view_of(content: dict[str, Any]) -> dict[str, Any]:
    """A statement, or an office's part of one, ready for a page."""
    referral, signed = content["referral"], content["signed"]
    recommended = content.get("recommended")
    attendance = content.get("attendance")
    return {
        "title": str(words.TITLES[content["language"]]),
        "name": content["person"]["name"],
        "born": day(content["person"]["birth_date"]),
        "centre": content["centre"],
        "office": referral["office"],
        "purpose": str(words.PURPOSES[Purpose(referral["purpose"])]),
        "training": referral["training"],
        "tested": ", ".join(day(one) for one in attendance["days"]) if attendance else "",
        "sites": ", ".join(attendance["sites"]) if attendance else "",
        "came": _attendance(attendance) if attendance else "",
        "rows": profile_rows(content),
        "numeracy": signed_numeracy(content),
        "next_steps": next_steps(content),
        "recommended": recommending.view_of(recommended) if recommended else None,
        "recommendation": content.get("recommendation", ""),
        "certainty": certainty_sentences(content),
        "note": content.get("note", ""),
        "writing": _writing(content.get("writing", ())),
        "is_provisional": content["provisional"],
        "mode": content["mode"],
        "version": content["version"],
        "supersedes": content["supersedes"],
        "signed_by": signed["name"],
        "signed_title": signed["title"],
        "signed_on": day(signed["day"]),
        "code": spaced_code(content["verification_code"]),
    }


def numeracy_said(numeracy: dict[str, Any]) -> list[str]:
    """Numeracy in sentences."""
    said = (f"{numeracy['skill']}: {numeracy['level_word']}.",
            *(numeracy[name] for name in ("means", "scale")))  # fmt: skip
    return [one for one in said if one]


def next_steps(content: dict[str, Any]) -> list[str]:
    """What an officer does with the result, the first thing first."""
    skills = content.get("skills", ())
    placed = [skill for skill in skills if skill["level"]]
    steps = []
    if placed and not content.get("recommended"):
        steps.append(_use(content["referral"], placed))
    floor = [
        str(words.SKILLS[Skill(skill["skill"])])
        for skill in placed
        if any(reason["code"] == "floor_exit" for reason in skill.get("reasons", ()))
    ]
    if not skills and content.get("numeracy", {}).get("level"):
        # Nothing else is permitted: this is what there is to begin from.
        steps.append(str(words.AFTER_NUMERACY[content["numeracy"]["level"]]))
    if floor:
        steps.append(
            str(_("Confirm in an interview: %(skills)s.", skills=", ".join(floor).lower()))
        )
    without = [str(words.SKILLS[Skill(skill["skill"])]) for skill in skills if not skill["level"]]
    if without:
        steps.append(
            str(
                _(
                    "No level was given for: %(skills)s. "
                    "Find it out in another way if you need it.",
                    skills=", ".join(without).lower(),
                )
            )
        )
    return steps


def _use(referral: dict[str, Any], placed: list[dict[str, Any]]) -> str:
    by_level = sorted(placed, key=lambda skill: REPORTED_LEVELS.index(skill["level"]))
    lowest, highest = by_level[0], by_level[-1]
    facts = {
        "lowest": words.level_word(lowest["level"]),
        "highest": words.level_word(highest["level"]),
        "skill": str(words.SKILLS[Skill(lowest["skill"])]).lower(),
    }
    if referral["purpose"] == Purpose.VOCATIONAL_TRAINING.value:
        return str(
            _(
                "Compare each skill with what the training asks for. "
                "The lowest is %(skill)s: %(lowest)s.",
                **facts,
            )
        )
    if lowest["level"] == highest["level"]:
        return str(_("Start from level %(lowest)s.", **facts))
    return str(
        _(
            "Start from levels %(lowest)s to %(highest)s. "
            "What needs support most is %(skill)s.",
            **facts,
        )
    )


def certainty_sentences(content: dict[str, Any]) -> list[str]:
    """How sure the levels are, skill by skill, and what was out of the ordinary."""
    said = []
    for skill in _rows(content):
        if "certainty" not in skill or not skill["level"]:
            continue
        name, certainty = words.SKILLS[Skill(skill["skill"])], skill["certainty"]
        parts = []
        if certainty:
            # The band stands beside the level already (`_row`).
            parts.append(words.set_words(certainty["level_set"]))
        if skill["differs"]:
            parts.append(_decided_otherwise(skill))
        if parts:
            said.append(f"{name}: {' '.join(parts)}")
    unusual = words.circumstance_sentences(content.get("circumstances", {}))
    return said + ([" ".join(unusual)] if unusual else [])


def _decided_otherwise(skill: dict[str, Any]) -> str:
    return str(
        _(
            "The assessor decided on %(level)s: %(reason)s",
            level=words.level_word(skill["level"]),
            reason=skill["difference_reason"],
        )
    )


def _attendance(attendance: dict[str, Any]) -> str:
    if attendance["end"] == "finished":
        return str(_("The person came and went through the test to its end."))
    return str(_("The person came. The test ended early."))


def _writing(scripts: Any) -> list[list[tuple[str, str]]]:
    return [
        [
            (str(words.criterion_word(criterion)), words.level_word(level))
            for criterion, level in script["criteria"].items()
        ]
        for script in scripts
    ]


def _rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The skills of the language that are told, then numeracy."""
    numeracy = content.get("numeracy")
    return [*content.get("skills", ()), *([numeracy] if numeracy else [])]


def _is_provisional(content: dict[str, Any], skill: dict[str, Any]) -> bool:
    own = content.get("numeracy")
    return bool(own["provisional"] if own and own is skill else content["provisional"])


def text_block(content: dict[str, Any]) -> str:
    """The statement as plain lines, to paste into another system."""
    view = view_of(content)
    # Words are taken here: what stands inside an f-string reaches no catalogue.
    signed, tested = _("Signed"), _("Tested")
    recommendation, code = _("Recommendation"), _("Verification code")
    in_own_words = _("In the assessor's words") if view["recommended"] else recommendation
    lines = [
        view["title"],
        f"{view['name']}, {view['born']}",
        f"{view['centre']['name']}. {signed}: {view['signed_by']}, {view['signed_on']}.",
    ]
    if view["is_provisional"]:
        lines.append(str(_("The boundaries of the levels are provisional.")))
    if view["came"]:
        lines.append(f"{tested}: {view['tested']}. {view['came']}")
    lines += [
        " ".join(f"{row['skill']}: {row['level_word']}. {row['words']}".split())
        for row in view["rows"]
    ]
    if view["numeracy"]:
        lines.append(" ".join(numeracy_said(view["numeracy"])))
    if view["recommended"]:
        said = [f"{view['recommended']['what']}.", *view["recommended"]["lines"]]
        lines.append(f"{recommendation}: {' '.join(said)}")
        lines += view["recommended"]["sure"]
    if view["recommendation"]:
        lines.append(f"{in_own_words}: {view['recommendation']}")
    lines += view["next_steps"]
    lines += view["certainty"]
    if view["note"]:
        lines.append(view["note"])
    for number, criteria in enumerate(view["writing"], start=1):
        marks = ", ".join(f"{name} {level}" for name, level in criteria)
        lines.append(str(_("Text %(number)s: %(marks)s.", number=number, marks=marks)))
    lines.append(f"{code}: {view['code']}")
    return "\n".join(lines)


def table(content: dict[str, Any]) -> str:
    """The statement as CSV, a row for each skill."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    recommended = content.get("recommended") or {}
    rows = _rows(content)
    # A recommendation without levels is one row without a skill.
    for skill in rows or ([_NO_SKILL] if recommended else []):
        certainty = skill.get("certainty")
        likely = certainty["level_set"] if certainty and skill["level"] else ["", ""]
        writer.writerow(
            [
                spaced_code(content["verification_code"]),
                content["version"],
                content["signed"]["day"],
                content["language"],
                skill["skill"],
                skill["level"] or "",
                skill["band"] or "",
                skill["not_assessed"] or "",
                likely[0],
                likely[-1],
                "" if not certainty else "yes" if certainty["borderline"] else "no",
                "yes" if _is_provisional(content, skill) else "no",
                recommended.get("outcome", ""),
                recommended.get("second") or "",
                (recommended.get("entry") or {}).get("level", ""),
            ]
        )
    return out.getvalue()
