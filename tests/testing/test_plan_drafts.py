"""The designer of plans: drafts, their faults, their minutes, and what a sitting keeps."""

from copy import deepcopy
from dataclasses import replace

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from items.bank import import_bank
from items.lifecycle import IN_USE
from items.models import Status
from testing import clock, delivery, plans, sittings
from testing.assessment_plans import choosing, drafts, lengths, minutes, reading, rulebook, words
from testing.assessment_plans.minutes import Kind, Under
from testing.assessment_plans.reading import Found, PlanFault
from testing.assessment_plans.rules import USUAL, Length
from testing.interview import keeping
from testing.models import (
    LANGUAGE_SKILLS,
    Event,
    Part,
    PlansVersion,
    Referral,
    Role,
    Sitting,
    Skill,
    Staff,
    Visit,
)
from testing.settings import Mode
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page
from tests.testing.walks import colleague

R, L, W, S = Skill.READING, Skill.LISTENING, Skill.WRITING, Skill.SPEAKING


@pytest.fixture
def arrival(build: Builder, bank_files):
    tasks = [task for task in bank_files.tasks if task.language == "fi"]
    build.do(
        lambda db: import_bank(
            db, replace(bank_files, tasks=tuple(tasks)), now=NOW, first_status=Status.PILOT
        )
    )
    return build.arrival()


@pytest.fixture
def draft(arrival, page: Page) -> str:
    page.sign_in(arrival.administrator)
    page.get("/plans")
    page.submit(button="Make a draft")
    assert "Everybody is given a plan" in page.text()
    return page.path


def content(build: Builder) -> dict:
    return build.do(lambda db: db.scalars(select(PlansVersion)).one().content)


def plan(**changes) -> dict:
    return {"code": "own", "parts": ["reading"], "days": 1} | changes


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"plan": plan(optional=["reading"], length={"reading": "long"})}, []),
        ({"plan": plan(parts=[])}, []),
        ({"plan": plan(code="")}, [PlanFault.NAMELESS]),
        ({"plan": plan(code="short")}, [PlanFault.SAME_CODE]),
        ({"plan": plan(parts=["reading", "reading"])}, [PlanFault.PART_TWICE]),
        ({"plan": plan(parts=["singing"])}, [PlanFault.UNKNOWN_VALUE]),
        ({"plan": plan(literacy="bottomless")}, [PlanFault.UNKNOWN_VALUE]),
        ({"plan": plan(days=0)}, [PlanFault.DAYS]),
        ({"plan": plan(days=6)}, [PlanFault.DAYS]),
        ({"plan": plan(days="two")}, [PlanFault.DAYS]),
        ({"plan": plan(optional=["listening"])}, [PlanFault.OPTIONAL]),
        ({"plan": plan(length={"reading": "endless"})}, [PlanFault.LENGTH]),
        ({"plan": plan(length={"listening": "long"})}, [PlanFault.LENGTH]),
        ({"plan": plan(parts=["writing"], length={"writing": "long"})}, [PlanFault.LENGTH]),
        ({"choose": {"plan": "gone", "reason": "r", "when": {"reads": {"is": "no"}}}},
         [PlanFault.NO_SUCH_PLAN]),
        ({"choose": {"plan": "long", "reason": "", "when": {"reads": {"is": "no"}}}},
         [PlanFault.NAMELESS]),
        ({"choose": {"plan": "long", "reason": "r", "when": {}}}, [PlanFault.NO_CONDITION]),
        ({"choose": {"plan": "long", "reason": "r", "when": {"reads": {"is": "maybe"}}}},
         [PlanFault.UNKNOWN_VALUE]),
        ({"choose": {"plan": "long", "reason": "r", "when": {"luck": {"known": True}}}},
         [PlanFault.UNKNOWN_VALUE]),
        ({"choose": {"plan": "long", "reason": "r", "when": {"interview": {"at_least": "X"}}}},
         [PlanFault.UNKNOWN_VALUE]),
        # The shipped last rule catches everybody who was interviewed.
        ({"choose": {"plan": "long", "reason": "r", "when": {"reads": {"is": "well"}}}},
         [PlanFault.UNREACHABLE]),
        ({"choose": {"plan": "long", "reason": "r", "when": {"interviewed": {"unknown": True},
                                                             "purpose": {"is": "level_check"}}}},
         []),
        ({"default": "gone"}, [PlanFault.NO_SUCH_PLAN]),
        ({"version": ""}, [PlanFault.MISSING]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_plans_is_found(app, changes, faults):
    table = deepcopy(rulebook.shipped_table())
    for key, value in changes.items():
        if key in drafts.LISTS:
            table[key] = [*table[key], value]
        else:
            table[key] = value
    _plans, found = reading.read_unchecked(table)
    assert [one.fault for one in found] == faults
    with app.test_request_context(), force_locale("en"):
        for one in found:
            said = words.fault_sentence(one)
            assert said.endswith(".")
            assert "%(" not in said


def test_every_fault_has_a_sentence(app):
    assert set(words.FAULTS) == set(PlanFault)
    with app.test_request_context(), force_locale("en"):
        for fault in PlanFault:
            assert "%(" not in words.fault_sentence(Found(fault, "short", "reading"))


def test_opening_and_keeping_each_row_changes_nothing(build, draft, page: Page):
    before = content(build)
    for kind in drafts.LISTS:
        for place in range(len(before[kind])):
            page.get(f"{draft}/{kind}/{place}")
            page.submit()
            assert page.path == draft
    page.submit(button="Keep")
    after = content(build)
    assert reading.read(after) == reading.read(before)


def test_a_plan_is_composed_tried_and_published(build, draft, arrival, page: Page):
    number = len(content(build)["plan"])
    page.get(f"{draft}/plan/{number}")
    page.submit(
        {
            "code": "deep",
            "name": "Lukutaito ja puhe",
            "place-reading": "2",
            "place-speaking": "1",
            "length-reading": "long",
            "optional-speaking": "yes",
            "literacy": "deep",
            "own_writing": "yes",
        },
        button="Keep the plan",
    )
    assert "Speaking (when staff say so) · Reading (long)" in page.text()
    page.get(f"{draft}/choose/{len(content(build)['choose'])}")
    page.submit({"plan": "deep", "reason": "Lukee vähän", "reads": "little"})
    assert "the rule gives nobody a plan" in page.text()
    page.get(f"{draft}/publish")
    assert not page.html.select("main form button[type=submit]")
    last = len(content(build)["choose"]) - 1
    page.get(draft)
    for place in range(last, 0, -1):
        page.submit(form=f"form[action='{draft}/choose/{place}/up']")
    assert "Everybody is given a plan" in page.text()
    page.get(f"{draft}/dry-run")
    row = page.html.find("th", string="Level A2").find_parent("tr").get_text(" ")
    assert "(" in row
    page.get(f"{draft}/publish")
    page.submit(button="Publish")
    assert "The plans are in use." in page.text()
    assert "Lukutaito ja puhe" in page.text()
    page.get(draft)
    assert not page.html.select("main form")
    page.get(f"{draft}/plan/0", status=404)
    log = select(Event.action).where(Event.action.startswith("plans:")).order_by(Event.id)
    told = build.do(lambda db: db.scalars(log).all())
    assert told[0] == "plans:change"
    assert told[-1] == "plans:publish"

    def interviewed(db):
        staff = db.get_one(Staff, arrival.administrator.id)
        referral = db.get_one(Referral, arrival.referral.id)
        answers = {"languages": [{"language": "so", "script": "latin", "reads": "little",
                                  "writes": "little"}]}  # fmt: skip
        keeping.keep(db, referral, answers, {}, actor=staff, now=clock.now())

    build.do(interviewed)
    code = arrival.code()
    given = build.do(lambda db: [part.skill for part in arrival.sitting(db).parts])
    assert given == [R]
    sitting = build.do(lambda db: arrival.sitting(db).public_id)
    page.get(f"/plans/sittings/{sitting}")
    assert "Lukutaito ja puhe" in page.text()
    assert "Lukee vähän" in page.text()
    page.submit(button="Give: Speaking")
    given = build.do(lambda db: [part.skill for part in arrival.sitting(db).parts])
    assert given == [S, R]
    page.get(f"/plans/sittings/{sitting}")
    assert "Optional parts" not in page.text()

    def begin(db):
        visit = sittings.enter_code(db, build.keys, code, clock.now())[0]
        delivery.start_part(db, db.get_one(Visit, visit.id), now=clock.now(), seed=7)
        part = db.scalars(select(Part).where(Part.skill == R)).one()
        usual = plans.bank_in_use(db, "fi", R, IN_USE)
        return plans.plan_of(db, part), usual

    frozen, usual = build.do(begin)
    assert frozen.blueprint.max_tasks > usual.blueprint.max_tasks
    assert frozen.settings.stopping.band_probability == 0.9

    # A version that is published later changes nothing for a sitting that has begun.
    def another(db):
        staff = db.get_one(Staff, arrival.administrator.id)
        newer = drafts.begin(db, actor=staff, now=clock.now())
        newer.content = newer.content | {"plan": [plan(code="short", parts=["listening"])],
                                         "choose": []}  # fmt: skip
        seen_at = drafts.rulebook.SHELF.versions(db, staff.centre_id)[0].changed_at.isoformat()
        under = Under(Mode.DEMO)
        drafts.publish(db, newer, under=under, seen_at=seen_at, actor=staff, now=clock.now())
        found = db.scalars(select(Sitting)).one()
        choosing.follow_interview(db, found, actor=staff, now=clock.now())
        kept = choosing.plan_of(db, found)
        return kept.code, kept.name, [part.skill for part in found.parts]

    assert build.do(another) == ("deep", "Lukutaito ja puhe", [S, R])


def test_what_a_bank_or_a_day_cannot_hold_is_refused(build, arrival, draft):
    def judge(change):
        def work(db):
            found = db.scalars(select(PlansVersion)).one()
            found.content = change(deepcopy(dict(found.content)))
            return drafts.faults(db, found, Under(Mode.DEMO))

        return build.do(work)

    def stretch(table):
        table["length"] = [{"code": "long", "tasks": 0.3, "band_probability": 0.9}]
        table["plan"][0]["length"] = {"reading": "long"}
        return table

    # The fewest tasks of the blueprint still fit into a third of its most.
    assert judge(stretch) == []
    found = judge(without_end)
    assert [(one.fault, one.where) for one in found] == [(PlanFault.TOO_LONG, "endless")]
    hard = Length("short", 0.01)
    assert build.do(lambda db: lengths.unmet_of(db, "fi", R, hard, Mode.DEMO)) != ()
    assert build.do(lambda db: lengths.to_start(db, "fi", R, hard, Mode.DEMO)) == build.do(
        lambda db: plans.bank_in_use(db, "fi", R, IN_USE)
    )


def without_end(table: dict) -> dict:
    """Every part at three times its length, in one day."""
    table["length"] = [{"code": "long", "tasks": 3.0, "band_probability": 0.999}]
    table["plan"].append(
        plan(
            code="endless",
            parts=[skill.value for skill in LANGUAGE_SKILLS],
            length={"reading": "long", "listening": "long"},
            own_writing=True,
            self_assessment=True,
            literacy="deep",
        )
    )
    return table


def test_minutes_differ_by_kind_of_person_length_and_depth(build, arrival):
    def work(db):
        table = deepcopy(rulebook.shipped_table())
        base = plan(parts=["reading", "listening"])
        table["plan"] = [
            base | {"code": "usual"},
            base | {"code": "brief", "length": {"reading": "short", "listening": "short"}},
            base | {"code": "deep", "literacy": "deep"},
            base | {"code": "free", "optional": ["listening"]},
        ]
        table["choose"], table["default"] = [], "usual"
        found = minutes.expected(db, reading.read(table), "fi", Under(Mode.DEMO))
        return {one.plan.code: one for one in found}

    found = build.do(work)
    for kind in Kind:
        span = found["usual"].totals[kind]
        assert 0 < span.low <= span.middle <= span.high
        assert found["brief"].totals[kind].high <= span.high
        assert found["free"].totals[kind].middle < span.middle
        assert found["free"].with_optional[kind] == span
    literate = (Kind.BEGINNER, Kind.A2, Kind.B1_UP)
    assert all(
        found["deep"].totals[kind].middle > found["usual"].totals[kind].middle for kind in literate
    )
    assert found["deep"].totals[Kind.PRIMARY] == found["usual"].totals[Kind.PRIMARY]
    assert reading.read(rulebook.shipped_table()).lengths["usual"] == USUAL


def test_a_change_that_somebody_has_not_seen_is_not_overwritten(build, draft, arrival, page: Page):
    other = page.another()
    other.sign_in(colleague(build, arrival, Role.ASSESSOR))
    other.get(f"{draft}/plan/0")
    page.submit(button="Keep")
    other.submit(status=409)
    assert "Somebody changed the draft meanwhile." in other.text()
    other.get("/plans")
    assert "Make a draft" not in other.text()
    stranger = page.another()
    stranger.sign_in(build.staff(build.centre(), Role.ADMINISTRATOR))
    for path in ("", "/plan/0", "/choose/0", "/dry-run", "/publish"):
        stranger.get(f"{draft}{path}", status=404)
    clerk = page.another()
    clerk.sign_in(arrival.clerk)
    clerk.get(draft, status=403)
