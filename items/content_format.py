"""The file format of the bank: parsed with line numbers, checked, split and identified by digest.

Three kinds of fields, told apart because a task version that somebody has answered is frozen:

* *content* is all that the person meets and how it is marked. Its digest, with the digest of the
  recording, identifies the TaskVersion: change one letter and it is another version.
* *classification* decides where the task is used and which provisional parameters an uncalibrated
  item takes: level, area, text type, seconds, enemies. A sitting stores what it used, so it may be
  mended without a new version.
* *editorial* fields are for authors and reviewers: author, topic, notes, focus, descriptor, reason
  for the key and for each wrong answer. They may change at any time without a new version.

YAML guesses types in ways that harm texts ("on" and "no" become booleans, 12.30 a fraction, 14:30
a number), so every scalar is read as text but for the few fields that are numbers.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from items.canonical import value_digest
from items.interactions import TRUTH_VALUES, interaction_of
from items.typed_answers import NORMALISERS
from scoring.cefr import LEVELS

SCHEMA_FILE = Path(__file__).parent / "content" / "schema" / "task.schema.json"
LANGUAGES = ("fi", "sv")
SKILLS = ("reading", "listening", "writing", "speaking")
MEASURED_SKILLS = ("reading", "listening")
#: What is measured apart from every language, and the ISO 639 code for "no linguistic content".
NUMERACY = "numeracy"
LANGUAGE_FREE = "zxx"
#: Folders of the bank: language and skill.
BANKS = (
    *((language, skill) for language in LANGUAGES for skill in SKILLS),
    (LANGUAGE_FREE, NUMERACY),
)
#: Those whose answers are marked by rule.
MEASURED_BANKS = tuple(bank for bank in BANKS if bank[1] in (*MEASURED_SKILLS, NUMERACY))
NUMERACY_LEVELS = ("N1", "N2", "N3", "N4", "N5")
# The recording is heard twice up to B1.2, where listening again is part of the support that a
# beginner needs; above it once, as in life. A file may say otherwise with `plays`.
PLAYS = {"B2.1": 1, "B2.2": 1, "C1.1": 1}
DEFAULT_PLAYS = 2

_NUMBER_FIELDS = {"seconds", "minutes", "pause", "plays", "slips", "words"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")

CLASSIFICATION = ("level", "levels", "area", "text_type", "seconds", "enemies")
EDITORIAL = ("author", "topic", "notes")
ITEM_CLASSIFICATION = ("level",)
ITEM_EDITORIAL = ("focus", "descriptor", "reason", "why", "solution")

Place = tuple[str | int, ...]


def bank_language(language: str, skill: str) -> str:
    """The language of the bank that measures a skill in a test of this language."""
    return LANGUAGE_FREE if skill == NUMERACY else language


def levels_of(skill: str) -> tuple[str, ...]:
    """The levels that a task of a skill may have."""
    return NUMERACY_LEVELS if skill == NUMERACY else LEVELS[1:11]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something in a content file that an author should mend (error) or look at (warning)."""

    path: str
    line: int
    code: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message} [{self.code}]"


class BadContent(ValueError):
    """A content file cannot be used; `findings` say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Document:
    """A parsed file: its data, its text and the line of every value."""

    path: str
    source: str
    data: dict[str, Any]
    lines: Mapping[Place, int] = field(repr=False)

    def line(self, place: Sequence[str | int]) -> int:
        """The line of a value, or of the nearest thing around it."""
        here = tuple(place)
        while here and here not in self.lines:
            here = here[:-1]
        return self.lines.get(here, 1)

    def finding(
        self, place: Sequence[str | int], code: str, message: str, severity: str = "error"
    ) -> Finding:
        return Finding(self.path, self.line(place), code, message, severity)


def _scalar(node: yaml.ScalarNode, name: str | int | None) -> str | int | float | None:
    value = str(node.value)
    plain = node.style not in ('"', "'", "|", ">")
    if plain and value in ("", "~", "null"):
        return None
    if name in _NUMBER_FIELDS and plain and (found := _NUMBER.fullmatch(value)):
        return float(value) if found[2] else int(value)
    return value


def _build(
    node: yaml.Node,
    place: Place,
    lines: dict[Place, int],
    findings: list[Finding],
    path: str,
) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                findings.append(
                    Finding(path, key_node.start_mark.line + 1, "yaml", "a name must be a word")
                )
                continue
            key = str(key_node.value)
            if key in mapping:
                line = key_node.start_mark.line + 1
                findings.append(Finding(path, line, "yaml", f"“{key}” is given twice"))
            mapping[key] = _build(value_node, (*place, key), lines, findings, path)
            lines[(*place, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(child, (*place, position), lines, findings, path)
            for position, child in enumerate(node.value)
        ]
    assert isinstance(node, yaml.ScalarNode)
    names = [part for part in place if isinstance(part, str)]
    return _scalar(node, names[-1] if names else None)


def parse(source: str, path: str) -> Document:
    """The document in a file's text. Raises BadContent for anything that is not one mapping."""
    if len(source) > 200_000:
        raise BadContent([Finding(path, 1, "yaml", "a task is shorter than 200,000 characters")])
    try:
        if any(
            isinstance(event, yaml.AliasEvent) for event in yaml.parse(source, yaml.CSafeLoader)
        ):
            raise BadContent([Finding(path, 1, "yaml", "anchors and aliases are not used here")])
        node = yaml.compose(source, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read as YAML"
        line = mark.line + 1 if mark else 1
        raise BadContent([Finding(path, line, "yaml", f"not valid YAML: {problem}")]) from error
    if not isinstance(node, yaml.MappingNode):
        raise BadContent([Finding(path, 1, "yaml", "the file must hold one task as `name: value`")])
    lines: dict[Place, int] = {}
    findings: list[Finding] = []
    data = _build(node, (), lines, findings, path)
    if findings:
        raise BadContent(findings)
    return Document(path, source, data, lines)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _deepest(error: ValidationError) -> ValidationError:
    """The most telling of the errors that a combined rule hides."""
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.message))
    return error


def _said(error: ValidationError) -> str:
    if error.validator in ("unevaluatedProperties", "additionalProperties"):
        names = re.findall(r"'([^']+)'", error.message.split("(")[-1])
        return f"unknown field: {', '.join(names) or error.message}"
    if error.validator == "required":
        return f"missing field: {error.message.split(chr(39))[1]}"
    if error.validator == "enum":
        values = ", ".join(map(str, error.validator_value))
        return f"{error.instance!r} is not one of: {values}"
    if error.validator == "oneOf" and error.absolute_path and "stimulus" in error.absolute_path:
        return (
            "a block holds exactly one of heading, paragraph, sign, list, rows, fields, message,"
            " email, picture"
        )
    if error.validator == "oneOf":
        return "give either text, or picture with alt"
    message = error.message
    return message if len(message) < 200 else f"…{message[-200:]}"


def schema_findings(document: Document) -> list[Finding]:
    """What the published JSON Schema has against the document."""
    found: dict[tuple[Place, str], Finding] = {}
    errors = list(_validator().iter_errors(document.data))
    # A field is "unevaluated" also when a rule about its neighbour failed: that says nothing new.
    telling = [error for error in errors if error.validator != "unevaluatedProperties"]
    for error in telling or errors:
        inner = _deepest(error) if error.validator not in ("oneOf", "anyOf") else error
        place = tuple(inner.absolute_path)
        where = ".".join(str(part) for part in place)
        message = f"{where}: {_said(inner)}" if where else _said(inner)
        found[(place, message)] = document.finding(place, "schema", message)
    return sorted(found.values())


def _repeated(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _id_findings(document: Document) -> Iterator[Finding]:
    data = document.data
    path = Path(document.path)
    if path.stem != data["id"]:
        yield document.finding(("id",), "id", f"the file of {data['id']} is named {path.name}")
    expected = "num-" if data["skill"] == NUMERACY else f"{data['language']}-{data['skill'][0]}-"
    if not data["id"].startswith(expected):
        yield document.finding(("id",), "id", f"the id of such a task begins with {expected}")
    if len(path.parts) >= 3 and path.parts[-3:-1] != (data["language"], data["skill"]):
        folder = f"{data['language']}/{data['skill']}"
        yield document.finding(("id",), "id", f"the file belongs into the folder {folder}")
    ids = [item["id"] for item in data.get("items", ())]
    for position, item_id in enumerate(ids):
        if not item_id.startswith(data["id"] + "-"):
            message = f"the item's id begins with {data['id']}-"
            yield document.finding(("items", position, "id"), "id", message)
    for item_id in _repeated(ids):
        yield document.finding(("items",), "id", f"item {item_id} is there twice")


def _scale_findings(document: Document) -> Iterator[Finding]:
    """Levels of another scale, a language where there is none."""
    data = document.data
    allowed = levels_of(data["skill"])
    placed: list[tuple[Place, str]] = [(("level",), data["level"])]
    placed += [
        (("items", position, "level"), item["level"])
        for position, item in enumerate(data.get("items", ()))
    ]
    for place, level in placed:
        if level not in allowed:
            message = f"{level} is no level of {data['skill']}: {', '.join(allowed)}"
            yield document.finding(place, "level", message)
    if (data["language"], data["skill"]) not in BANKS:
        message = f"{data['skill']} is not measured in “{data['language']}”"
        yield document.finding(("language",), "id", message)


def _names_findings(document: Document, place: Place, entries: list[Any]) -> Iterator[Finding]:
    for name in _repeated([entry["id"] for entry in entries]):
        yield document.finding(place, "id", f"“{name}” is there twice")


def _key_findings(document: Document, place: Place, item: Mapping[str, Any]) -> Iterator[Finding]:
    """Keys that name nothing, places without a key."""

    def finding(part: str, message: str) -> Finding:
        return document.finding((*place, part), "key", message)

    match item["kind"]:
        case "choice" | "multiple":
            yield from _names_findings(document, (*place, "options"), item["options"])
            names = {option["id"] for option in item["options"]}
            key = item["key"] if item["kind"] == "multiple" else [item["key"]]
            for name in sorted(set(key) - names):
                yield finding("key", f"the key “{name}” is not an option")
            if item["kind"] == "multiple" and set(key) == names:
                yield finding("key", "if every option is right there is nothing to choose")
        case "truth":
            wrong = {value for value in TRUTH_VALUES if value != item["key"]}
            for name in sorted(set(item["why"]) - set(TRUTH_VALUES)):
                yield finding("why", f"“{name}” is not one of true, false, not_said")
            for name in sorted(wrong - set(item["why"])):
                yield finding("why", f"say why “{name}” is wrong")
        case "matching":
            yield from _names_findings(document, (*place, "left"), item["left"])
            yield from _names_findings(document, (*place, "right"), item["right"])
            left = {entry["id"] for entry in item["left"]}
            right = {entry["id"] for entry in item["right"]}
            for name in sorted(left ^ set(item["key"])):
                yield finding("key", f"“{name}” is only on one of both sides: left and key")
            for name in sorted(set(item["key"].values()) - right):
                yield finding("key", f"the key “{name}” is not on the right")
        case "ordering":
            yield from _names_findings(document, (*place, "parts"), item["parts"])
            stored = [part["id"] for part in item["parts"]]
            if sorted(stored) != sorted(item["key"]):
                yield finding("key", "the key must hold every part once")
            elif stored == item["key"]:
                yield finding("parts", "the parts stand in the right order already: shuffle them")
        case "inline_choice":
            marked = re.findall(r"\{([^}]*)\}", item["text"])
            if sorted(marked) != sorted(item["gaps"]):
                yield finding("gaps", "the text must mark every gap once, as {1}, {2} …")
            for gap, content in item["gaps"].items():
                if content["key"] not in content["options"]:
                    yield finding("gaps", f"gap {gap}: the key is not an option")
        case "number":
            read = NORMALISERS[item["as"]]
            for answer in (item["answer"], *item.get("accept", ())):
                if read(answer) is None:
                    yield finding("answer", f"“{answer}” cannot be read as a {item['as']}")


def _script_findings(document: Document) -> Iterator[Finding]:
    speakers = document.data["speakers"]
    spoken = set()
    for position, line in enumerate(document.data["script"]):
        if "speaker" in line:
            spoken.add(line["speaker"])
            if line["speaker"] not in speakers:
                message = f"speaker {line['speaker']} has no voice in `speakers`"
                yield document.finding(("script", position), "script", message)
    for name in sorted(set(speakers) - spoken):
        yield document.finding(("speakers", name), "script", f"speaker {name} says nothing")
    if not spoken:
        yield document.finding(("script",), "script", "nobody says anything")


def structure_findings(document: Document) -> list[Finding]:
    """Everything that keeps a document from being used: schema first, then what refers to what."""
    findings = schema_findings(document)
    if findings:
        return findings
    data = document.data
    findings = [*_id_findings(document), *_scale_findings(document)]
    for position, item in enumerate(data.get("items", ())):
        findings.extend(_key_findings(document, ("items", position), item))
    if data["skill"] == "listening":
        findings.extend(_script_findings(document))
    if not findings:
        for position, item in enumerate(data.get("items", ())):
            interaction = interaction_of(item)
            if interaction.mark(interaction.right_answer) != interaction.max_score:
                message = "the key itself would be marked wrong"
                findings.append(document.finding(("items", position), "key", message))
    return sorted(findings)


def checked(source: str, path: str) -> Document:
    """A document that can be used. Raises BadContent with every reason why not."""
    document = parse(source, path)
    findings = structure_findings(document)
    if findings:
        raise BadContent(findings)
    return document


def _without(mapping: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name not in names}


def _item_content(item: Mapping[str, Any]) -> dict[str, Any]:
    content = _without(item, (*ITEM_CLASSIFICATION, *ITEM_EDITORIAL))
    if "options" in content:
        content["options"] = [_without(option, ("why",)) for option in content["options"]]
    if "gaps" in content:
        content["gaps"] = {gap: _without(of, ("why",)) for gap, of in content["gaps"].items()}
    return content


def content_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the person meets and how it is marked; `plays` of a recording made explicit."""
    content = _without(data, (*CLASSIFICATION, *EDITORIAL, "items"))
    if data["skill"] == "listening":
        content["plays"] = data.get("plays", PLAYS.get(data["level"], DEFAULT_PLAYS))
    if "words" in data:  # a writing prompt tells how much to write
        content["words"] = data["words"]
    if "items" in data:
        content["items"] = [_item_content(item) for item in data["items"]]
    return content


def content_digest(data: Mapping[str, Any], recording: str | None = None) -> str:
    """SHA-256, in hexadecimal, of the content and of the digest of its recording.

    Field order and layout of the file make no difference; order inside lists does.
    """
    return value_digest({"content": content_of(data), "recording": recording})
