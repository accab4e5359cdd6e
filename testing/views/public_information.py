"""The law's pages: privacy notice, accessibility statement, feedback that reaches a person."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from testing import access, feedback, organisations
from testing.access import PUBLIC, Unit, page
from testing.forms.feedback import FeedbackForm
from testing.forms.fields import offers
from testing.models import Centre
from testing.refusals import TooMany

bp = Blueprint("public_information", __name__)

#: Languages in which the long texts are written; other readers get the English one, marked so.
WRITTEN_IN = ("fi", "sv", "en")


@bp.get("/privacy")
@page(PUBLIC)
def privacy():
    return _long_text("privacy")


@bp.get("/accessibility")
@page(PUBLIC)
def accessibility():
    return _long_text("accessibility")


@bp.route("/feedback", methods=["GET", "POST"])
@page(PUBLIC, Unit.WRITE)
def write():
    form = FeedbackForm(topic=request.args.get("topic"))
    centres = organisations.centres(g.db)
    form.centre.choices = offers(
        [("", ""), *((centre.public_id, centre.name) for centre in centres)]
    )
    if not form.validate_on_submit():
        return _form_page(form, centres, 400 if form.errors else 200)
    try:
        feedback.receive(
            g.db,
            access.the_keys(),
            centre=_centre(form, centres),
            topic=form.topic.data,
            text=form.text.data,
            reply_to=form.reply_to.data or "",
            address=request.remote_addr or "",
            now=g.now,
        )
    except TooMany:
        form.fault(
            form.text, _("Many messages came from this place. Send this one again in an hour.")
        )
        return _form_page(form, centres, 429)
    return redirect(url_for("public_information.thanks"), 303)


@bp.get("/feedback/thanks")
@page(PUBLIC, Unit.OWN)
def thanks():
    return render_template("public/feedback_thanks.html", days=feedback.ANSWERED_WITHIN.days)


def _long_text(name: str) -> str:
    reader = str(get_locale())
    language = reader if reader in WRITTEN_IN else "en"
    return render_template(
        f"public/{name}.html",
        text=f"public/{name}_{language}.html",
        text_language=language,
        is_own_language=language == reader,
        centres=organisations.centres(g.db),
    )


def _form_page(form: FeedbackForm, centres: list[Centre], status: int) -> tuple[str, int]:
    has_choice = len(centres) > 1
    return render_template("public/feedback.html", form=form, has_choice=has_choice), status


def _centre(form: FeedbackForm, centres: list[Centre]) -> Centre | None:
    """The centre that was chosen, or the only one there is."""
    if len(centres) == 1:
        return centres[0]
    chosen = [centre for centre in centres if centre.public_id == form.centre.data]
    return chosen[0] if chosen else None
