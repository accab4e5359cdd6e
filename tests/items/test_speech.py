"""Clips belong to one script, speakers differ, a machine without voices says what to install."""

import json
from pathlib import Path
from typing import Any

import pytest

from items.bank_files import BankFiles, Task, clip_file, read_clip, task_of
from items.content_format import parse
from items.sound import LOUDNESS, levelled, write_mp3
from items.speech import (
    NoVoice,
    digest_of_script,
    is_current,
    make_clip,
    spoken,
    tempo_of,
    voices_of,
    write_note,
)
from tests.items.sample_tasks import LISTENING
from tests.items.test_sound import tone


def listening(**changes: Any) -> Task:
    return task_of(parse(LISTENING, "x").data | changes)


def test_speakers_have_voices_of_their_own() -> None:
    voices = voices_of(listening(speakers={"A": "female", "B": "male", "N": "female"}))
    assert len({str(voice) for voice in voices.values()}) == 3
    assert {voice.program for voice in voices.values()} == {"festival"}
    swedish = voices_of(listening(language="sv", speakers={"A": "female", "B": "female"}))
    assert len(set(swedish.values())) == 2
    assert {voice.program for voice in swedish.values()} == {"espeak-ng"}


def test_beginners_are_spoken_to_more_slowly() -> None:
    tempos = [tempo_of(listening(level=level)) for level in ("A1.1", "A2.1", "B1.1", "B2.1")]
    assert tempos == sorted(tempos, reverse=True)
    assert tempos[-1] == 1


def test_signs_are_written_out_before_they_are_spoken() -> None:
    assert spoken("Tule klo 9 – lippu on 3 €!", "fi") == "Tule kello 9, lippu on 3 euroa!"
    assert spoken("Kl. 9, 3 € …", "sv") == "Kl. 9, 3 euro ..."
    assert spoken("Hon kom kl. 9.", "sv") == "Hon kom klockan 9."


def test_a_clip_belongs_to_one_script(tmp_path: Path) -> None:
    task = listening()
    file = clip_file(tmp_path, "fi", task.id)
    assert not is_current(task, tmp_path)
    write_mp3(levelled(tone(3)), file)
    assert not is_current(task, tmp_path)
    write_note(file, task, synthetic=False, voices={"A": "Lukija"})
    assert is_current(task, tmp_path)
    assert is_current(listening(level="A2.1", seconds=90), tmp_path)
    changed = listening(script=[{"speaker": "A", "text": "Hei!"}, {"speaker": "B", "text": "Hei!"}])
    assert not is_current(changed, tmp_path)

    clip = read_clip(tmp_path, "fi", task.id)
    assert clip is not None
    assert clip.script_sha256 == digest_of_script(task)
    assert clip.loudness == pytest.approx(LOUDNESS, abs=1)
    assert not clip.synthetic
    assert task_of(task.data, clip).digest != task.digest
    assert task_of(task.data, clip).duration == task.seconds + round(clip.seconds * 2)


def test_a_synthetic_clip_is_made_again_when_the_voice_would_differ(tmp_path: Path) -> None:
    task = listening()
    file = clip_file(tmp_path, "fi", task.id)
    write_mp3(levelled(tone(1)), file)
    write_note(file, task, synthetic=True, voices={}, made_with={"synthesis": "0"})
    assert not is_current(task, tmp_path)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_the_same_script_gives_the_same_bytes_or_the_package_that_is_missing(
    tmp_path: Path, language: str
) -> None:
    task = listening(language=language)
    try:
        first = make_clip(task, tmp_path)
    except NoVoice as missing:
        said = str(missing)
    else:
        said = ""
        assert is_current(task, tmp_path)
        assert first["synthetic"] is True
        assert first["seconds"] > 1
        assert first["sha256"] == make_clip(task, tmp_path)["sha256"]
    assert said == "" or "install the Debian packages" in said


def test_a_machine_without_voices_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoVoice, match="festvox-suopuhe-lj"):
        make_clip(listening(), tmp_path)
    with pytest.raises(NoVoice, match="install the Debian packages espeak-ng"):
        make_clip(listening(language="sv"), tmp_path)


def test_shipped_notes_agree_with_their_files(shipped: BankFiles) -> None:
    for task in (*shipped.of("fi", "listening"), *shipped.of("sv", "listening")):
        if task.clip is None:
            continue
        note = json.loads(task.clip.file.with_suffix(".json").read_text(encoding="utf-8"))
        assert note["task"] == task.id
        assert set(note["voices"]) == set(task.speakers)
        assert note["synthetic"] is True
