"""A log of a million events is verified row by row, in the memory of a small machine."""

import resource
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from testing import audit, events, seals
from testing.models import Chain, Event, Person
from tests.testing.builders import NOW

EVENTS = 1_000_000
A_PERSON = 100
MOST_MEGABYTES = 250


@pytest.fixture
def many(build, database, keys):
    """A million events on ten thousand persons' chains, sealed after each thousand persons."""
    referral = build.referral(build.clerk(build.office(build.centre())))
    with database.writing() as db:
        one = db.get_one(Person, referral.person_id)
        facts = {
            name: getattr(one, name)
            for name in ("centre_id", "surname", "given_names", "birth_date", "contact_language")
        } | {"mother_tongue": "ar", "created_at": NOW}
    for batch in range(EVENTS // A_PERSON // 1000):
        with database.writing() as db:
            people = [f"p{batch}-{number}" for number in range(1000)]
            db.execute(insert(Person), [facts | {"public_id": name} for name in people])
            ids = list(db.scalars(select(Person.id).order_by(Person.id.desc()).limit(1000)))
            db.execute(
                insert(Chain),
                [{"person_id": one, "length": 0, "head": "", "sealed_length": 0} for one in ids],
            )
            chains = list(db.scalars(select(Chain.id).where(Chain.person_id.in_(ids))))
            for chain in chains:
                rows, head = [], ""
                for position in range(1, A_PERSON + 1):
                    row = {
                        "chain_id": chain,
                        "position": position,
                        "at": NOW + timedelta(seconds=position),
                        "actor": "kiosk:abcdefghijklmnop",
                        "action": "task:answer",
                        "subject": "presentation:abcdefghijklmnop",
                        "details": {"sequence": position},
                        "previous": head,
                    }
                    head = events.digest_of(row, keys)
                    rows.append(row | {"digest": head})
                db.execute(insert(Event), rows)
                db.connection().execute(
                    Chain.__table__.update()
                    .where(Chain.id == chain)
                    .values(length=A_PERSON, head=head)
                )
            seals.seal_heads(db, keys, NOW + timedelta(minutes=batch))


@pytest.mark.audit
def test_a_million_events_are_verified_in_little_memory(many, database, keys, settings):
    with database.reading() as db:
        seals.write_file(db, settings.seal_file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with database.reading() as db:
        report = audit.verify(db, keys, settings.seal_file)
        assert report.events == db.scalar(select(func.count()).select_from(Event)) > EVENTS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert report.is_whole, report.findings[:3]
    assert grown < MOST_MEGABYTES, f"{grown:.0f} MB more than before"
    print(f"{report.events} events, {report.seals} seals, {grown:.0f} MB more")
