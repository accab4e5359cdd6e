"""Invented people through the real ladders: what the screen would do if the assumptions held.

Every number of a kind of person and of an error model is an *assumption* of the makers; nothing
here is measured on people. What runs is the code of the service: the order of the rungs, their
rules of giving up, the rules of the classes.

A person masters a task of a rung with a probability of their own, drawn for each person. Three
pessimistic error models spoil what is marked:

* lucky touches: nobody says "I don't know", and one wrong answer is ruled out by its look;
* prompting: one interpreter (or companion) in ten gives seven tasks in ten away, unnoticed;
* staff slips: one failure in ten is marked as right, one success in twenty as wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from scoring.ladders import Mark, Outcome, Place, Rung, Stage, is_over
from scoring.literacy import (
    Ladders,
    LiteracyClass,
    Observations,
    Script,
    classify,
    screen_passed,
    state_of,
)


class Errors(StrEnum):
    NONE = "none"
    LUCKY_TOUCHES = "lucky_touches"
    PROMPTING = "prompting"
    STAFF_SLIPS = "staff_slips"
    ALL = "all"


#: True classes of the invented people.
KINDS = (
    LiteracyClass.PRIMARY_ILLITERATE,
    LiteracyClass.SEMI_LITERATE,
    LiteracyClass.SECONDARY,
    LiteracyClass.LITERATE,
)
#: Share of helpers who prompt, and of the tasks that they then give away.
PROMPTERS, GIVEN_AWAY = 0.1, 0.7
#: A failure marked as right, a success marked as wrong.
SLIP_UP, SLIP_DOWN = 0.1, 0.05
#: Who does not know says so this often where nothing else is assumed.
SAYS_UNKNOWN = 0.5
#: Changing between kiosk and staff.
HANDOVER_SECONDS = 60.0
#: Of tasks done, this share is done slowly by one who is not fluent.
SLOWLY = 0.5


@dataclass(frozen=True)
class Person:
    """Probability of mastering a task, by rung."""

    kind: LiteracyClass
    mastery: Mapping[str, float]
    has_prompter: bool


@dataclass(frozen=True)
class Outcomes:
    """What became of the persons of one kind under one error model."""

    kind: LiteracyClass
    errors: Errors
    persons: int
    passed: int
    classed: Mapping[LiteracyClass, int]
    minutes_median: float
    minutes_p90: float
    deep_minutes_median: float

    @property
    def sent_deeper(self) -> float:
        return 1.0 - self.passed / self.persons

    @property
    def right(self) -> float:
        """Share that is classed as what they are."""
        return self.classed.get(self.kind, 0) / self.persons

    @property
    def called_literate(self) -> float:
        return self.classed.get(LiteracyClass.LITERATE, 0) / self.persons


def draw_person(kind: LiteracyClass, rng: np.random.Generator) -> Person:
    """A person of the kind; the shapes of the distributions are assumptions."""

    def beta(a: float, b: float) -> float:
        return float(rng.beta(a, b))

    if kind is LiteracyClass.PRIMARY_ILLITERATE:
        letters = beta(1.0, 6.0)
        own, latin, numbers = beta(1.0, 30.0), beta(1.0, 40.0), beta(2.0, 3.0)
        text = 0.0
    elif kind is LiteracyClass.SEMI_LITERATE:
        letters, latin = beta(3.0, 3.0), beta(1.5, 5.0)
        own, numbers = beta(8.0, 3.0), beta(4.0, 3.0)
        text = own * beta(3.0, 3.0)
    elif kind is LiteracyClass.SECONDARY:
        # Some know no letter, some read words slowly: one degree of acquaintance for all rungs.
        known = beta(1.0, 2.0)
        letters, latin = known**0.5, 0.9 * known**1.5
        own, text, numbers = beta(60.0, 1.0), beta(40.0, 1.5), beta(30.0, 2.0)
    else:
        letters, latin = beta(60.0, 1.5), beta(50.0, 2.0)
        own, text, numbers = beta(80.0, 1.0), beta(40.0, 1.5), beta(40.0, 1.5)
    return Person(
        kind=kind,
        mastery=latin_mastery(latin, letters)
        | {
            "own_words": own,
            "own_text": text,
            "numbers": numbers,
            "own_aloud": own,
            "own_writing": text,
            "interaction": beta(1.5, 3.0),
        },
        has_prompter=bool(rng.random() < PROMPTERS),
    )


def latin_mastery(latin: float, letters: float) -> dict[str, float]:
    """Mastery of the Latin rungs of one who reads a known word with probability `latin`.

    A word that is new is harder than one that is known, a dictated one harder than both.
    """
    letters = max(letters, latin)
    return {
        "picture_words": latin,
        "unfamiliar_words": latin**1.2,
        "short_dictation": latin**1.5,
        "letters": letters,
        "silent_sentences": latin,
        "name": letters,
        "letter_sounds": letters**1.1,
        "syllables": max(latin, letters * latin**0.5),
        "words": latin,
        "sentences": latin**1.2,
        "dictation": latin**1.5,
    }


def pass_rate(
    mastery: float, ladders: Ladders, *, persons: int, seed: int, errors: Errors = Errors.NONE
) -> float:
    """Share who pass the short screen among persons who read a known word so surely."""
    people = np.random.default_rng([seed, 0])
    luck = np.random.default_rng([seed, 1])
    passed = 0
    for _person in range(persons):
        drawn = draw_person(LiteracyClass.LITERATE, people)
        fixed = replace(drawn, mastery={**drawn.mastery, **latin_mastery(mastery, mastery)})
        passed += walk(fixed, ladders, errors, luck).passed
    return passed / persons


def do_task(person: Person, rung: Rung, errors: Errors, rng: np.random.Generator) -> Outcome:
    """How one task is marked."""
    mastery = person.mastery[rung.id]
    is_right = bool(rng.random() < mastery)
    prompts = errors in (Errors.PROMPTING, Errors.ALL) and person.has_prompter
    if not is_right and prompts and rng.random() < GIVEN_AWAY:
        is_right = True
    if rung.place is Place.KIOSK:
        if is_right:
            return Outcome.RIGHT
        lucky = errors in (Errors.LUCKY_TOUCHES, Errors.ALL)
        if not lucky and rng.random() < SAYS_UNKNOWN:
            return Outcome.UNKNOWN
        chance = 1.0 / (rung.options - 1 if lucky else rung.options)
        return Outcome.RIGHT if rng.random() < chance else Outcome.WRONG
    if errors in (Errors.STAFF_SLIPS, Errors.ALL):
        slip = SLIP_DOWN if is_right else SLIP_UP
        if rng.random() < slip:
            is_right = not is_right
    if not is_right:
        return Outcome.WRONG
    fluent = rng.random() < mastery or rng.random() >= SLOWLY
    return Outcome.RIGHT if fluent else Outcome.SLOW


@dataclass(frozen=True)
class Walk:
    """One person's way through the rungs."""

    literacy_class: LiteracyClass
    passed: bool
    minutes: float


def walk(
    person: Person,
    ladders: Ladders,
    errors: Errors,
    rng: np.random.Generator,
    *,
    is_drawn: bool = False,
) -> Walk:
    """The person is led through the rungs by the ladders themselves and classed by their rules.

    is_drawn : the deep stage follows also for one who passes.
    """
    seen = Observations(
        own_script=Script.OTHER,
        missing={"own_aloud": "no_judge", "own_writing": "no_judge"},
        is_drawn=is_drawn,
    )
    seconds, place = 0.0, Place.KIOSK
    passed: bool | None = None
    while (rung := state_of(seen, ladders)[1]) is not None:
        if rung.stage is Stage.DEEP and passed is None:
            passed = is_drawn and screen_passed(seen, ladders)
        if rung.place is not place:
            seconds += HANDOVER_SECONDS
            place = rung.place
        given: list[Outcome] = []
        while not is_over(rung, given):
            given.append(do_task(person, rung, errors, rng))
        marks = tuple(Mark(rung.id, str(n), outcome) for n, outcome in enumerate(given))
        seconds += rung.seconds * len(given)
        seen = replace(seen, marks=(*seen.marks, *marks))
    return Walk(
        classify(seen, ladders).literacy_class,
        screen_passed(seen, ladders) if passed is None else passed,
        seconds / 60.0,
    )


def simulate(
    kind: LiteracyClass, errors: Errors, ladders: Ladders, *, persons: int, seed: int
) -> Outcomes:
    """So many persons of a kind; the same seed gives the same persons under every error model."""
    people = np.random.default_rng([seed, KINDS.index(kind), 0])
    luck = np.random.default_rng([seed, KINDS.index(kind), 1 + list(Errors).index(errors)])
    walks = [walk(draw_person(kind, people), ladders, errors, luck) for _ in range(persons)]
    minutes = np.array([one.minutes for one in walks])
    deep = np.array([one.minutes for one in walks if not one.passed])
    counts = {name: sum(one.literacy_class is name for one in walks) for name in LiteracyClass}
    return Outcomes(
        kind=kind,
        errors=errors,
        persons=persons,
        passed=sum(one.passed for one in walks),
        classed={name: count for name, count in counts.items() if count},
        minutes_median=float(np.median(minutes)),
        minutes_p90=float(np.quantile(minutes, 0.9)),
        deep_minutes_median=float(np.median(deep)) if len(deep) else float("nan"),
    )
