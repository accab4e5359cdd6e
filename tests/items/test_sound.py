"""Recordings have one loudness, no clipping and short silence; bad files are named."""

from pathlib import Path

import numpy as np
import pytest

from items.sound import (
    EDGE_SILENCE,
    HIGHEST_PEAK,
    LOUDNESS,
    RATE,
    NotSound,
    levelled,
    limited,
    loudness_of,
    measure,
    resampled,
    trimmed,
    write_levelled,
    write_mp3,
)


def tone(seconds: float, amplitude: float = 0.5, rate: int = RATE) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    envelope = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * time)
    return np.asarray(amplitude * envelope * np.sin(2 * np.pi * 440 * time))


@pytest.mark.parametrize("amplitude", [0.003, 0.1, 0.9])
def test_any_sound_comes_to_the_wanted_loudness(amplitude: float) -> None:
    assert loudness_of(levelled(tone(3, amplitude))) == pytest.approx(LOUDNESS, abs=0.1)


def test_a_very_peaky_sound_is_not_clipped_to_become_louder() -> None:
    sound = tone(3, 0.001)
    sound[1000::6000] = 0.9
    louder = levelled(sound)
    assert np.abs(louder).max() <= HIGHEST_PEAK + 1e-9
    assert loudness_of(louder) < LOUDNESS + 0.1


def test_only_the_loudest_moments_are_turned_down() -> None:
    sound = tone(1, 0.5)
    sound[12_000] = 1.5
    lower = limited(sound)
    assert np.abs(lower).max() <= HIGHEST_PEAK + 1e-9
    assert np.array_equal(lower[:11_000], sound[:11_000])
    assert np.array_equal(lower[13_000:], sound[13_000:])


def test_silence_stays_silence() -> None:
    assert loudness_of(np.zeros(RATE)) == -70
    assert loudness_of(np.zeros(0)) == -70
    assert trimmed(np.zeros(RATE)).size == 0


def test_a_sound_shorter_than_a_measuring_block_can_be_measured() -> None:
    assert loudness_of(tone(0.1)) == pytest.approx(loudness_of(tone(3)), abs=3)


def test_ends_are_trimmed_to_a_short_silence() -> None:
    padded = np.concatenate([np.zeros(RATE), tone(1), np.zeros(2 * RATE)])
    assert trimmed(padded).size / RATE == pytest.approx(1 + 2 * EDGE_SILENCE, abs=0.02)


def test_resampling_keeps_length_and_pitch() -> None:
    sound = resampled(tone(1, rate=22050), 22050)
    assert sound.size == pytest.approx(RATE, abs=2)
    spectrum = np.abs(np.fft.rfft(sound[:RATE]))
    assert int(spectrum.argmax()) in range(436, 445)
    assert resampled(sound, RATE) is sound


def test_what_is_written_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "fi" / "a.mp3"
    write_mp3(levelled(trimmed(tone(4))), file)
    found = measure(file)
    assert (found.rate, found.channels, found.clipped) == (RATE, 1, 0)
    assert found.seconds == pytest.approx(4.3, abs=0.15)
    assert found.loudness == pytest.approx(LOUDNESS, abs=1)
    assert found.lead_silence < 0.4
    assert file.stat().st_size / found.seconds == pytest.approx(6000, rel=0.1)


def test_what_is_written_is_neither_too_low_nor_clipped_after_encoding(tmp_path: Path) -> None:
    sound = tone(4, 0.05)
    sound[500::9000] += 0.9 * np.sign(np.sin(np.arange(sound[500::9000].size) + 1))
    file = tmp_path / "a.mp3"
    write_levelled(sound, file)
    found = measure(file)
    assert found.peak < 0.999
    assert found.clipped == 0


def test_a_clipped_recording_is_seen(tmp_path: Path) -> None:
    import soundfile

    file = tmp_path / "a.wav"
    soundfile.write(str(file), np.clip(tone(1, 3.0), -1, 1), RATE)
    assert measure(file).clipped > 100


@pytest.mark.parametrize("content", [b"", b"ID3 not really", b"\x00" * 5000])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.mp3"
    file.write_bytes(content)
    with pytest.raises(NotSound, match=r"a\.mp3"):
        measure(file)
