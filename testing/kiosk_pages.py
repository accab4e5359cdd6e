"""What the kiosk's pages show: plain values made of what is stored."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank_files import Item, Task
from items.pictures import signs_of
from testing import delivery, plans
from testing.answers import DONT_KNOW, Answer, field_of
from testing.delivery import Place, Where
from testing.languages import language_of
from testing.literacy import kiosk_pages as literacy_pages
from testing.models import HelpCall, Part, PartState, Presentation, Script, Sitting, Visit
from testing.person_words import INSTRUCTIONS, PAGES, SKILL_NAMES, Words, task_words
from testing.self_assessment import person_words as self_assessment_words

PART_ICONS = {"reading": "book-open", "listening": "headphones", "writing": "pencil",
              "speaking": "message-circle", "numeracy": "calculator"}  # fmt: skip
_GAP = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class ItemView:
    """One question as the page draws it."""

    id: str
    name: str
    kind: str
    instruction: Any
    prompt: str
    #: words, short or pictures.
    look: str = "words"
    options: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    pieces: list[Any] = field(default_factory=list)
    #: What sort of typed answer.
    typed: str = "words"
    unit: str = ""
    #: What was chosen before, in the form that the control takes.
    chosen: Any = None
    is_dont_know: bool = False
    is_missing: bool = False
    #: The page, or the question before, says the same instruction already.
    is_told: bool = False


@dataclass(frozen=True)
class TaskView:
    """A task as the page draws it."""

    skill: str
    language: str
    instruction: str
    blocks: list[dict[str, Any]]
    items: list[ItemView]
    has_recording: bool
    plays_left: int
    plays_allowed: int
    missing: int


def picture_url(name: str) -> str:
    return url_for("media.picture", name=name)


def own_name(code: str) -> str:
    return language_of(code).own_name


def task_of(db: Session, presentation: Presentation) -> Task:
    return plans.task_at(db, presentation.task_version_id)


def task_view(
    db: Session,
    presentation: Presentation,
    *,
    chosen: dict[str, Answer] | None = None,
    missing: Iterable[str] = (),
) -> TaskView:
    """The presentation's task with what the person has chosen so far."""
    task = task_of(db, presentation)
    if chosen is None:
        chosen = delivery.newest_answers(db, presentation)
    return view_of(
        task,
        chosen,
        missing=missing,
        plays_left=delivery.plays_left(presentation) if presentation.plays_allowed else 0,
        plays_allowed=presentation.plays_allowed,
    )


def view_of(
    task: Task,
    chosen: dict[str, Answer],
    *,
    missing: Iterable[str] = (),
    plays_left: int = 2,
    plays_allowed: int = 2,
) -> TaskView:
    """A task as the kiosk draws it; also for those who write and check it."""
    lacking = set(missing)
    items = [item_view(item, chosen.get(item.id), item.id in lacking) for item in task.items]
    told = [task.items[0].data["instruction"], *(one.data["instruction"] for one in task.items)]
    items = [
        replace(view, is_told=one.data["instruction"] == before)
        for view, one, before in zip(items, task.items, told, strict=False)
    ]
    return TaskView(
        skill=task.skill,
        language=task.language,
        instruction=task.items[0].data["instruction"],
        blocks=[
            {**block, "alt": _alt(block)} if "picture" in block else block
            for block in task.data.get("stimulus", ())
        ],
        items=items,
        has_recording=bool(task.script),
        plays_left=plays_left,
        plays_allowed=max(plays_allowed, plays_left),
        missing=len(lacking),
    )


def item_view(item: Item, answer: Answer | None, is_missing: bool) -> ItemView:
    raw = (answer.raw or {}) if answer else {}
    view: dict[str, Any] = {
        "id": item.id,
        "name": field_of(item),
        "kind": item.kind,
        "instruction": INSTRUCTIONS[item.data["instruction"]],
        "prompt": item.prompt,
        "is_dont_know": bool(answer and answer.is_dont_know),
        "is_missing": is_missing,
    }
    match item.kind:
        case "choice":
            options = [_option(one) for one in item.options]
            view |= {"options": options, "look": _look(item), "chosen": raw.get("choice")}
        case "multiple":
            view |= {
                "options": [_option(one) for one in item.options],
                "chosen": raw.get("choices", []),
            }
        case "truth":
            view |= {"prompt": item.data["statement"], "chosen": raw.get("choice")}
        case "matching":
            view |= {
                "left": [_option(one) for one in item.data["left"]],
                "options": [_option(one) for one in item.data["right"]],
                "chosen": raw.get("pairs", {}),
            }
        case "ordering":
            places = {name: str(n) for n, name in enumerate(raw.get("order", []), start=1)}
            view |= {
                "options": [_option(one) for one in item.data["parts"]],
                "chosen": places,
            }
        case "inline_choice":
            view |= {"pieces": _pieces(item), "chosen": raw.get("gaps", {})}
        case _:
            kind = item.data.get("as", "number") if item.kind == "number" else "words"
            view |= {
                "typed": kind,
                "unit": {"price": "€"}.get(kind, ""),
                "chosen": raw.get("text", ""),
            }
    if view["is_dont_know"] and item.kind in ("choice", "truth"):
        view["chosen"] = DONT_KNOW
    return ItemView(**view)


def _option(option: Any) -> dict[str, Any]:
    view = {"value": option["id"], "text": option.get("text", "")}
    if "picture" in option:
        view |= {"src": picture_url(option["picture"]), "alt": _alt(option)}
    return view


def _alt(shown: Any) -> str:
    """The text alternative that the author wrote, or what a drawn picture says in signs."""
    return str(shown.get("alt") or signs_of(shown["picture"]))


def _look(item: Item) -> str:
    if all("picture" in option for option in item.options):
        return "pictures"
    if all(option.get("as") or item.data.get("as") for option in item.options):
        return "short"
    return "words"


def _pieces(item: Item) -> list[Any]:
    """Text and gaps in turn."""
    pieces: list[Any] = []
    end = 0
    text = item.data["text"]
    gaps = {str(name): gap for name, gap in item.data["gaps"].items()}
    for found in _GAP.finditer(text):
        pieces.append(text[end : found.start()])
        pieces.append({"gap": found[1], "options": gaps[found[1]]["options"]})
        end = found.end()
    pieces.append(text[end:])
    return [piece for piece in pieces if piece != ""]


def prompt_view(script: Script) -> dict[str, Any]:
    """A writing prompt, or a speaking set, as a page draws it."""
    document = script.task_version.document
    picture = document.get("picture")
    return {
        "language": document["language"],
        "situation": document["situation"],
        "bullets": document.get("bullets") or document.get("questions", []),
        "words": document.get("words"),
        "src": picture_url(picture) if picture else None,
        "alt": document.get("alt", ""),
    }


def way(sitting: Sitting, coming: Part) -> list[dict[str, Any]]:
    """The parts of the sitting: what is behind, what comes, what is later."""
    states = []
    for part in sitting.parts:
        if part.state is PartState.NOT_ASSESSED:
            continue
        state = "next" if part.id == coming.id else "later"
        states.append(
            {
                "name": SKILL_NAMES[part.skill],
                "icon": PART_ICONS[part.skill],
                "state": "done" if part.state is PartState.DONE else state,
            }
        )
    return states


def help_is_wanted(db: Session, visit: Visit) -> bool:
    return (
        db.scalar(
            select(HelpCall.id)
            .where(HelpCall.visit_id == visit.id, HelpCall.answered_at.is_(None))
            .limit(1)
        )
        is not None
    )


def words_of(db: Session, place: Place) -> Words | None:
    """What the page at this place says and speaks; the language page says nothing yet."""
    match place.where:
        case Where.INTRODUCTION | Where.PRACTICE | Where.PAUSED:
            return PAGES[place.where.value]
        case Where.BREATH:
            assert place.part is not None
            return PAGES[f"before_{place.part.skill}"]
        case Where.TASK:
            assert place.presentation is not None
            task = task_of(db, place.presentation)
            return task_words(task.skill, task.items[0].instruction)
        case Where.WRITING:
            return PAGES["write"]
        case Where.LITERACY | Where.LITERACY_TOGETHER:
            assert place.literacy is not None
            return literacy_pages.words_of(place.literacy)
        case Where.SELF_ASSESSMENT:
            assert place.asked is not None
            return self_assessment_words.page_words(place.asked.language)
        case Where.TALK:
            return PAGES["talk"]
        case _:
            return None


def aloud(db: Session, place: Place) -> list[Words]:
    """All that the page at this place says, where somebody reads it to the person."""
    words = words_of(db, place)
    said = [words] if words else []
    if place.asked is not None:
        said.append(self_assessment_words.statement_words(place.asked.statement))
    return said


def mark_of(place: Place, *, help_wanted: bool) -> str:
    """Changes when the page that the person sees is no longer the one they should see."""
    if place.literacy is not None:
        mark = literacy_pages.mark_of(place.literacy)
        return f"{place.where}:{mark}:{help_wanted}"
    if place.asked is not None:
        inner_mark = f"{place.asked.statement.skill}:{place.asked.statement.level}"
        return f"{place.where}:{inner_mark}:{help_wanted}"
    inner = place.presentation or place.script or place.part
    return f"{place.where}:{inner.public_id if inner else ''}:{help_wanted}"
