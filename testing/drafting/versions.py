"""Versions of a centre: one draft at a time, numbered, never changed once published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from testing import events
from testing.drafting.rows import Change
from testing.events import Action
from testing.models import Staff
from testing.models.versions import CentreVersion, VersionState
from testing.refusals import NotFound, Refusal

V = TypeVar("V", bound=CentreVersion)


class DraftExists(Refusal):
    """There is a draft already; two at once would overwrite each other."""


class DraftChanged(Refusal):
    """Somebody else changed the draft since the page was opened."""


class VersionPublished(Refusal):
    """A published version is never changed; a new draft is made of it."""


class DraftNotWhole(Refusal):
    """A draft with faults is not published."""

    status = 400


def seen(draft: CentreVersion) -> str:
    """What a page hands back, so that nobody overwrites a change that they have not seen."""
    return draft.changed_at.isoformat()


@dataclass(frozen=True)
class Shelf(Generic[V]):
    """The versions of one kind of data, and the events that tell of them."""

    table: type[V]
    changed: Action
    published: Action

    def versions(self, db: Session, centre_id: int) -> list[V]:
        """Every version of the centre, the newest first."""
        return list(
            db.scalars(
                select(self.table)
                .where(self.table.centre_id == centre_id)
                .options(joinedload(self.table.made_by), joinedload(self.table.published_by))
                .order_by(self.table.number.desc())
            )
        )

    def newest_published(self, db: Session, centre_id: int) -> V | None:
        """The version in use; None where the centre uses what is shipped."""
        return db.scalar(
            select(self.table)
            .where(
                self.table.centre_id == centre_id, self.table.state == VersionState.PUBLISHED
            )
            .order_by(self.table.number.desc())
            .limit(1)
        )

    def own(self, db: Session, public_id: str, staff: Staff) -> V:
        """A version of the centre's own.

        :raise NotFound: another centre's and a missing one look the same.
        """
        return _own(db.scalar(select(self.table).where(self.table.public_id == public_id)), staff)

    def own_to_change(self, db: Session, public_id: str, staff: Staff) -> V:
        """The same; who else wants to change it waits.

        :raise NotFound: another centre's and a missing one look the same.
        """
        wanted = select(self.table).where(self.table.public_id == public_id)
        return _own(db.scalar(wanted.with_for_update(key_share=True)), staff)

    def begin(
        self, db: Session, content: Mapping[str, Any], *, actor: Staff, now: datetime
    ) -> V:
        """A draft that says what is in use, under a name of its own.

        :raise DraftExists: there is one.
        """
        if any(one.is_draft for one in self.versions(db, actor.centre_id)):
            raise DraftExists
        newest = db.scalar(
            select(func.max(self.table.number)).where(self.table.centre_id == actor.centre_id)
        )
        number = (newest or 0) + 1
        draft = self.table(
            centre_id=actor.centre_id,
            number=number,
            state=VersionState.DRAFT,
            content=dict(content) | {"version": f"centre-{number}"},
            made_by_id=actor.id,
            made_at=now,
            changed_at=now,
        )
        db.add(draft)
        db.flush()
        self._note(db, draft, self.changed, actor=actor, now=now)
        return draft

    def change(
        self, db: Session, draft: V, how: Change, *, seen_at: str, actor: Staff, now: datetime
    ) -> None:
        """The draft says what `how` makes of it; it may be faulty until it is published.

        :raise VersionPublished: it is no draft any more.
        :raise DraftChanged: another change came first.
        """
        refuse_unless_draft(draft, seen_at)
        draft.content = how(dict(draft.content))
        draft.changed_at = now
        self._note(db, draft, self.changed, actor=actor, now=now)

    def publish(
        self,
        db: Session,
        draft: V,
        *,
        is_whole: bool,
        digest: str,
        seen_at: str,
        actor: Staff,
        now: datetime,
    ) -> None:
        """From now on the centre uses this version.

        :raise VersionPublished: it is no draft any more.
        :raise DraftChanged: another change came first.
        :raise DraftNotWhole: something is wrong with it.
        """
        refuse_unless_draft(draft, seen_at)
        if not is_whole:
            raise DraftNotWhole
        draft.state = VersionState.PUBLISHED
        draft.published_at = now
        draft.published_by_id = actor.id
        db.flush()
        self._note(db, draft, self.published, actor=actor, now=now, digest=digest)

    def _note(
        self, db: Session, draft: V, action: Action, *, actor: Staff, now: datetime, **more: str
    ) -> None:
        events.record(
            db,
            action,
            on=actor.centre,
            subject=draft,
            actor=actor,
            now=now,
            number=draft.number,
            **more,
        )


def _own(found: V | None, staff: Staff) -> V:
    if found is None or found.centre_id != staff.centre_id:
        raise NotFound
    return found


def refuse_unless_draft(draft: CentreVersion, seen_at: str) -> None:
    """
    :raise VersionPublished: it is no draft any more.
    :raise DraftChanged: another change came first.
    """
    if not draft.is_draft:
        raise VersionPublished
    if seen_at != seen(draft):
        raise DraftChanged
