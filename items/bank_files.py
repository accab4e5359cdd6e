"""The bank as files: a folder of content becomes frozen tasks.

content/<language>/<skill>/<id>.yaml        one task, writing prompt or speaking set each
content/media/<language>/<id>.mp3           its recording
content/media/<language>/<id>.json          what the recording is: digest, voices, loudness
content/pictures/<name>.svg                 vendored pictures, with their licence
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from items.content_format import (
    BANKS,
    DEFAULT_PLAYS,
    PLAYS,
    BadContent,
    Document,
    Finding,
    checked,
    content_digest,
    content_of,
)
from items.interactions import Interaction, interaction_of

CONTENT = Path(__file__).parent / "content"
_WORD = re.compile(r"\w+(?:[-'’:.,/]\w+)*")


def count_words(text: str) -> int:
    """How many words and numbers a text has; 14.30 and A-talo are one each."""
    return len(_WORD.findall(text))


@dataclass(frozen=True)
class Clip:
    """A recording of a listening task."""

    file: Path
    sha256: str
    script_sha256: str
    """Digest of the script that was spoken: another script needs another recording."""
    seconds: float
    loudness: float
    """Integrated loudness in LUFS."""
    peak: float
    """Sample peak, 1 is full scale."""
    synthetic: bool
    voices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """One block of a stimulus."""

    kind: str
    """heading, paragraph, sign, list, rows, fields, message, email or picture."""
    value: Any
    columns: tuple[str, ...] = ()
    alt: str | None = None

    def texts(self) -> Iterator[str]:
        """Everything in the block that is read, piece by piece."""
        if self.kind == "picture":
            return
        yield from self.columns
        yield from _texts_in(self.value)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    else:
        for inner in value:
            yield from _texts_in(inner)


@dataclass(frozen=True)
class Line:
    """One turn of a script, or a pause in it."""

    speaker: str | None
    text: str
    pause: float


@dataclass(frozen=True)
class Item:
    """One scored question of a task."""

    id: str
    kind: str
    level: str
    instruction: str
    data: Mapping[str, Any]
    """All fields as in the file; what templates show."""

    @cached_property
    def interaction(self) -> Interaction:
        return interaction_of(self.data)

    @property
    def prompt(self) -> str:
        return str(self.data.get("prompt", ""))

    @property
    def options(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.data.get("options", ()))


@dataclass(frozen=True)
class Task:
    """A task, a writing prompt or a speaking set as its file says it."""

    id: str
    language: str
    skill: str
    level: str
    area: str
    text_type: str
    topic: str
    author: str
    seconds: int
    enemies: tuple[str, ...]
    stimulus: tuple[Block, ...]
    speakers: Mapping[str, str]
    script: tuple[Line, ...]
    plays: int
    items: tuple[Item, ...]
    clip: Clip | None
    data: Mapping[str, Any]
    """All fields as in the file."""

    @cached_property
    def digest(self) -> str:
        """What identifies the version: content and recording."""
        return content_digest(self.data, self.clip.sha256 if self.clip else None)

    @cached_property
    def content(self) -> dict[str, Any]:
        """What the person meets and how it is marked."""
        return content_of(self.data)

    @property
    def measured(self) -> bool:
        """Whether items are marked by rule; writing and speaking are rated by people."""
        return bool(self.items)

    @cached_property
    def stimulus_text(self) -> str:
        return "\n".join(text for block in self.stimulus for text in block.texts())

    @cached_property
    def script_text(self) -> str:
        return "\n".join(line.text for line in self.script if line.text)

    @property
    def words(self) -> int:
        """Words that are read (reading) or heard (listening) before the questions."""
        return count_words(self.script_text if self.script else self.stimulus_text)

    @property
    def duration(self) -> int:
        """Expected seconds at the task: working time and every play of the recording."""
        heard = self.clip.seconds * self.plays if self.clip else 0.0
        return self.seconds + round(heard)


_BLOCKS = (
    *("heading", "paragraph", "sign", "list", "rows"),
    *("fields", "message", "email", "picture"),
)


def _block(data: Mapping[str, Any]) -> Block:
    kind = next(name for name in _BLOCKS if name in data)
    return Block(kind, data[kind], tuple(data.get("columns", ())), data.get("alt"))


def _line(data: Mapping[str, Any]) -> Line:
    return Line(data.get("speaker"), data.get("text", ""), float(data.get("pause", 0)))


def _item(data: Mapping[str, Any]) -> Item:
    return Item(data["id"], data["kind"], data["level"], data["instruction"], data)


def task_of(data: Mapping[str, Any], clip: Clip | None = None) -> Task:
    """The task in a checked document's data, or in what the database kept of it."""
    return Task(
        id=data["id"],
        language=data["language"],
        skill=data["skill"],
        level=data["level"],
        area=data["area"],
        text_type=data.get("text_type", ""),
        topic=data.get("topic", ""),
        author=data["author"],
        seconds=int(data.get("seconds", 60 * data.get("minutes", 0))),
        enemies=tuple(data.get("enemies", ())),
        stimulus=tuple(_block(block) for block in data.get("stimulus", ())),
        speakers=data.get("speakers", {}),
        script=tuple(_line(line) for line in data.get("script", ())),
        plays=int(data.get("plays", PLAYS.get(data["level"], DEFAULT_PLAYS))),
        items=tuple(_item(item) for item in data.get("items", ())),
        clip=clip,
        data=data,
    )


def clip_file(folder: Path, language: str, task_id: str) -> Path:
    """Where the recording of a task lies."""
    return folder / "media" / language / f"{task_id}.mp3"


def read_clip(folder: Path, language: str, task_id: str) -> Clip | None:
    """What stands beside a recording; None when there is none."""
    file = clip_file(folder, language, task_id)
    note = file.with_suffix(".json")
    if not file.is_file() or not note.is_file():
        return None
    facts = json.loads(note.read_text(encoding="utf-8"))
    return Clip(
        file=file,
        sha256=facts["sha256"],
        script_sha256=facts["script_sha256"],
        seconds=float(facts["seconds"]),
        loudness=float(facts["loudness"]),
        peak=float(facts["peak"]),
        synthetic=bool(facts["synthetic"]),
        voices=facts.get("voices", {}),
    )


@dataclass(frozen=True)
class BankFiles:
    """A content folder, read."""

    folder: Path
    tasks: tuple[Task, ...]
    documents: Mapping[str, Document]
    """By task id."""
    findings: tuple[Finding, ...]
    """Why other files of the folder could not be used."""

    def of(self, language: str, skill: str) -> tuple[Task, ...]:
        return tuple(
            task for task in self.tasks if (task.language, task.skill) == (language, skill)
        )


def content_files(folder: Path = CONTENT) -> list[Path]:
    """Every task file, in order of language, skill and id."""
    return sorted(
        file
        for language, skill in BANKS
        for file in (folder / language / skill).glob("*.yaml")
    )


def read_folder(folder: Path = CONTENT) -> BankFiles:
    """The folder's usable tasks, and findings for the files that are not usable."""
    tasks: list[Task] = []
    documents: dict[str, Document] = {}
    findings: list[Finding] = []
    for file in content_files(folder):
        path = file.relative_to(folder).as_posix()
        try:
            document = checked(file.read_bytes().decode("utf-8"), path)
        except UnicodeDecodeError:
            findings.append(Finding(path, 1, "yaml", "the file is not UTF-8 text"))
            continue
        except BadContent as error:
            findings.extend(error.findings)
            continue
        data = document.data
        if data["id"] in documents:
            findings.append(document.finding(("id",), "id", f"{data['id']} exists in another file"))
            continue
        documents[data["id"]] = document
        tasks.append(task_of(data, read_clip(folder, data["language"], data["id"])))
    return BankFiles(folder, tuple(tasks), documents, tuple(findings))


def load_folder(folder: Path = CONTENT) -> BankFiles:
    """The folder's tasks. Raises BadContent when any of its files cannot be used."""
    bank = read_folder(folder)
    if bank.findings:
        raise BadContent(bank.findings)
    return bank
