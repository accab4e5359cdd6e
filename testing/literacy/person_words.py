"""What the kiosk says in the literacy screen: heard by people who may read nothing."""

from flask_babel import lazy_gettext as _l

from testing.person_words import Words

_HEARD_WORD = Words(_l("Listen."), (_l("Press the word that you hear."),))

#: By rung of the kiosk; the last is the page on which staff take over.
PAGES = {
    "literacy/picture_words": _HEARD_WORD,
    "literacy/letters": Words(_l("Listen."), (_l("Press the letter that you hear."),)),
    "literacy/numbers": Words(_l("Listen."), (_l("Press the number that you hear."),)),
    "literacy/own_text": Words(
        _l("Read the text."),
        (_l("Listen to the question."), _l("Press the right picture.")),
    ),
    "literacy/silent_sentences": Words(
        _l("Read the sentence."), (_l("Press the right picture."),)
    ),
    "literacy/together": Words(
        _l("Now we read together."), (_l("Wait. Staff will come to you."),)
    ),
}

#: The same words as another rung.
SAME_AS = {"own_words": "picture_words"}


def page_words(rung: str) -> Words:
    return PAGES[f"literacy/{SAME_AS.get(rung, rung)}"]
