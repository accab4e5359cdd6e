"""Which literacy training a person may need: by rules on what was observed, never by background.

Two axes are kept apart: reading and writing in the person's *best-read language* in any script, and
the *Latin script*. A class follows from the two by a table. Background (years of school, speaking)
and contradictions only ask a human to look. Codes are technical; the service shows kind words.

All thresholds are versioned data (`Ladders.from_table`) with a word on where they come from. There
are no probabilities here: they come from classes that teachers confirmed
(`scoring.literacy_calibration`) and move none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from scoring.cefr import LEVELS
from scoring.ladders import (
    Condition,
    LaddersRefused,
    Mark,
    Rung,
    Rungs,
    RungScore,
    RungState,
    Scores,
    all_hold,
    conditions,
    refuse_unless_known,
    score_rungs,
    screen_is_passed,
)


class Own(StrEnum):
    """Reading and writing in the best-read language, whatever its script."""

    NONE = "none"
    EMERGING = "emerging"
    FUNCTIONAL = "functional"
    NOT_ASSESSED = "not_assessed"


class Latin(StrEnum):
    """The Latin script, as far as it was climbed."""

    NONE = "none"
    LETTERS = "letters"
    WORDS = "words"
    SENTENCES = "sentences"
    NOT_ASSESSED = "not_assessed"


class Written(StrEnum):
    """What somebody who reads the best-read language made of a text in it."""

    NONE = "none"
    EMERGING = "emerging"
    FUNCTIONAL = "functional"


class LiteracyClass(StrEnum):
    PRIMARY_ILLITERATE = "primary_illiterate"
    SEMI_LITERATE = "semi_literate"
    #: Reads another script.
    SECONDARY = "secondary"
    LITERATE = "literate"
    NOT_ASSESSED = "not_assessed"


class Script(StrEnum):
    """The script of the best-read language."""

    LATIN = "latin"
    OTHER = "other"


class Area(StrEnum):
    """The four wholes of literacy training."""

    INTERACTION = "interaction"
    READING = "reading"
    WRITING = "writing"
    NUMERACY = "numeracy"


class Look(StrEnum):
    """Why a human should look twice. A look never moves a class."""

    SCHOOLED_WITHOUT_DECODING = "schooled_without_decoding"
    SPEAKS_WITHOUT_DECODING = "speaks_without_decoding"
    LATIN_WITHOUT_OWN = "latin_without_own"
    OWN_LATIN_BUT_WEAK_HERE = "own_latin_but_weak_here"
    PASSED_BUT_WEAK = "passed_but_weak"
    OWN_NOT_ASSESSED = "own_not_assessed"
    PROMPTED = "prompted"


Value = str | int | bool


@dataclass(frozen=True)
class Fact:
    """A code and the values of its sentence."""

    code: str
    values: tuple[tuple[str, Value], ...] = ()

    def to_record(self) -> dict[str, Any]:
        return {"code": self.code, **dict(self.values)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Fact:
        values = {name: value for name, value in record.items() if name != "code"}
        return cls(record["code"], tuple(values.items()))


@dataclass(frozen=True)
class Module:
    """A level 1-4 for each area of literacy training; None where nothing was observed."""

    interaction: int | None = None
    reading: int | None = None
    writing: int | None = None
    numeracy: int | None = None


@dataclass(frozen=True)
class Background:
    """What was told, not observed: it may ask for a look and moves nothing."""

    years_of_school: int | None = None
    #: Level code of spoken language, where known.
    speaking: str | None = None


@dataclass(frozen=True)
class Observations:
    """Everything that was observed of one person.

    missing : why a rung could not be taken, by rung. is_drawn : the person passed the screen and
    was sent deeper by lot. is_prompted : somebody helped, a word or a hint too many. written : a
    text in the best-read language that was written outside the screen, as it was judged; None where
    there is none or nobody judged it. numeracy : the level of a part in numeracy, on the scale of
    that part; None where it was not taken.
    """

    marks: tuple[Mark, ...] = ()
    own_script: Script | None = None
    missing: Mapping[str, str] | None = None
    is_drawn: bool = False
    is_prompted: bool = False
    background: Background = Background()
    written: Written | None = None
    numeracy: str | None = None


@dataclass(frozen=True)
class Classification:
    """A class with all that it rests on: the rules' proposal, or what a teacher made of it."""

    literacy_class: LiteracyClass
    own: Own
    latin: Latin
    short_latin_course: bool | None
    module: Module | None
    laslliam_level: int | None
    evidence: tuple[Fact, ...]
    looks: tuple[Look, ...]
    rules_version: str
    #: A teacher has confirmed it, perhaps after changing it; else it is the rules' proposal.
    is_confirmed: bool = False

    @property
    def has_no_latin_script(self) -> bool:
        """True where a text in Finnish or Swedish cannot be given: its skill is "not assessed:
        script"."""
        return self.latin in (Latin.NONE, Latin.LETTERS)

    def of_the_screen(self) -> Classification:
        """Without what a part in numeracy said, which is told on papers of its own."""
        beside = [dict(fact.values) for fact in self.evidence if fact.code == "numeracy"]
        if not beside or self.module is None:
            return self
        seen = beside[0].get("screen")
        evidence = tuple(fact for fact in self.evidence if fact.code != "numeracy")
        module = replace(self.module, numeracy=int(seen) if seen else None)
        return replace(self, module=module, evidence=evidence)

    def to_record(self) -> dict[str, Any]:
        """Plain values for storage and export."""
        return {
            "class": self.literacy_class.value,
            "own": self.own.value,
            "latin": self.latin.value,
            "short_latin_course": self.short_latin_course,
            "module": None
            if self.module is None
            else {area.value: getattr(self.module, area.value) for area in Area},
            "laslliam_level": self.laslliam_level,
            "evidence": [fact.to_record() for fact in self.evidence],
            "looks": [look.value for look in self.looks],
            "rules_version": self.rules_version,
            "is_confirmed": self.is_confirmed,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Classification:
        return cls(
            literacy_class=LiteracyClass(record["class"]),
            own=Own(record["own"]),
            latin=Latin(record["latin"]),
            short_latin_course=record["short_latin_course"],
            module=None if record["module"] is None else Module(**record["module"]),
            laslliam_level=record["laslliam_level"],
            evidence=tuple(Fact.from_record(one) for one in record["evidence"]),
            looks=tuple(Look(one) for one in record["looks"]),
            rules_version=record["rules_version"],
            is_confirmed=record["is_confirmed"],
        )


@dataclass(frozen=True)
class OwnRule:
    level: Own
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class LatinRule:
    """With `own`: the best-read language is written in Latin script and read so well."""

    level: Latin
    when: tuple[Condition, ...]
    own: Own | None = None


@dataclass(frozen=True)
class TextRule:
    """How a text that was judged outside the screen stands for a rung of it: as so many tasks
    climbed, by what was made of it. Where the rung was taken, its own marks count and nothing else.
    """

    rung: str
    climbed: Mapping[Written, int]


@dataclass(frozen=True)
class AreaRule:
    """`latin` empty: any."""

    area: Area
    level: int
    when: tuple[Condition, ...]
    latin: frozenset[Latin]


@dataclass(frozen=True)
class ClassRow:
    literacy_class: LiteracyClass
    short_latin_course: bool | None
    laslliam_level: int | None
    has_module: bool


@dataclass(frozen=True)
class Ladders:
    """The rungs and the rules of one version.

    Rules of an axis stand from the highest level down; the first that holds counts. A higher rule
    that cannot be known leaves the axis "not assessed": nothing is inferred from a gap.
    """

    version: str
    provisional: bool
    origin: str
    rungs: Rungs
    own: tuple[OwnRule, ...]
    latin: tuple[LatinRule, ...]
    areas: tuple[AreaRule, ...]
    classes: Mapping[tuple[Own, Latin], ClassRow]
    schooled_years: int
    speaking_level: str
    #: None in versions before texts of the own language counted.
    text: TextRule | None = None
    #: By the level of a part in numeracy, the level of that area; empty in versions before it.
    numeracy: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Ladders:
        """
        :raise LaddersRefused: a pair of levels without a class, a rule on a rung that is not there,
            a number that cannot be.
        """
        rungs = Rungs.from_table(table)
        try:
            own = tuple(OwnRule(Own(row["level"]), conditions(row["when"])) for row in table["own"])
            latin = tuple(
                LatinRule(
                    Latin(row["level"]),
                    conditions(row.get("when", ())),
                    Own(row["own"]) if "own" in row else None,
                )
                for row in table["latin"]
            )
            areas = tuple(
                AreaRule(
                    Area(row["area"]),
                    row["level"],
                    conditions(row.get("when", ())),
                    frozenset(Latin(level) for level in row.get("latin", ())),
                )
                for row in table["area"]
            )
            classes = {
                (Own(row["own"]), Latin(row["latin"])): ClassRow(
                    LiteracyClass(row["class"]),
                    row.get("short_latin_course"),
                    row.get("laslliam"),
                    row["module"],
                )
                for row in table["class"]
            }
            text = None
            if "text" in table:
                climbed = {level: table["text"][level.value] for level in Written}
                text = TextRule(table["text"]["rung"], climbed)
            looks = table["looks"]
            made = cls(
                version=table["version"],
                provisional=table["provisional"],
                origin=table["origin"].strip(),
                rungs=rungs,
                own=own,
                latin=latin,
                areas=areas,
                classes=classes,
                schooled_years=looks["schooled_years"],
                speaking_level=looks["speaking_level"],
                text=text,
                numeracy=dict(table.get("numeracy", {})),
            )
        except (KeyError, TypeError, ValueError) as problem:
            if isinstance(problem, LaddersRefused):
                raise
            raise LaddersRefused(f"{type(problem).__name__}: {problem}") from problem
        made._refuse_holes()
        return made

    def _refuse_holes(self) -> None:
        rules: list[OwnRule | LatinRule | AreaRule] = [*self.own, *self.latin, *self.areas]
        for rule in rules:
            refuse_unless_known(rule.when, self.rungs.rungs, f"rule {rule.level}")
        for pair in ((own, latin) for own in Own for latin in Latin):
            if pair not in self.classes:
                raise LaddersRefused(f"no class for {pair[0]} and {pair[1]}")
        if self.text is not None:
            climbed = [Condition(self.text.rung, n) for n in self.text.climbed.values()]
            refuse_unless_known(climbed, self.rungs.rungs, "text")
        levels = [rule.level for rule in self.areas] + list(self.numeracy.values())
        levels += [row.laslliam_level for row in self.classes.values() if row.laslliam_level]
        if any(not 1 <= level <= 4 for level in levels):
            raise LaddersRefused("levels of literacy training are 1-4")
        if self.speaking_level not in LEVELS:
            raise LaddersRefused(f"no level {self.speaking_level}")


def state_of(
    observations: Observations, ladders: Ladders
) -> tuple[dict[str, RungScore], Rung | None]:
    """What happened on every rung, and the rung whose turn it is; None when all is done."""
    return score_rungs(
        ladders.rungs,
        observations.marks,
        missing=observations.missing or {},
        is_drawn=observations.is_drawn,
    )


def screen_passed(observations: Observations, ladders: Ladders) -> bool:
    """Whether the screen alone is enough; then the deep stage follows only by lot."""
    scores, _turn = state_of(observations, ladders)
    return screen_is_passed(ladders.rungs, scores)


def classify(observations: Observations, ladders: Ladders) -> Classification:
    """The class that the rules propose for what was observed; pure."""
    scores, _turn = state_of(observations, ladders)
    evidence = [fact for score in scores.values() for fact in _rung_facts(score)]
    scores, text_facts = _with_text(scores, observations, ladders)
    evidence += text_facts
    own_found, own_gaps = _level([(rule.level, rule.when) for rule in ladders.own], scores)
    reads_own_in_latin = observations.own_script is Script.LATIN
    own = own_found or Own.NOT_ASSESSED
    latin_found, latin_gaps = _level(
        [
            (rule.level, rule.when)
            for rule in ladders.latin
            if rule.own is None or (reads_own_in_latin and rule.own is own)
        ],
        scores,
    )
    latin = latin_found or Latin.NOT_ASSESSED
    for axis, gaps in (("own", own_gaps), ("latin", latin_gaps)):
        evidence += [
            Fact("gap", (("axis", axis), ("rung", rung), ("reason", reason)))
            for rung, reason in gaps
        ]
    row = ladders.classes[own, latin]
    evidence.append(Fact("axes", (("own", own.value), ("latin", latin.value))))
    if any(scores[rung.id].marked for rung in ladders.rungs.rungs if not rung.counts):
        evidence.append(Fact("name_never_counts"))
    if observations.is_drawn:
        evidence.append(Fact("drawn"))
    module = _module(scores, ladders, latin) if row.has_module else None
    numeracy = observations.numeracy
    if module is not None and numeracy is not None and numeracy in ladders.numeracy:
        module, fact = _with_numeracy(module, numeracy, ladders)
        evidence.append(fact)
    return Classification(
        literacy_class=row.literacy_class,
        own=own,
        latin=latin,
        short_latin_course=row.short_latin_course,
        module=module,
        laslliam_level=row.laslliam_level,
        evidence=tuple(evidence),
        looks=_looks(observations, ladders, scores, own, latin),
        rules_version=ladders.version,
    )


def _with_text(
    scores: dict[str, RungScore], observations: Observations, ladders: Ladders
) -> tuple[dict[str, RungScore], list[Fact]]:
    """The scores with the text where its rung was not taken; and what is told of it."""
    rule, written = ladders.text, observations.written
    if rule is None or written is None:
        return scores, []
    score = scores[rule.rung]
    # Without a deep stage nothing of the own language is judged; a rung that was taken counts once.
    counts = score.state is not RungState.NOT_DUE and not score.marked
    if counts:
        climbed = rule.climbed[written]
        stands = RungScore(
            rule.rung, RungState.COMPLETE, score.of, right=climbed, wrong=score.of - climbed
        )
        scores = scores | {rule.rung: stands}
    return scores, [Fact("text", (("level", written.value), ("counts", counts)))]


Gaps = tuple[tuple[str, str], ...]
L = TypeVar("L")


def _level(
    ways: Sequence[tuple[L, tuple[Condition, ...]]], scores: Scores
) -> tuple[L | None, Gaps]:
    """The highest level one of whose ways holds; None, with the rungs that lack, where a higher
    level cannot be known."""
    for level in dict.fromkeys(level for level, _when in ways):
        own_ways = [when for name, when in ways if name is level]
        answers = [all_hold(when, scores) for when in own_ways]
        if True in answers:
            return level, ()
        if None in answers:
            return None, _gaps(own_ways[answers.index(None)], scores)
    return None, ()


def _gaps(when: tuple[Condition, ...], scores: Scores) -> Gaps:
    found = []
    for condition in when:
        score = scores[condition.rung]
        if score.state is RungState.MISSING:
            found.append((score.rung, score.reason))
        elif score.state in (RungState.WAITING, RungState.NOT_DUE):
            found.append((score.rung, score.state.value))
    return tuple(found)


def _rung_facts(score: RungScore) -> list[Fact]:
    if score.state is RungState.MISSING:
        return [Fact("rung_missing", (("rung", score.rung), ("reason", score.reason)))]
    if score.state is RungState.SKIPPED:
        return [Fact("rung_skipped", (("rung", score.rung),))]
    if not score.marked:
        return []
    return [
        Fact(
            "rung",
            (
                ("rung", score.rung),
                ("right", score.right),
                ("slow", score.slow),
                ("helped", score.helped),
                ("wrong", score.wrong),
                ("unknown", score.unknown),
                ("of", score.of),
                ("stopped", score.is_stopped),
            ),
        )
    ]


def _module(scores: Scores, ladders: Ladders, latin: Latin) -> Module:
    levels: dict[str, int] = {}
    for area in Area:
        for rule in ladders.areas:
            if rule.area is not area or (rule.latin and latin not in rule.latin):
                continue
            answer = all_hold(rule.when, scores)
            if answer is None:
                break
            if answer:
                levels[area.value] = rule.level
                break
    return Module(**levels)


def _with_numeracy(module: Module, level: str, ladders: Ladders) -> tuple[Module, Fact]:
    """The area by the part, which asks more than the numbers of the screen; and what both say."""
    area = ladders.numeracy[level]
    seen = () if module.numeracy is None else (("screen", module.numeracy),)
    fact = Fact("numeracy", (("level", level), ("area", area), *seen))
    return replace(module, numeracy=area), fact


def _looks(
    observations: Observations, ladders: Ladders, scores: Scores, own: Own, latin: Latin
) -> tuple[Look, ...]:
    told = observations.background
    no_decoding = latin in (Latin.NONE, Latin.LETTERS) and own in (Own.NONE, Own.NOT_ASSESSED)
    weak_decoding = latin in (Latin.NONE, Latin.LETTERS, Latin.WORDS)
    speaks = told.speaking in LEVELS and LEVELS.index(told.speaking) >= LEVELS.index(
        ladders.speaking_level
    )
    in_latin_script = observations.own_script is Script.LATIN
    found = {
        Look.SCHOOLED_WITHOUT_DECODING: no_decoding
        and (told.years_of_school or 0) >= ladders.schooled_years,
        Look.SPEAKS_WITHOUT_DECODING: weak_decoding and speaks,
        Look.LATIN_WITHOUT_OWN: latin is Latin.SENTENCES and own is Own.NONE,
        Look.OWN_LATIN_BUT_WEAK_HERE: in_latin_script
        and own is Own.FUNCTIONAL
        and not screen_is_passed(ladders.rungs, scores),
        Look.PASSED_BUT_WEAK: weak_decoding and screen_is_passed(ladders.rungs, scores),
        Look.OWN_NOT_ASSESSED: own is Own.NOT_ASSESSED and latin is not Latin.SENTENCES,
        Look.PROMPTED: observations.is_prompted,
    }
    return tuple(look for look, is_there in found.items() if is_there)
