"""Sets the demo up through the verbs of the service, so that its log and states are real."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import (
    accounts,
    assessment,
    bookings,
    clock,
    organisations,
    permissions,
    rating,
    referrals,
    sittings,
    statements,
)
from testing.commands.runtime import Runtime
from testing.demo import cast, past
from testing.demo.candidate import Pace, sit
from testing.demo.cast import PersonRole
from testing.literacy import classification_of, screen_of, screens
from testing.models import (
    WRITING_CRITERIA,
    Booking,
    BookingState,
    Centre,
    Criterion,
    HowGiven,
    Occasion,
    Office,
    PermissionContent,
    Person,
    Referral,
    Role,
    Site,
    Sitting,
    SittingState,
    Staff,
)
from testing.people import PersonData
from testing.recommending import proposals
from testing.recommending.proposals import Recommended
from testing.statements import Decided

ACTOR = "command:demo"
#: How the first rater marks each scripted writer; the second is one step stricter in accuracy.
MARKS = {"to-assess": ("A2.2", "A2.1"), "signed": ("B1.1", "A2.2")}


@dataclass(frozen=True)
class Stage:
    """The rows that later steps need."""

    centre: Centre
    site: Site
    offices: dict[str, Office]
    staff: dict[str, Staff]

    @property
    def administrator(self) -> Staff:
        return self.of_role(Role.ADMINISTRATOR)[0]

    def of_role(self, role: Role) -> list[Staff]:
        return [one for one in self.staff.values() if one.has(role)]

    def clerk_of(self, person: PersonRole) -> Staff:
        office = self.offices[person.office]
        return next(one for one in self.staff.values() if one.office_id == office.id)


def is_set(db: Session) -> bool:
    return db.scalar(select(Centre.id).where(Centre.name == cast.CENTRE)) is not None


def set_up(runtime: Runtime, now: datetime) -> None:
    """The centre, its people, and yesterday's sittings are there."""
    password_hash = accounts.hash_password(cast.PASSWORD)
    with runtime.database.writing() as db:
        stage = _organisations(db, password_hash, now - timedelta(days=14))
        (assessor,) = stage.of_role(Role.ASSESSOR)
        past.sign_results(
            db,
            runtime.keys,
            centre=stage.centre,
            office=stage.offices["past"],
            desk=stage.administrator,
            assessor=assessor,
            mode=runtime.settings.mode.value,
            now=now,
        )
        yesterday = _occasion(db, stage, now - timedelta(days=1), now - timedelta(days=14))
        # Whoever comes last waits to be rated: raters take what waits.
        for person in (cast.SIGNED, cast.TO_ASSESS, cast.TO_RATE):
            _sitting_of_yesterday(db, runtime, stage, person, yesterday)
        _refer(db, runtime, stage, cast.WITHOUT_PLACE, now - timedelta(hours=20))
        for weeks in (1, 2):
            _occasion(db, stage, now + timedelta(weeks=weeks), now - timedelta(days=14))


def today(runtime: Runtime, now: datetime) -> tuple[PersonRole, str]:
    """An occasion runs today; returns who stands at a kiosk, with a fresh seat code.

    :raise LookupError: everybody who could arrive has been tested.
    """
    with runtime.database.writing() as db:
        stage = _stage(db)
        occasion = _occasion_of_today(db, stage, now)
        for person in (cast.BOOKED, cast.BOOKED_SWEDISH):
            if _row(db, person) is None:
                _book(db, runtime, stage, person, occasion, now - timedelta(days=3))
        for person in cast.ARRIVING:
            code = _seat_code(db, runtime, stage, person, occasion, now)
            if code is not None:
                return person, code
    raise LookupError("everybody of the demo has been tested: make demo-fresh")


# Organisations


def _organisations(db: Session, password_hash: str, now: datetime) -> Stage:
    centre = organisations.add_centre(
        db,
        name=cast.CENTRE,
        actor=ACTOR,
        now=now,
        phone="029 000 0000",
        email="demokeskus@demo.fi",
        privacy_contact="tietosuoja@demo.fi",
    )
    site = organisations.add_site(
        db,
        centre=centre,
        name="Rannikon toimipiste",
        actor=ACTOR,
        now=now,
        street="Satamakatu 4",
        postcode="00000",
        city="Koivula",
        directions="2. kerros, hissi aulassa",
    )
    offices = {
        one.key: organisations.add_office(
            db,
            centre=centre,
            kind=one.kind,
            name=one.name,
            former_name=one.former_name,
            actor=ACTOR,
            now=now,
        )
        for one in cast.OFFICES
    }
    staff = {
        one.email: accounts.add_staff(
            db,
            centre=centre,
            office=offices[one.office] if one.office else None,
            name=one.name,
            title=one.title,
            email=one.email,
            password_hash=password_hash,
            roles=one.roles,
            actor=ACTOR,
            now=now,
        )
        for one in cast.STAFF
    }
    return Stage(centre, site, offices, staff)


def _stage(db: Session) -> Stage:
    centre = db.scalars(select(Centre).where(Centre.name == cast.CENTRE)).one()
    by_name = {
        one.name: one for one in db.scalars(select(Office).where(Office.centre_id == centre.id))
    }
    return Stage(
        centre,
        db.scalars(select(Site).where(Site.centre_id == centre.id).order_by(Site.id)).first()
        or _missing("site"),
        {one.key: by_name[one.name] for one in cast.OFFICES},
        {
            one.email: one
            for one in db.scalars(select(Staff).where(Staff.centre_id == centre.id))
            if one.closed_at is None
        },
    )


def _missing(what: str) -> Site:
    raise LookupError(f"the demo's {what} is gone: make demo-fresh")


def _occasion(db: Session, stage: Stage, day: datetime, now: datetime) -> Occasion:
    local = clock.local_day(day)
    return bookings.add_occasion(
        db,
        centre=stage.centre,
        site=stage.site,
        starts_at=clock.from_local(local, 9, 0),
        ends_at=clock.from_local(local, 13, 0),
        places=12,
        actor=stage.administrator,
        now=now,
    )


def _occasion_of_today(db: Session, stage: Stage, now: datetime) -> Occasion:
    """Today's occasion, open from now on for hours, whenever the demo is started."""
    day = clock.local_day(now)
    begin = clock.from_local(day, 0, 0)
    found = db.scalars(
        select(Occasion)
        .where(
            Occasion.centre_id == stage.centre.id,
            Occasion.starts_at >= begin,
            Occasion.starts_at < now + timedelta(hours=1),
            Occasion.ends_at > now,
            Occasion.cancelled_at.is_(None),
            Occasion.closed_at.is_(None),
        )
        .order_by(Occasion.id)
        .limit(1)
    ).first()
    if found is not None:
        return found
    return bookings.add_occasion(
        db,
        centre=stage.centre,
        site=stage.site,
        starts_at=max(begin, now - timedelta(minutes=30)),
        ends_at=max(now + timedelta(hours=5), clock.from_local(day, 23, 0)),
        places=12,
        actor=stage.administrator,
        now=now,
    )


# People


def _row(db: Session, person: PersonRole) -> Referral | None:
    """The person's referral, if they were referred already."""
    return db.scalar(
        select(Referral)
        .join(Referral.person)
        .where(
            Person.surname == person.surname,
            Person.given_names == person.given_names,
            Person.birth_date == person.birth_date,
        )
        .order_by(Referral.id)
        .limit(1)
    )


def _refer(
    db: Session, runtime: Runtime, stage: Stage, person: PersonRole, now: datetime
) -> Referral:
    clerk = stage.clerk_of(person)
    return referrals.refer(
        db,
        runtime.keys,
        centre=stage.centre,
        office=stage.offices[person.office],
        person=PersonData(
            surname=person.surname,
            given_names=person.given_names,
            birth_date=person.birth_date,
            contact_language=person.contact_language,
            mother_tongue=person.mother_tongue,
        ),
        language=person.language,
        purpose=person.purpose,
        training=person.training,
        needs=person.needs,
        actor=clerk,
        now=now,
    )


def _book(
    db: Session,
    runtime: Runtime,
    stage: Stage,
    person: PersonRole,
    occasion: Occasion,
    now: datetime,
) -> Booking:
    clerk = stage.clerk_of(person)
    referral = _refer(db, runtime, stage, person, now)
    permissions.give(
        db,
        referral,
        recipient=stage.offices[person.office],
        contents=list(PermissionContent),
        purpose=person.purpose,
        text_language=person.contact_language,
        how=HowGiven.PAPER,
        given_on=clock.local_day(now),
        actor=clerk,
        now=now,
    )
    return bookings.book(db, referral, occasion, actor=clerk, now=now)


def _seat_code(
    db: Session,
    runtime: Runtime,
    stage: Stage,
    person: PersonRole,
    occasion: Occasion,
    now: datetime,
) -> str | None:
    """A fresh seat code for the person, who is here today; None when they have been tested."""
    referral = _row(db, person)
    if referral is None:
        booking = _book(db, runtime, stage, person, occasion, now - timedelta(days=2))
        bookings.arrive(db, booking, actor=stage.administrator, now=now)
    else:
        found = db.scalar(
            select(Booking)
            .where(Booking.referral_id == referral.id, Booking.state == BookingState.ARRIVED)
            .order_by(Booking.id.desc())
            .limit(1)
        )
        sitting = sittings.sitting_of(db, found) if found else None
        if found is None or (
            sitting is not None
            and sitting.state in (SittingState.FINISHED, SittingState.ENDED)
        ):
            return None
        booking = found
    _visit, code = sittings.issue_code(
        db,
        runtime.keys,
        booking,
        mode=runtime.settings.mode.value,
        actor=stage.administrator,
        now=now,
    )
    return code


# Yesterday


def _sitting_of_yesterday(
    db: Session, runtime: Runtime, stage: Stage, person: PersonRole, occasion: Occasion
) -> Sitting:
    """The person came, was tested, and what they wrote is rated as far as the story wants."""
    booking = _book(db, runtime, stage, person, occasion, occasion.starts_at - timedelta(days=5))
    pace = Pace(occasion.starts_at)
    bookings.arrive(db, booking, actor=stage.administrator, now=pace.next())
    _issued, code = sittings.issue_code(
        db,
        runtime.keys,
        booking,
        mode=runtime.settings.mode.value,
        actor=stage.administrator,
        now=pace.next(),
    )
    db.flush()
    visit, _token = sittings.enter_code(db, runtime.keys, code, pace.next())
    assert person.knows_up_to is not None
    sit(
        db,
        visit,
        language=person.contact_language,
        knows_up_to=person.knows_up_to,
        texts=person.texts,
        pace=pace,
    )
    if person.key in MARKS:
        _rate(db, stage, MARKS[person.key], pace)
    if person is cast.SIGNED:
        _sign(db, stage, visit.sitting, person.knows_up_to, pace)
    return visit.sitting


def _rate(db: Session, stage: Stage, marks: tuple[str, str], pace: Pace) -> None:
    """Both raters have rated everything that waits."""
    usual, strict = marks
    for number, rater in enumerate(stage.of_role(Role.RATER)[:2]):
        while (own := rating.take_next(db, rater, now=pace.next())) is not None:
            given = {criterion.value: usual for criterion in WRITING_CRITERIA}
            if number:
                given[Criterion.ACCURACY.value] = strict
            rating.view(db, own, actor=rater, now=pace.next())
            rating.submit(db, own, given, "", actor=rater, now=pace.next())


def _sign(db: Session, stage: Stage, sitting: Sitting, own_level: str, pace: Pace) -> None:
    """The assessor has given their own levels, seen the proposal, agreed and signed."""
    (assessor,) = stage.of_role(Role.ASSESSOR)
    screen, literacy = screen_of(db, sitting), classification_of(db, sitting)
    assert screen is not None
    assert literacy is not None
    screens.confirm(
        db,
        screen,
        literacy_class=literacy.literacy_class,
        reason="",
        actor=assessor,
        now=pace.next(),
    )
    own = dict.fromkeys(assessment.blind_skills(db, sitting), own_level)
    assessment.give_blind_levels(db, sitting, own, actor=assessor, now=pace.next())
    proposed = assessment.proposal(db, sitting, actor=assessor, now=pace.next())
    decisions = {
        skill: Decided(level=result.proposal["most_probable_level"])
        if result.proposal
        else Decided(not_assessed=result.not_assessed)
        for skill, result in proposed.items()
    }
    levels = {skill: (one.level, one.not_assessed) for skill, one in decisions.items()}
    rules = proposals.propose(db, sitting, proposed, levels, actor=assessor, now=pace.next())
    statements.sign(
        db,
        sitting,
        decisions,
        confirmed=True,
        recommended=Recommended(rules.proposal["outcome"], shown=rules.number),
        recommendation=cast.RECOMMENDATION,
        actor=assessor,
        now=pace.next(),
    )
