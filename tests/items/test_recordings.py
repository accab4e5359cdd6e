"""A recording by people is inspected, kept in the bank's form, and becomes a new version."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from sqlalchemy.orm import Session

from items.bank import import_bank
from items.bank_files import load_folder, task_of
from items.content_format import parse
from items.lifecycle import set_status
from items.models import Status
from items.recordings import (
    Fault,
    RecordingRefused,
    add_recording,
    approve,
    faults_of,
    keep_recording,
    same_words,
)
from items.sound import LOUDNESS, measure
from tests.items.sample_tasks import LISTENING
from tests.items.test_bank import LATER, NOW, content, db, version_of
from tests.items.test_sound import tone

__all__ = ["content", "db"]
TASK = task_of(parse(LISTENING, "x").data)
SCRIPT = "Hei, mihin aikaan kauppa aukeaa? Kello yhdeksän"
RATE = 44_100


def speech(seconds: float = 5.0, amplitude: float = 0.3, noise: float = 0.0) -> np.ndarray:
    """Something like speech: bursts of sound and pauses between them."""
    time = np.arange(round(seconds * RATE)) / RATE
    bursts = (np.sin(2 * np.pi * 1.5 * time) > -0.3).astype(float)
    hiss = noise * np.random.default_rng(1).standard_normal(time.size)
    return np.asarray(tone(seconds, amplitude, RATE) * bursts + hiss)


def saved(folder: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    file = folder / "take.wav"
    soundfile.write(str(file), samples, rate)
    return file


def test_a_good_take_is_kept_in_the_banks_form(tmp_path: Path) -> None:
    stereo = np.column_stack([speech(), speech()])
    kept = keep_recording(saved(tmp_path, stereo), TASK, SCRIPT, tmp_path / "media")
    found = measure(tmp_path / "media" / kept.path)
    assert found.loudness == pytest.approx(LOUDNESS, abs=0.3)
    assert (found.channels, found.clipped) == (1, 0)
    assert [file.name for file in (tmp_path / "media").iterdir()] == ["audio"]


@pytest.mark.parametrize(
    ("samples", "rate", "fault"),
    [
        (speech(0.5), RATE, Fault.TOO_SHORT),
        (speech(60), RATE, Fault.TOO_LONG),
        (speech(amplitude=0.001), RATE, Fault.TOO_QUIET),
        (np.clip(speech(amplitude=3), -1, 1), RATE, Fault.CLIPPED),
        (speech(noise=0.05), RATE, Fault.NOISY),
        (speech()[::5], RATE // 5, Fault.LOW_RATE),
        (np.concatenate([np.zeros(4 * RATE), speech()]), RATE, Fault.LATE_START),
    ],
)
def test_each_fault_is_named(tmp_path: Path, samples: np.ndarray, rate: int, fault: Fault) -> None:
    assert fault in faults_of(saved(tmp_path, samples, rate), TASK, SCRIPT)


def test_a_good_take_has_no_faults_and_a_broken_file_one(tmp_path: Path) -> None:
    assert faults_of(saved(tmp_path, speech()), TASK, SCRIPT) == ()
    (tmp_path / "take.wav").write_bytes(b"RIFF")
    assert faults_of(tmp_path / "take.wav", TASK, SCRIPT) == (Fault.UNREADABLE,)


def test_the_transcript_must_be_the_script(tmp_path: Path) -> None:
    assert same_words("hei mihin aikaan kauppa AUKEAA... kello yhdeksän", SCRIPT)
    assert not same_words(SCRIPT.replace("yhdeksän", "kymmenen"), SCRIPT)
    with pytest.raises(RecordingRefused, match="other_transcript"):
        keep_recording(saved(tmp_path, speech()), TASK, "Hei!", tmp_path / "media")


def test_a_recording_makes_a_draft_that_later_imports_leave_alone(
    db: Session, content: Path, tmp_path: Path
) -> None:
    import_bank(db, load_folder(content), now=NOW, first_status=Status.PILOT)
    db.commit()
    db.expunge_all()
    first = version_of(db, 1, "fi-l-900")
    kept = keep_recording(saved(tmp_path, speech()), TASK, SCRIPT, tmp_path / "media")
    second = add_recording(db, first, kept, voices={"A": "Lukija", "B": "Toinen"}, now=LATER)
    assert (second.number, second.status, first.status) == (2, Status.DRAFT, Status.PILOT)
    assert second.clip is not None
    assert not second.clip.is_synthetic
    assert second.digest != first.digest
    assert second.seconds == TASK.seconds + round(2 * kept.measured.seconds)
    assert [item.item for item in second.items] == [item.item for item in first.items]
    assert add_recording(db, first, kept, voices={}, now=LATER) is second

    approve(second.clip, by="Kuuntelija", now=LATER)
    set_status(db, second, Status.PILOT, now=LATER)
    report = import_bank(db, load_folder(content), now=LATER)
    assert "fi-l-900" in report.unchanged
    assert (second.status, first.status) == (Status.PILOT, Status.RETIRED)


def test_a_changed_question_keeps_the_recording_and_a_changed_script_loses_it(
    db: Session, content: Path, tmp_path: Path
) -> None:
    import_bank(db, load_folder(content), now=NOW, first_status=Status.PILOT)
    kept = keep_recording(saved(tmp_path, speech()), TASK, SCRIPT, tmp_path / "media")
    second = add_recording(db, version_of(db, 1, "fi-l-900"), kept, voices={}, now=NOW)
    set_status(db, second, Status.PILOT, now=NOW)
    file = content / "fi" / "listening" / "fi-l-900.yaml"
    file.write_text(LISTENING.replace('"8.00"', '"7.00"'), encoding="utf-8")
    import_bank(db, load_folder(content), now=LATER)
    third = version_of(db, 3, "fi-l-900")
    assert third.clip is second.clip
    file.write_text(LISTENING.replace("Kello yhdeksän.", "Se aukeaa yhdeksältä."), encoding="utf-8")
    import_bank(db, load_folder(content), now=LATER)
    assert version_of(db, 4, "fi-l-900").clip is None
