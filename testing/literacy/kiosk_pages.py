"""What a kiosk's page of the literacy screen shows."""

import random
from dataclasses import dataclass
from typing import Any

from testing.languages import direction_of
from testing.literacy import content
from testing.literacy.person_words import page_words
from testing.literacy.screens import OWN_RUNGS, Standing
from testing.person_words import Words


@dataclass(frozen=True)
class TouchView:
    """One task by touch as the page draws it."""

    rung: str
    item: str
    #: Language and direction of the words that are read.
    language: str
    direction: str
    picture: str | None
    #: What is heard, and in which language.
    spoken: str | None
    spoken_language: str
    text: list[str]
    question: str
    options: list[dict[str, Any]]
    look: str
    #: The first task of its kind: then the instruction is heard first.
    is_first: bool


def words_of(standing: Standing) -> Words:
    """What the page says in the person's language."""
    return page_words(standing.turn.id if standing.turn and standing.is_at_kiosk else "together")


def mark_of(standing: Standing) -> str:
    """Changes when another task is before the person."""
    task = standing.task
    rung = standing.turn.id if standing.turn else ""
    item = task["id"] if task and standing.is_at_kiosk else ""
    return f"{standing.screen.public_id}:{rung}:{item}"


def touch_view(standing: Standing, person_language: str) -> TouchView:
    """The task by touch that is before the person."""
    rung, task = standing.turn, standing.task
    assert rung is not None
    assert task is not None
    test = standing.screen.sitting.language
    own = content.text_language(standing.screen.own_language or person_language)
    language = own if rung.id in OWN_RUNGS else test
    voices = {"test": test, "own": own, "person": person_language}
    options = [dict(option) for option in task["options"]]
    # The same order after a reload; another one for the next person.
    random.Random(f"{standing.screen.seed}/{rung.id}/{task['id']}").shuffle(options)  # noqa: S311
    return TouchView(
        rung=rung.id,
        item=task["id"],
        language=language,
        direction=direction_of(language),
        picture=task.get("picture"),
        spoken=task.get("spoken"),
        spoken_language=voices[task.get("voice", "test")],
        text=list(task.get("text", ())),
        question=task.get("question", ""),
        options=options,
        look=_look(rung.id, options),
        is_first=standing.scores[rung.id].marked == 0,
    )


def _look(rung: str, options: list[dict[str, Any]]) -> str:
    if any("picture" in option for option in options):
        return "pictures"
    return "short" if rung in ("letters", "numbers") else "words"

