"""Synthetic recordings of listening tasks: script, voices and pauses in, MP3 and its note out.

Finnish is spoken by festival (suopuhe voices), Swedish by espeak-ng, both from Debian. A synthetic
voice is good for practice and pilot use; espeak's Swedish is not Swedish as spoken in Finland, and
every note beside a clip says `synthetic`. A clip is made again only when its script, its speakers
or this module's settings changed.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from items.bank_files import Task, clip_file
from items.canonical import value_digest
from items.sound import (
    NotSound,
    levelled,
    measure,
    read_sound,
    resampled,
    trimmed,
    write_levelled,
)

if TYPE_CHECKING:
    from items.sound import Samples

#: Raised when synthesis would sound different, so that every clip is made again.
SYNTHESIS = "2"
GAP_BETWEEN_TURNS = 0.45
TURN_EDGE = 0.02

# Beginners are spoken to slowly and clearly; from B2 the tempo is that of ordinary speech.
_TEMPO = {"A1": 1.25, "A2": 1.15, "B1": 1.05}
_WORDS_PER_MINUTE = 165

PACKAGES = {
    "festival": "festival festvox-suopuhe-lj festvox-suopuhe-mv",
    "espeak-ng": "espeak-ng",
}


class NoVoice(RuntimeError):
    """This machine lacks the program or voice that a recording needs."""

    def __init__(self, program: str) -> None:
        super().__init__(
            f"{program} cannot speak here: install the Debian packages {PACKAGES[program]}"
        )


@dataclass(frozen=True)
class Voice:
    """One voice of one program; `shift` above 1 is a higher voice, for a second such speaker."""

    program: str
    name: str
    shift: float = 1.0

    def __str__(self) -> str:
        shift = "" if self.shift == 1 else f" ×{self.shift:g}"
        return f"{self.program} {self.name}{shift}"


_VOICES = {
    ("fi", "female"): (
        Voice("festival", "suo_fi_lj_diphone"),
        Voice("festival", "suo_fi_lj_diphone", 0.91),
        Voice("festival", "suo_fi_lj_diphone", 1.1),
    ),
    ("fi", "male"): (
        Voice("festival", "hy_fi_mv_diphone"),
        Voice("festival", "hy_fi_mv_diphone", 0.9),
        Voice("festival", "hy_fi_mv_diphone", 1.1),
    ),
    ("sv", "female"): (
        Voice("espeak-ng", "sv+f2"),
        Voice("espeak-ng", "sv+f5"),
        Voice("espeak-ng", "sv+f4"),
    ),
    ("sv", "male"): (
        Voice("espeak-ng", "sv+m3"),
        Voice("espeak-ng", "sv+m7"),
        Voice("espeak-ng", "sv+m1"),
    ),
}


def voices_of(task: Task) -> dict[str, Voice]:
    """A voice for every speaker, a different one for each of the same kind."""
    taken: dict[str, int] = {}
    voices = {}
    for speaker, kind in task.speakers.items():
        choices = _VOICES[(task.language, kind)]
        voices[speaker] = choices[taken.get(kind, 0) % len(choices)]
        taken[kind] = taken.get(kind, 0) + 1
    return voices


def script_digest(speakers: Mapping[str, str], script: list[dict[str, Any]]) -> str:
    """SHA-256 of what is spoken by whom: a recording belongs to one script."""
    return value_digest({"speakers": dict(speakers), "script": script})


def digest_of_script(task: Task) -> str:
    """The digest of a task's own script."""
    return script_digest(task.data["speakers"], task.data["script"])


def tempo_of(task: Task) -> float:
    """How much longer than ordinary speech the task's level is spoken."""
    return _TEMPO.get(task.level[:2], 1.0)


_SPOKEN = {
    "fi": {r"\bklo\b\.?": "kello", "€": " euroa", "°C?": " astetta", r"\bym\.": "ynnä muuta"},
    "sv": {r"\bkl\b\.?": "klockan", "€": " euro", "°C?": " grader", r"\bt\.ex\.": "till exempel"},
}


def spoken(text: str, language: str) -> str:
    """The text with signs that a synthesiser misreads written out."""
    for pattern, words in _SPOKEN[language].items():
        text = re.sub(pattern, words, text)
    text = re.sub(r"\s*[–—]\s*", ", ", text)
    return " ".join(re.sub('["”“«»*_]', "", text).replace("…", "...").replace("’", "'").split())


def _run(program: str, arguments: list[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise NoVoice(program)
    # Arguments are our own; texts travel in files.
    done = subprocess.run(  # noqa: S603
        [found, *arguments], capture_output=True, timeout=120, check=False
    )
    if done.returncode:
        raise NoVoice(program)


def _festival(text: str, voice: Voice, tempo: float, folder: Path) -> Path:
    wave, orders = folder / "turn.wav", folder / "turn.scm"
    quoted = text.replace("\\", " ").replace('"', " ")
    orders.write_bytes(
        f"""(voice_{voice.name})
(Parameter.set 'Duration_Stretch {tempo * voice.shift:.3f})
(set! turn (Utterance Text "{quoted}"))
(utt.synth turn)
(utt.save.wave turn "{wave}" 'riff)
""".encode("iso-8859-15", errors="replace")
    )
    _run("festival", ["-b", str(orders)])
    return wave


def _espeak(text: str, voice: Voice, tempo: float, folder: Path) -> Path:
    wave, words = folder / "turn.wav", folder / "turn.txt"
    words.write_text(text, encoding="utf-8")
    rate = round(_WORDS_PER_MINUTE / tempo)
    _run("espeak-ng", ["-v", voice.name, "-s", str(rate), "-w", str(wave), "-f", str(words)])
    return wave


def speak(text: str, voice: Voice, tempo: float) -> "Samples":
    """One turn in one voice: mono, at the bank's rate and loudness, without silence around it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = _festival if voice.program == "festival" else _espeak
        wave = engine(text, voice, tempo, folder)
        try:
            samples, rate, _ = read_sound(wave)
        except NotSound as error:
            raise NoVoice(voice.program) from error
    # Played back faster, a voice is higher; it was spoken as much slower before.
    samples = resampled(samples, round(rate * voice.shift / 50) * 50)
    return levelled(trimmed(samples, edge=TURN_EDGE))


def recorded(task: Task) -> "Samples":
    """The whole script as it will be heard."""
    import numpy as np

    from items.sound import RATE

    voices, tempo = voices_of(task), tempo_of(task)
    parts: list[Samples] = []
    gap = 0.0
    for line in task.script:
        if line.speaker is None:
            gap += line.pause
            continue
        if parts:
            parts.append(np.zeros(round((gap + GAP_BETWEEN_TURNS) * RATE)))
        parts.append(speak(spoken(line.text, task.language), voices[line.speaker], tempo))
        gap = 0.0
    return levelled(trimmed(np.concatenate(parts)))


def made_with(task: Task) -> dict[str, Any]:
    """The settings that a clip's sound depends on beside its script."""
    return {
        "synthesis": SYNTHESIS,
        "tempo": tempo_of(task),
        "voices": {speaker: str(voice) for speaker, voice in voices_of(task).items()},
    }


def is_current(task: Task, folder: Path) -> bool:
    """Whether the task has a clip of just this script.

    A clip that people recorded is current as long as the script is theirs.
    """
    file = clip_file(folder, task.language, task.id)
    note = file.with_suffix(".json")
    if not file.is_file() or not note.is_file():
        return False
    facts = json.loads(note.read_text(encoding="utf-8"))
    if facts.get("script_sha256") != digest_of_script(task):
        return False
    return not facts.get("synthetic") or facts.get("made_with") == made_with(task)


def write_note(
    file: Path, task: Task, *, synthetic: bool, voices: Mapping[str, str], **more: Any
) -> dict[str, Any]:
    """What stands beside a recording: which script, which voices, how long and loud."""
    measured = measure(file)
    facts = {
        "task": task.id,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "script_sha256": digest_of_script(task),
        "seconds": round(measured.seconds, 2),
        "loudness": round(measured.loudness, 1),
        "peak": round(measured.peak, 3),
        "synthetic": synthetic,
        "voices": dict(voices),
        **more,
    }
    note = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    file.with_suffix(".json").write_text(note, encoding="utf-8")
    return facts


def make_clip(task: Task, folder: Path) -> dict[str, Any]:
    """The task's synthetic recording and its note are in the folder; the note.

    Raises NoVoice when this machine cannot speak the language.
    """
    file = clip_file(folder, task.language, task.id)
    write_levelled(recorded(task), file)
    settings = made_with(task)
    return write_note(file, task, synthetic=True, voices=settings["voices"], made_with=settings)
