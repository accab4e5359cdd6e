"""Pages. A view loads, refuses, calls one verb and redirects; `register_views` lists them all."""

from flask import Flask

from testing.views import (
    account,
    assessment,
    assessment_plans,
    bank,
    centre,
    desk,
    inbox,
    interview,
    invitations,
    kiosk,
    kiosk_literacy,
    literacy,
    log,
    media,
    occasions,
    own_copies,
    paper,
    people,
    permissions,
    public,
    public_information,
    rating,
    recommending,
    referrals,
    sign_in,
    sounds,
    speaking,
    statements,
    verify,
)

BLUEPRINTS = (
    public.bp,
    public_information.bp,
    media.bp,
    kiosk.bp,
    kiosk_literacy.bp,
    desk.bp,
    interview.bp,
    literacy.bp,
    sign_in.bp,
    account.bp,
    referrals.bp,
    permissions.bp,
    invitations.bp,
    rating.bp,
    paper.bp,
    speaking.bp,
    assessment_plans.bp,
    assessment.bp,
    recommending.bp,
    statements.bp,
    inbox.bp,
    own_copies.bp,
    verify.bp,
    occasions.bp,
    people.bp,
    centre.bp,
    sounds.bp,
    log.bp,
    bank.bp,
)


def register_views(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
