"""Recordings that people send: read, checked, brought into the one form in which sound is kept."""

import shutil
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from items.sound import (
    CLIPPED,
    RATE,
    NotSound,
    extent_of,
    loudness_of,
    read_sound,
    resampled,
    trimmed,
    write_levelled,
)

if TYPE_CHECKING:
    from items.sound import Samples

SHORTEST_SECONDS = 0.5
LONGEST_SECONDS = 60.0
#: A speaking interview.
SHORTEST_TALK_SECONDS = 5.0
LONGEST_TALK_SECONDS = 900.0
#: Below this nobody speaks near the microphone, in LUFS.
TOO_QUIET = -45.0
#: More of the samples at full scale than this sounds broken.
TOO_CLIPPED = 0.001
DECODE_SECONDS = 30
#: Two channels of 48,000 samples: a small file can unpack to far more than fits in memory.
MOST_VALUES_PER_SECOND = 2 * 48_000


class Fault(StrEnum):
    """Why a recording is not kept."""

    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_QUIET = "too_quiet"
    CLIPPED = "clipped"


class BadRecording(ValueError):
    """The recording cannot be used; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def prepare(sent: Path, target: Path) -> float:
    """`target` is an MP3 at the usual loudness, without silence at its ends; returns its seconds.

    :raise BadRecording: it holds no sound, or none that a listener would understand.
    """
    samples, rate = _read(sent)
    seconds = samples.size / rate
    if seconds > LONGEST_SECONDS:
        raise BadRecording(Fault.TOO_LONG)
    if seconds < SHORTEST_SECONDS:
        raise BadRecording(Fault.TOO_SHORT)
    if loudness_of(samples, rate) < TOO_QUIET:
        raise BadRecording(Fault.TOO_QUIET)
    if (abs(samples) >= CLIPPED).mean() > TOO_CLIPPED:
        raise BadRecording(Fault.CLIPPED)
    kept = trimmed(resampled(samples, rate))
    write_levelled(kept, target)
    return float(kept.size / RATE)


def prepare_talk(sent: Path, target: Path) -> float:
    """`target` is an MP3 at the usual loudness of all that was said; returns its seconds.

    A talk cannot be held again for a loud moment: only what nobody could understand is refused.

    :raise BadRecording: it holds no sound, too little of it, or nobody near the microphone.
    """
    samples, rate = _read(sent, LONGEST_TALK_SECONDS)
    if samples.size / rate < SHORTEST_TALK_SECONDS:
        raise BadRecording(Fault.TOO_SHORT)
    if loudness_of(samples, rate) < TOO_QUIET:
        raise BadRecording(Fault.TOO_QUIET)
    write_levelled(resampled(samples, rate), target)
    return float(samples.size / rate)


def _read(sent: Path, most_seconds: float = LONGEST_SECONDS) -> "tuple[Samples, int]":
    """WAV, FLAC, Ogg and MP3 directly; what else browsers record by ffmpeg, if it is installed."""
    try:
        seconds, values = extent_of(sent)
        # Before anything is unpacked; a second more is what an encoder may add.
        most = most_seconds + 1
        if seconds > most or values > most * MOST_VALUES_PER_SECOND:
            raise BadRecording(Fault.TOO_LONG)
        samples, rate, _channels = read_sound(sent)
    except NotSound:
        program = shutil.which("ffmpeg")
        if program is None:
            raise BadRecording(Fault.UNREADABLE) from None
    else:
        return samples, rate
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "decoded.wav"
        # Only these containers, from this file: a playlist could name files and addresses.
        command = [
            program, "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file",
            "-format_whitelist", "matroska,webm,mov,mp4,ogg", "-i", str(sent.resolve()),
            "-t", str(most_seconds + 1), "-vn", "-ac", "1", str(wave),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=DECODE_SECONDS)  # noqa: S603
            samples, rate, _channels = read_sound(wave)
        except (subprocess.SubprocessError, OSError, NotSound):
            raise BadRecording(Fault.UNREADABLE) from None
    return samples, rate
