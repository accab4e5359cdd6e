"""Background: what a person told, frozen, for all that may look at it.

None and empty mean that it was not asked or not told: every rule has to deal with that. It chooses
where a test starts and what is given; it never enters a score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing.interview import questions
from testing.interview.questions import Degree
from testing.models import Interview, Sitting
from testing.mother_tongues import Script

E = TypeVar("E", bound=StrEnum)

#: Stands for a language where there is none: reads in no language, did not go to school.
NO_LANGUAGE = "none"


class Interpreter(StrEnum):
    NONE = "none"
    IN_PERSON = "in_person"
    REMOTE = "remote"
    #: A relative or a friend: not an interpreter, but somebody helped.
    COMPANION = "companion"


class EarlierStudy(StrEnum):
    """Study of the tested language."""

    NONE = "none"
    ALONE = "alone"
    SHORT_COURSE = "short_course"
    #: Half a year or more.
    LONG_COURSE = "long_course"


class ForeignLanguages(StrEnum):
    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


class AdultStudy(StrEnum):
    NONE = "none"
    BEGUN = "begun"
    FINISHED = "finished"


class DigitalHabit(StrEnum):
    COMPUTER = "computer"
    PHONE = "phone"
    LITTLE = "little"
    NONE = "none"


class Work(StrEnum):
    NONE = "none"
    UNDER_YEAR = "under_year"
    SOME_YEARS = "some_years"
    MANY_YEARS = "many_years"


class Goal(StrEnum):
    WORK = "work"
    PROFESSION = "profession"
    HIGHER_STUDIES = "higher_studies"
    EVERYDAY = "everyday"


class Wish(StrEnum):
    DAYTIME = "daytime"
    EVENING = "evening"
    SOME_DAYS = "some_days"
    ONLINE = "online"


class Glasses(StrEnum):
    NO = "no"
    HERE = "here"
    ELSEWHERE = "elsewhere"
    CANNOT_SEE = "cannot_see"


class Hearing(StrEnum):
    WELL = "well"
    AID = "aid"
    POORLY = "poorly"
    CANNOT_HEAR = "cannot_hear"


class Gender(StrEnum):
    """As the person says; asked for the comparison of groups alone."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"


class Accommodation(StrEnum):
    LARGE_PRINT = "large_print"
    PAPER = "paper"
    BREAKS = "breaks"
    EXTRA_PLAY = "extra_play"
    STAFF_OPERATES = "staff_operates"


@dataclass(frozen=True)
class KnownLanguage:
    """A language that the person reads or writes, as they say themselves."""

    language: str
    script: Script
    reads: Degree
    writes: Degree


@dataclass(frozen=True)
class Background:
    """What the interview found out."""

    #: Version of the questions.
    questions: str
    held_at: datetime
    interpreter: Interpreter | None = None
    languages: tuple[KnownLanguage, ...] = ()
    #: A code of `testing.languages.MOTHER_TONGUES`, "fi", "sv", or NO_LANGUAGE.
    best_read: str | None = None
    school_years: int | None = None
    school_language: str | None = None
    earlier_study: EarlierStudy | None = None
    foreign_languages: ForeignLanguages | None = None
    adult_study: AdultStudy | None = None
    digital: DigitalHabit | None = None
    work: Work | None = None
    goal: Goal | None = None
    wishes: tuple[Wish, ...] = ()
    glasses: Glasses | None = None
    hearing: Hearing | None = None
    accommodations: frozenset[Accommodation] = frozenset()
    gender: Gender | None = None
    #: How the talk went in the tested language, as a level to start from; never a result.
    spoken: str | None = None
    #: Skill → level of the highest "I can" statement with all easier ones; to start from only.
    self_assessed: Mapping[str, str] = field(default_factory=dict)

    def reads(self, script: Script | None = None) -> Degree | None:
        """How well the person says they read (in one script); None when it was not told."""
        rows = [row for row in self.languages if script is None or row.script is script]
        if rows:
            return max((row.reads for row in rows), key=list(Degree).index)
        if self.best_read == NO_LANGUAGE:
            return Degree.NO
        return Degree.NO if self.languages else None

    @property
    def best_script(self) -> Script | None:
        """The script of the best-read language."""
        if self.best_read in (None, NO_LANGUAGE):
            return None
        for row in self.languages:
            if row.language == self.best_read:
                return row.script
        return questions.SCRIPT_OF.get(self.best_read or "")

    @property
    def study_skills(self) -> int | None:
        """How many of the signs of study skills were told, 0 to 4; None when none was asked.

        Nine years of school or more, another foreign language studied, several of them, a study
        as an adult that was finished.
        """
        told = (self.school_years, self.foreign_languages, self.adult_study)
        if all(one is None for one in told):
            return None
        return sum(
            (
                (self.school_years or 0) >= 9,
                self.foreign_languages in (ForeignLanguages.ONE, ForeignLanguages.SEVERAL),
                self.foreign_languages is ForeignLanguages.SEVERAL,
                self.adult_study is AdultStudy.FINISHED,
            )
        )


def interview_of(db: Session, sitting: Sitting) -> Interview | None:
    """The interview that was held for the sitting's referral."""
    return db.scalar(select(Interview).where(Interview.referral_id == sitting.referral_id))


def background_of(db: Session, sitting: Sitting) -> Background | None:
    """What the person told; None when no interview was held."""
    interview = interview_of(db, sitting)
    return None if interview is None else read(interview)


def accommodations_of(db: Session, sitting: Sitting) -> frozenset[Accommodation]:
    """What the person asked for today; one short query, because the kiosk asks."""
    answers = db.scalar(
        select(Interview.answers).where(Interview.referral_id == sitting.referral_id)
    )
    return frozenset(Accommodation(code) for code in (answers or {}).get("accommodations", ()))


def read(interview: Interview) -> Background:
    """The interview's answers as values."""
    told = interview.answers
    asked = questions.in_use()
    return Background(
        questions=interview.questions,
        held_at=interview.held_at,
        interpreter=_one(told, "interpreter", Interpreter),
        languages=tuple(
            KnownLanguage(
                row["language"], Script(row["script"]), Degree(row["reads"]), Degree(row["writes"])
            )
            for row in told.get("languages", ())
        ),
        best_read=told.get("best_read"),
        school_years=told.get("school_years"),
        school_language=told.get("school_language"),
        earlier_study=_one(told, "earlier_study", EarlierStudy),
        foreign_languages=_one(told, "foreign_languages", ForeignLanguages),
        adult_study=_one(told, "adult_study", AdultStudy),
        digital=_one(told, "digital", DigitalHabit),
        work=_one(told, "work", Work),
        goal=_one(told, "goal", Goal),
        wishes=tuple(Wish(code) for code in told.get("wishes", ())),
        glasses=_one(told, "glasses", Glasses),
        hearing=_one(told, "hearing", Hearing),
        accommodations=frozenset(Accommodation(code) for code in told.get("accommodations", ())),
        gender=_one(told, "gender", Gender),
        spoken=asked.spoken_levels.get(told.get("spoken", "")),
        self_assessed={
            skill: level
            for skill, said in interview.statements.items()
            if (level := believed(asked.statements.get(skill, ()), said)) is not None
        },
    )


def _one(told: Mapping[str, Any], code: str, kind: type[E]) -> E | None:
    return kind(told[code]) if code in told else None


def believed(levels: tuple[str, ...], said: list[str]) -> str | None:
    """The highest level up to which every statement was said to be true."""
    found = None
    for level in levels:
        if level not in said:
            break
        found = level
    return found
