"""Letters: what a person is given to read, in Finnish or Swedish and in their own language."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import segno
from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from testing.languages import direction_of
from testing.models import Booking, Office, Purpose, Referral


@dataclass(frozen=True)
class Words:
    """A text in one language, ready for the page: its block needs `lang` and `dir`."""

    language: str
    direction: str
    html: Markup


def in_language(language: str, template: str, **facts: Any) -> Words:
    """The template in one language, whatever language the page around it has."""
    with force_locale(language):
        html = Markup(render_template(template, language=language, **facts))  # noqa: S704
    return Words(language, direction_of(language), html)


def permission_text(
    referral: Referral,
    recipient: Office,
    purpose: Purpose,
    language: str,
    *,
    has_boxes: bool = False,
) -> Words:
    """What a person is told before they permit anything (version `permissions.TEXT_VERSION`)."""
    return in_language(
        language,
        "letters/permission_text.html",
        centre=referral.person.centre.name,
        recipient=recipient.name,
        tested=referral.language,
        purpose=purpose.value,
        has_boxes=has_boxes,
    )


def sign_here(language: str) -> Words:
    """What stands beside the line on which the person signs, on a screen as on paper."""
    return in_language(language, "letters/sign_here.html")


def permission_pages(
    referral: Referral, recipient: Office, purpose: Purpose, language: str, version: str, day: date
) -> list[str]:
    """The text to be signed on paper, in the test's language and the person's own; two sizes.

    Boxes to tick stand in one column only, the one that the person reads.
    """
    official = referral.language
    own = None if language == official else language
    first = permission_text(referral, recipient, purpose, official, has_boxes=own is None)
    second = own and permission_text(referral, recipient, purpose, own, has_boxes=True)
    with force_locale(official):
        return [
            render_template(
                "letters/permission.html",
                page_lang=official,
                page_dir="ltr",
                own_lang=own,
                own_dir=direction_of(own) if own else None,
                first=first,
                second=second,
                centre=referral.person.centre.name,
                name=referral.person.name,
                version=version,
                written_on=day,
                is_tight=is_tight,
            )
            for is_tight in (False, True)
        ]


@dataclass(frozen=True)
class Invitation:
    """What an invitation tells, apart from any table."""

    name: str
    centre: str
    phone: str
    email: str
    site: str
    street: str
    town: str
    directions: str
    starts_at: datetime
    #: Eight digits in two groups.
    reference: str
    #: fi or sv.
    tested: str
    #: The person's own language.
    contact_language: str


def invitation_of(booking: Booking) -> Invitation:
    referral, site = booking.referral, booking.occasion.site
    person, centre = referral.person, referral.person.centre
    return Invitation(
        name=person.name,
        centre=centre.name,
        phone=centre.phone,
        email=centre.email,
        site=site.name,
        street=site.street,
        town=f"{site.postcode} {site.city}".strip(),
        directions=site.directions,
        starts_at=booking.occasion.starts_at,
        reference=f"{booking.reference[:4]} {booking.reference[4:]}",
        tested=referral.language,
        contact_language=person.contact_language,
    )


def invitation_page(
    facts: Invitation, official: str, written_on: date, *, is_tight: bool = False, **links: Any
) -> str:
    """The letter as a page: in `official` (fi or sv) and in the person's language beside it.

    `is_tight` sets it smaller: for a language whose words need more room than a sheet has.
    """
    own = None if facts.contact_language == official else facts.contact_language
    plain = asdict(facts)
    first = in_language(official, "letters/invitation_words.html", is_first=True, **plain)
    second = own and in_language(own, "letters/invitation_words.html", is_first=False, **plain)
    with force_locale(official):
        return render_template(
            "letters/invitation.html",
            page_lang=official,
            page_dir="ltr",
            own_lang=own,
            own_dir=direction_of(own) if own else None,
            first=first,
            second=second,
            qr=qr(facts.reference.replace(" ", "")),
            written_on=written_on,
            is_tight=is_tight,
            links=links,
            **plain,
        )


def qr(digits: str) -> Markup:
    """The digits as a picture that a reader turns back into the same digits, no address."""
    drawn = segno.make(digits, error="m", micro=False)
    return Markup(drawn.svg_inline(border=2, dark="#10243a", omitsize=True))  # noqa: S704
