"""Builders: `build.office()` makes what a test needs, any field may be given."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import accounts, bookings, clock, organisations, permissions, referrals, sittings
from testing.db import Database
from testing.keys import Keys
from testing.literacy import screen_of
from testing.models import (
    Booking,
    Centre,
    HowGiven,
    Occasion,
    Office,
    OfficeKind,
    Permission,
    PermissionContent,
    Purpose,
    Referral,
    Role,
    Site,
    Sitting,
    Staff,
)
from testing.people import PersonData

#: A Tuesday morning, five to nine in Helsinki.
NOW = datetime(2026, 11, 24, 6, 55, tzinfo=UTC)
PASSWORD = "kolme sanaa metsästä"
#: argon2 is slow on purpose; a hash carries its own cost, and this one is cheap to check.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Builder:
    """Makes rows through the verbs of the service, each in a transaction of its own."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database = database
        self.keys = keys
        self._number = itertools.count(1)

    def do(self, work: Callable[[Session], Any]) -> Any:
        """What `work` returns, after its transaction was committed."""
        with self.database.writing() as db:
            return work(db)

    def centre(self, **fields: Any) -> Centre:
        fields.setdefault("name", f"Testikeskus {next(self._number)}")
        fields.setdefault("phone", "09 123 4567")
        return self.do(
            lambda db: organisations.add_centre(db, actor="system", now=NOW, **fields)
        )

    def site(self, centre: Centre, **fields: Any) -> Site:
        fields = {
            "name": "Helsinki",
            "street": "Koulukatu 3",
            "postcode": "00100",
            "city": "Helsinki",
        } | fields
        return self.do(
            lambda db: organisations.add_site(
                db, centre=centre, actor="system", now=NOW, **fields
            )
        )

    def office(self, centre: Centre, **fields: Any) -> Office:
        fields.setdefault("kind", OfficeKind.EMPLOYMENT_AUTHORITY)
        fields.setdefault("name", f"Uudenmaan työllisyysalue {next(self._number)}")
        return self.do(
            lambda db: organisations.add_office(
                db, centre=centre, actor="system", now=NOW, **fields
            )
        )

    def staff(self, centre: Centre, *roles: Role, **fields: Any) -> Staff:
        number = next(self._number)
        fields.setdefault("name", f"Maija Mallinen {number}")
        fields.setdefault("email", f"staff{number}@example.fi")
        fields.setdefault("password_hash", PASSWORD_HASH)
        # Tests read the words of the code; test_languages.py reads those of the catalogues.
        fields.setdefault("language", "en")
        return self.do(
            lambda db: accounts.add_staff(
                db, centre=centre, roles=roles, actor="system", now=NOW, **fields
            )
        )

    def clerk(self, office: Office, **fields: Any) -> Staff:
        centre = self.do(lambda db: db.get_one(Centre, office.centre_id))
        return self.staff(centre, Role.CLERK, office=office, **fields)

    def referral(self, clerk: Staff, **fields: Any) -> Referral:
        person = {
            "surname": "Hassan",
            "given_names": "Amina",
            "birth_date": date(1990, 5, 4),
            "contact_language": "ar",
            "mother_tongue": "ar",
        } | fields.pop("person", {})
        fields = {"language": "fi", "purpose": Purpose.INTEGRATION_PLAN} | fields

        def work(db: Session) -> Referral:
            return referrals.refer(
                db,
                self.keys,
                centre=db.get_one(Centre, clerk.centre_id),
                office=db.get_one(Office, clerk.office_id),
                person=PersonData(**person),
                actor=clerk,
                now=NOW,
                **fields,
            )

        return self.do(work)

    def permission(self, referral: Referral, clerk: Staff, **fields: Any) -> Permission:
        fields = {
            # How somebody reads is asked for by itself.
            "contents": sorted(set(PermissionContent) - {PermissionContent.LITERACY_STATEMENT}),
            "purpose": Purpose.INTEGRATION_PLAN,
            "text_language": "ar",
            "how": HowGiven.PAPER,
            "given_on": NOW.date(),
        } | fields
        now = fields.pop("now", NOW)

        def work(db: Session) -> Permission:
            return permissions.give(
                db,
                db.get_one(Referral, referral.id),
                recipient=db.get_one(Office, referral.office_id),
                actor=clerk,
                now=now,
                **fields,
            )

        return self.do(work)

    def occasion(self, site: Site, actor: Staff, **fields: Any) -> Occasion:
        fields = {
            "starts_at": NOW + timedelta(minutes=5),
            "ends_at": NOW + timedelta(hours=4),
            "places": 12,
        } | fields

        def work(db: Session) -> Occasion:
            return bookings.add_occasion(
                db,
                centre=db.get_one(Centre, site.centre_id),
                site=site,
                actor=actor,
                now=NOW - timedelta(days=7),
                **fields,
            )

        return self.do(work)

    def booking(self, referral: Referral, occasion: Occasion, actor: Staff) -> Booking:
        def work(db: Session) -> Booking:
            return bookings.book(
                db,
                db.get_one(Referral, referral.id),
                db.get_one(Occasion, occasion.id),
                actor=actor,
                now=NOW - timedelta(days=3),
            )

        return self.do(work)

    def arrival(self, language: str = "fi", **person: Any) -> "Arrival":
        """A person who stands at the desk today, identity checked, with all that led there."""
        centre = self.centre()
        site = self.site(centre)
        office = self.office(centre)
        administrator = self.staff(centre, Role.ADMINISTRATOR)
        clerk = self.clerk(office)
        now = clock.now()
        occasion = self.occasion(
            site,
            administrator,
            starts_at=now,
            ends_at=now + timedelta(hours=4),
        )
        return self.arrival_at(occasion, administrator, clerk, language, **person)

    def arrival_at(
        self,
        occasion: Occasion,
        administrator: Staff,
        clerk: Staff,
        language: str = "fi",
        **person: Any,
    ) -> "Arrival":
        referral = self.referral(clerk, language=language, person=person)
        today = clock.now()
        self.permission(referral, clerk, given_on=clock.local_day(today), now=today)
        booking = self.booking(referral, occasion, clerk)

        def arrive(db: Session) -> None:
            row = db.get_one(Booking, booking.id)
            bookings.arrive(db, row, actor=db.get_one(Staff, administrator.id), now=clock.now())

        self.do(arrive)
        return Arrival(self, administrator, clerk, referral, booking)


class Arrival:
    """Somebody who has arrived, and the people around them."""

    def __init__(
        self,
        build: Builder,
        administrator: Staff,
        clerk: Staff,
        referral: Referral,
        booking: Booking,
    ) -> None:
        self.build = build
        self.administrator = administrator
        self.clerk = clerk
        self.referral = referral
        self.booking = booking

    def code(self, *, literacy: bool = False) -> str:
        """A fresh seat code; any kiosk bound before is cut off.

        literacy : the literacy screen comes first, as for everybody. Else the sitting is one that
        was begun before there were screens: what comes after is reached at once.
        """

        def work(db: Session) -> str:
            now = clock.now()
            visit, code = sittings.issue_code(
                db,
                self.build.keys,
                db.get_one(Booking, self.booking.id),
                mode="demo",
                actor=db.get_one(Staff, self.administrator.id),
                now=now,
            )
            screen = screen_of(db, visit.sitting)
            if screen is not None and screen.created_at == now and not literacy:
                db.delete(screen)
            return code

        return self.build.do(work)

    def sitting(self, db: Session) -> Sitting:
        return db.scalars(select(Sitting).where(Sitting.referral_id == self.referral.id)).one()
