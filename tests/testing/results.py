"""A sitting on its way to a result: rated, assessed, signed."""

from collections.abc import Callable
from typing import Any

from testing import assessment, clock, rating, statements
from testing.models import Role, Sitting, Skill, Staff, Statement
from testing.numeracy.levels import levels_of
from testing.recommending import proposals
from testing.recommending.proposals import Recommended
from testing.statements import Decided
from tests.testing.builders import Arrival, Builder
from tests.testing.candidates import knows_up_to
from tests.testing.walks import colleague, import_writing, rate, walk, wrote


class Case:
    """Somebody whose writing was rated by two; the other parts were not taken."""

    def __init__(self, build: Builder, bank_files: Any, *, person: dict[str, str]) -> None:
        import_writing(build, bank_files)
        self.build = build
        self.arrival: Arrival = build.arrival(**person)
        self.raters = [colleague(build, self.arrival, Role.RATER) for _number in range(3)]
        self.assessor = colleague(build, self.arrival, Role.ASSESSOR)
        self.clerk = self.arrival.clerk

    def write_and_rate(self, level: str = "A2.1") -> None:
        wrote(self.build, self.arrival, "Hei! Asun Helsingissä.")
        rate(self.build, self.raters[0], level)
        rate(self.build, self.raters[1], level)

    @property
    def sitting_id(self) -> str:
        return str(self.build.do(lambda db: self.arrival.sitting(db).public_id))

    @property
    def person_id(self) -> str:
        return str(self.build.do(lambda db: self.arrival.sitting(db).person.public_id))

    def do(self, work: Callable[[Any, Sitting, Staff], Any], staff: Staff | None = None) -> Any:
        """What `work` returns, given the sitting and the assessor in a transaction."""

        def run(db):
            actor = db.get_one(Staff, (staff or self.assessor).id)
            return work(db, assessment.own(db, self.arrival.sitting(db).public_id, actor), actor)

        return self.build.do(run)

    def give_levels(self, level: str | None = "A2.1", staff: Staff | None = None) -> None:
        self.do(
            lambda db, sitting, actor: assessment.give_blind_levels(
                db,
                sitting,
                {
                    skill: level if level in levels_of(skill) else None
                    for skill in assessment.blind_skills(db, sitting)
                },
                actor=actor,
                now=clock.now(),
            ),
            staff,
        )

    def propose(self, staff: Staff | None = None) -> Any:
        """Of each skill, and of numeracy where it was a part."""
        return self.do(
            lambda db, sitting, actor: assessment.proposal(
                db, sitting, actor=actor, now=clock.now()
            )
            | assessment.numeracy(db, sitting),
            staff,
        )

    def decisions(self, **changes: Decided) -> dict[Skill, Decided]:
        """As the system proposes, but for the skills that are named."""
        results = self.propose()
        decided = {}
        for skill, result in results.items():
            if result.proposal is None:
                decided[skill] = Decided(not_assessed=result.not_assessed)
            else:
                decided[skill] = Decided(level=result.proposal["most_probable_level"])
        return decided | {Skill(name): one for name, one in changes.items()}

    def recommend(self, decisions: dict[Skill, Decided], **changes: Any) -> Recommended:
        """As the rules propose, but for what is named."""
        levels = {skill: (one.level, one.not_assessed) for skill, one in decisions.items()}

        def work(db, sitting, actor):
            results = assessment.proposal(db, sitting, actor=actor, now=clock.now())
            row = proposals.propose(db, sitting, results, levels, actor=actor, now=clock.now())
            given = {"outcome": row.proposal["outcome"], "shown": row.number} | changes
            return Recommended(**given)

        return self.do(work)

    def sign(
        self,
        decisions: dict[Skill, Decided] | None = None,
        *,
        replaces: Statement | None = None,
        confirmed: bool = True,
        recommended: Recommended | None = None,
        **words: str,
    ) -> Statement:
        wanted = decisions or self.decisions()
        return self.do(
            lambda db, sitting, actor: statements.sign(
                db,
                sitting,
                wanted,
                confirmed=confirmed,
                replaces=replaces,
                recommended=recommended,
                actor=actor,
                now=clock.now(),
                **words,
            )
        )

    def signed(self, **words: str) -> Statement:
        """All the way to a signature."""
        self.write_and_rate()
        self.give_levels()
        return self.sign(**words)


def walked(build: Builder) -> Case:
    """A signed result with reading, listening and writing, on the whole bank."""
    found = Case.__new__(Case)
    found.build = build
    found.arrival = build.arrival(given_names="Aminatu", surname="Hassanzadeh")
    found.raters = [colleague(build, found.arrival, Role.RATER) for _number in range(2)]
    found.assessor = colleague(build, found.arrival, Role.ASSESSOR)
    found.clerk = found.arrival.clerk
    walk(build, found.arrival, knows_up_to("A2.1"))
    for rater in found.raters:
        while build.do(
            lambda db, rater=rater: rating.desk_of(db, db.get_one(Staff, rater.id), clock.now())
        ).waiting:
            rate(build, rater, "A2.1")
    found.give_levels()
    found.statement = found.sign(recommendation="Perustason polku.")
    return found
