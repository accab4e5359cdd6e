"""Refusals: what the service will not do, each with a name; mapped to pages once, in `errors`."""


class Refusal(Exception):
    """A rule of the service forbids this; nothing was changed."""

    status = 409


class NotFound(Refusal):
    status = 404


class NotAllowed(Refusal):
    """The signed-in person's role does not allow this."""

    status = 403


class NotSignedIn(Refusal):
    status = 401


class TooMany(Refusal):
    """Too many tries; the message says when the next one is possible."""

    status = 429
