"""The person's own copy: their levels in plain words of their own language, and who has looked."""

from typing import Any

from flask import render_template
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from testing import clock, people, releases, statements
from testing import person_result_words as words
from testing.languages import direction_of
from testing.literacy import releases as literacy_releases
from testing.models import LiteracyRelease, NotAssessed, Person, Release, Sitting, Statement
from testing.result_pages import day


def newest(db: Session, person: Person) -> list[Statement]:
    """The statements of this human being that nothing has superseded, the newest first."""
    later = aliased(Statement)
    rows = [row.id for row in people.all_rows(db, person)]
    return list(
        db.scalars(
            select(Statement)
            .join(Statement.sitting)
            .outerjoin(later, later.supersedes_id == Statement.id)
            .where(Sitting.person_id.in_(rows), later.id.is_(None))
            .options(joinedload(Statement.sitting))
            .order_by(Statement.id.desc())
        )
    )


def facts_of(db: Session, person: Person, statement: Statement) -> dict[str, Any]:
    """What the copy tells, apart from any table."""
    content = statements.content_of(statement)
    placed = [one for one in content["skills"] if one["level"]]
    order = list(words.NEXT)
    lowest = min((one["band"] for one in placed), key=order.index, default=None)
    looks: dict[tuple[str, str, str], None] = {}
    handed_over: list[Release | LiteracyRelease] = [
        *releases.of_person(db, person), *literacy_releases.of_person(db, person)
    ]
    for release in handed_over:
        moment = clock.local_day(release.at).isoformat()
        looks[(release.office.name, moment, release.channel)] = None
    return {
        "name": content["person"]["name"],
        "centre": content["centre"],
        "tested": content["language"],
        "days": [day(one) for one in content["attendance"]["days"]],
        "skills": [_told(one) for one in content["skills"]],
        "numeracy": _numeracy(content),
        "is_numbers_alone": _is_numbers_alone(content),
        "lowest": lowest,
        "recommended": content.get("recommended"),
        "recommendation": content["recommendation"],
        "is_provisional": content["provisional"],
        "is_demo": content["mode"] == "demo",
        "signed_by": content["signed"]["name"],
        "signed_on": day(content["signed"]["day"]),
        "code": statements.spaced_code(content["verification_code"]),
        "looks": [
            {"office": office, "day": day(moment), "channel": channel}
            for office, moment, channel in looks
        ],
    }


def _told(skill: dict[str, Any]) -> dict[str, Any]:
    return {name: skill[name] for name in ("skill", "level", "band", "not_assessed")}


def _is_numbers_alone(content: dict[str, Any]) -> bool:
    """Whether nobody asked anything of the language: then there is nothing to say of it."""
    not_taken = all(one["not_assessed"] == NotAssessed.NOT_TAKEN for one in content["skills"])
    return "numeracy" in content and not_taken


def _numeracy(content: dict[str, Any]) -> dict[str, Any] | None:
    """With the lowest and the highest level that are likely, unless the assessor decided beside
    them; statements of before have none."""
    signed = content.get("numeracy")
    if not signed:
        return None
    likely = signed["certainty"]["level_set"] if signed["certainty"] else []
    return _told(signed) | {
        "likely": [likely[0], likely[-1]] if signed["level"] in likely[:-1] + likely[1:] else [],
        "is_provisional": signed["provisional"],
    }


def page(
    facts: dict[str, Any], language: str, *, is_tight: bool = False, **links: Any
) -> str:
    """The copy in one language, whatever language the page around it had.

    `is_tight` sets it smaller: for a language whose words need more room than a sheet has.
    """
    with force_locale(language):
        return render_template(
            "letters/own_copy.html",
            page_lang=language,
            page_dir=direction_of(language),
            words=words,
            is_tight=is_tight,
            links=links,
            **facts,
        )
