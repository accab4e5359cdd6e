"""Pages. A view loads, refuses, calls one verb and redirects; `register_views` lists them all."""

from flask import Flask

from testing.views import (
    account,
    centre,
    desk,
    invitations,
    kiosk,
    log,
    media,
    occasions,
    people,
    permissions,
    public,
    public_information,
    rating,
    referrals,
    sign_in,
)

BLUEPRINTS = (
    public.bp,
    public_information.bp,
    media.bp,
    kiosk.bp,
    desk.bp,
    sign_in.bp,
    account.bp,
    referrals.bp,
    permissions.bp,
    invitations.bp,
    rating.bp,
    occasions.bp,
    people.bp,
    centre.bp,
    log.bp,
)


def register_views(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
