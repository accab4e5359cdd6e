"""A bare Flask + SQLAlchemy Core endpoint with the reads and writes of one kiosk step."""

import hashlib
import hmac
import json
import os
import secrets
from datetime import UTC, datetime

from flask import Flask, redirect, request
from sqlalchemy import insert, select, update

from testing.db import make_engine
from testing.models import (
    Chain,
    Event,
    Part,
    Person,
    Presentation,
    Response,
    Sitting,
    Visit,
)

app = Flask(__name__)
engine = make_engine(os.environ["DATABASE_URL"]).execution_options(lahtotaso_writes=True)
visit, sitting, person, part = (t.__table__ for t in (Visit, Sitting, Person, Part))
presentation, response, chain, event = (
    t.__table__ for t in (Presentation, Response, Chain, Event)
)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/kiosk/answer")
def answer() -> object:
    now = datetime.now(UTC)
    token = hashlib.sha256(request.cookies["lahtotaso_seat"].encode()).hexdigest()
    with engine.begin() as db:
        seat = db.execute(
            select(visit, sitting, person)
            .join(sitting, visit.c.sitting_id == sitting.c.id)
            .join(person, sitting.c.person_id == person.c.id)
            .where(visit.c.binding_digest == token, visit.c.cut_at.is_(None))
        ).one()
        sitting_id, person_id = seat[2], seat._mapping[person.c.id]
        db.execute(select(part).where(part.c.sitting_id == sitting_id)).all()
        here = db.execute(
            select(presentation, part)
            .join(part, presentation.c.part_id == part.c.id)
            .where(
                presentation.c.public_id == request.form["presentation"],
                part.c.sitting_id == sitting_id,
            )
            .with_for_update(of=presentation)
        ).one()
        sequence = int(request.form["sequence"])
        db.execute(
            insert(response).values(
                presentation_id=here.id, item="item", sequence=sequence, raw=None,
                is_dont_know=True, is_stale=False, at=now,
            )
        )  # fmt: skip
        db.execute(
            update(presentation)
            .where(presentation.c.id == here.id)
            .values(left_at=now, scores=[0], sequence=sequence)
        )
        db.execute(update(visit).where(visit.c.id == seat[0]).values(heard_at=now))
        done = db.execute(
            select(presentation.c.task_version_id, presentation.c.scores)
            .where(presentation.c.part_id == here.part_id, presentation.c.left_at.is_not(None))
            .order_by(presentation.c.position)
        ).all()
        given = {row.task_version_id for row in done}
        task = next(n for n in range(1, 1000) if n not in given)
        db.execute(
            insert(presentation).values(
                public_id=secrets.token_urlsafe(12), part_id=here.part_id,
                position=len(done) + 1, task_version_id=task, choice=here.choice, sequence=0,
                opened_at=now, plays_allowed=0,
            )
        )  # fmt: skip
        head = db.execute(
            select(chain).where(chain.c.person_id == person_id).with_for_update()
        ).one()
        message = json.dumps([head.id, head.length + 1, now.isoformat(), head.head])
        digest = hmac.new(b"key", message.encode(), hashlib.sha256).hexdigest()
        db.execute(
            insert(event).values(
                chain_id=head.id, position=head.length + 1, at=now, actor="kiosk:bare",
                action="task:answer", subject="presentation:bare", details={"sequence": sequence},
                previous=head.head, digest=digest,
            )
        )  # fmt: skip
        db.execute(
            update(chain)
            .where(chain.c.id == head.id)
            .values(length=head.length + 1, head=digest)
        )
    return redirect("/kiosk/", 303)
