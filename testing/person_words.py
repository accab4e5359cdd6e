"""What the kiosk says on each page: one source for the page, its sound, and the desk's own screen.

Short main clauses, one thing a sentence. Changed words need a new sound: a sound is kept by a
digest of the words that it speaks.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Words:
    """The words of one page."""

    title: Any
    sentences: tuple[Any, ...] = ()

    @property
    def spoken(self) -> str:
        """All that is read aloud, in the language of the moment."""
        title = str(self.title)
        ending = "" if title.endswith((".", "?", "!", "؟", "।")) else "."
        return " ".join([f"{title}{ending}", *(str(one) for one in self.sentences)])


PAGES = {
    "introduction": Words(
        _l("This is what happens now"),
        (
            _l("We find out how well you know the language."),
            _l("Then you get studies that are right for you."),
            _l("First you practise. Then you read, listen and write."),
            _l("Some tasks are easy. Some tasks are hard. You do not need to know everything."),
            _l("You can change your answer before you go on."),
            _l("There is no hurry."),
            _l("If you need help, press the hand."),
        ),
    ),
    "practice": Words(
        _l("Practise first"),
        (
            _l("Press the apple. Then press Next."),
            _l("This is only practice. It does not count."),
        ),
    ),
    "before_reading": Words(
        _l("Reading comes next"),
        (
            _l("You read short texts and choose answers."),
            _l("If you do not know the answer, press I don't know. That is quite all right."),
        ),
    ),
    "before_listening": Words(
        _l("Listening comes next"),
        (
            _l("Put the headphones on."),
            _l("Press the yellow button and listen. You can listen twice."),
            _l("Then choose an answer."),
        ),
    ),
    "before_writing": Words(
        _l("Writing comes next"),
        (
            _l("You write a short text. Write as much as you can."),
            _l("Mistakes do not matter. Your text is saved while you write."),
        ),
    ),
    "before_numeracy": Words(
        _l("Numbers come next"),
        (
            _l("You look at pictures and numbers and choose answers. You need not read words."),
            _l("If you do not know the answer, press I don't know. That is quite all right."),
        ),
    ),
    "write": Words(_l("Write"), (_l("Read the task. Then write your text in the box."),)),
    "talk": Words(
        _l("Now you talk with us"),
        (
            _l("Your answers are saved."),
            _l("Wait here. Somebody comes and talks with you."),
        ),
    ),
    "paused": Words(
        _l("A pause"),
        (_l("Your answers are saved."), _l("Wait. Staff will tell you when you go on.")),
    ),
    "done": Words(
        _l("You have finished. Thank you!"),
        (
            _l("Your answers are saved."),
            _l("Raise your hand or go to the desk."),
        ),
    ),
}

SKILL_WORDS = {
    "reading": _l("Read the text."),
    "listening": _l("Listen to the recording."),
    "numeracy": _l("Look and work it out."),
}

#: What to do with an item, by the instruction code of the content format.
INSTRUCTIONS = {
    "choose_picture": _l("Choose the right picture."),
    "choose_number": _l("Choose the right number."),
    "choose_time": _l("Choose the right time."),
    "choose_price": _l("Choose the right price."),
    "choose_answer": _l("Choose the right answer."),
    "choose_place": _l("Choose the right place."),
    "choose_day": _l("Choose the right day."),
    "choose_many": _l("Choose all right answers."),
    "type_number": _l("Write the number."),
    "type_time": _l("Write the time."),
    "match": _l("Choose a partner for each one."),
    "order": _l("Choose the order."),
    "fill_gap": _l("Choose a word for each gap."),
    "write_answer": _l("Write the answer in a few words."),
    "true_false": _l("Is the sentence true or false?"),
    "how_many": _l("How many are there?"),
    "missing_number": _l("What belongs where the question mark is?"),
    "how_much_money": _l("How much money is this?"),
    "how_much_together": _l("You buy these. How much do they cost together?"),
    "how_much_back": _l("You buy these and pay with this money. How much do you get back?"),
    "what_time": _l("What time is it?"),
    "how_long": _l("How long does it take?"),
    "what_shows": _l("How much does the picture show?"),
    "which_biggest": _l("Which one is the biggest?"),
    "which_smallest": _l("Which one is the smallest?"),
    "same_amount": _l("Which one is exactly as much?"),
    "order_smallest_first": _l("Choose the order. The smallest one comes first."),
    "best_price": _l("In which one does one kilo cost least?"),
    "difference": _l("How big is the difference?"),
    "new_price": _l("The price goes down. What is the new price?"),
}
#: What a task of numeracy may ask; the other sentences are for texts and recordings.
NUMERACY_INSTRUCTIONS = (
    *("how_many", "missing_number", "how_much_money", "how_much_together", "how_much_back"),
    *("what_time", "how_long", "what_shows", "which_biggest", "which_smallest", "same_amount"),
    *("order_smallest_first", "best_price", "difference", "new_price", "match"),
)

#: What a refusal says at a seat, where the page of its status would say too little.
REFUSALS = {
    "SittingClosed": _l("Your test is over."),
    "PartOver": _l("This part is over."),
    "NoPlaysLeft": _l("You have listened to this already."),
    "TextTooLong": _l("The text is too long. Make it shorter."),
}

SKILL_NAMES = {
    "reading": _l("Reading"),
    "listening": _l("Listening"),
    "writing": _l("Writing"),
    "speaking": _l("Speaking"),
    "numeracy": _l("Numbers"),
}


def task_words(skill: str, instruction: str) -> Words:
    """The words of a task page: what to do first, and what to do with its first item."""
    return Words(SKILL_WORDS[skill], (INSTRUCTIONS[instruction],))


def all_spoken() -> dict[str, Words]:
    """Every page's words by a stable code, for recording and approving them one after another."""
    of_texts = [
        code for code in INSTRUCTIONS if code == "match" or code not in NUMERACY_INSTRUCTIONS
    ]
    tasks = {
        f"{skill}/{code}": task_words(skill, code)
        for skill in SKILL_WORDS
        for code in (NUMERACY_INSTRUCTIONS if skill == "numeracy" else of_texts)
    }
    return PAGES | tasks
