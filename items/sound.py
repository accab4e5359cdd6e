"""Recordings: loudness, trimming, measuring, and the one form in which they are kept.

Mono, 24 kHz, MP3 at about 48 kbit/s, −23 LUFS integrated (EBU R 128), no clipping, short silence at
both ends. numpy, soundfile and pyloudnorm are imported where used: a web worker that only serves
files does not load them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Samples = npt.NDArray[np.float64]

RATE = 24_000
LOUDNESS = -23.0
#: How far from the wanted loudness a recording may be, in LU.
LOUDNESS_TOLERANCE = 1.0
#: Encoding overshoots: this leaves it 1.5 dB, and `write_levelled` looks whether that was enough.
HIGHEST_PEAK = 0.84
HIGHEST_WRITTEN = 0.97
LIMITER_SECONDS = 0.005
#: A sample this near full scale was cut off.
CLIPPED = 0.999
EDGE_SILENCE = 0.15
#: Below this part of the loudest sample is silence when ends are trimmed.
SILENCE = 0.01
SHORTEST_MEASURED = 0.4
# libsndfile maps 0…1 on 160…8 kbit/s at this rate: this is 48.
MP3_COMPRESSION = 0.74


class NotSound(ValueError):
    """A file holds no sound that can be read."""


@dataclass(frozen=True)
class Measured:
    """What a recording is."""

    seconds: float
    rate: int
    channels: int
    loudness: float
    """Integrated loudness in LUFS; −70 when there is nothing to hear."""
    peak: float
    clipped: int
    """Samples at full scale."""
    noise_floor: float
    """Level of the quietest twentieth of windows of 50 ms, dB below full scale."""
    lead_silence: float
    """Seconds before something is heard."""


def resampled(samples: "Samples", rate: int, wanted: int = RATE) -> "Samples":
    """The same sound at another sample rate."""
    import numpy as np
    from scipy.signal import resample_poly

    if rate == wanted:
        return samples
    divisor = int(np.gcd(rate, wanted))
    return np.asarray(resample_poly(samples, wanted // divisor, rate // divisor), dtype=np.float64)


def trimmed(samples: "Samples", rate: int = RATE, edge: float = EDGE_SILENCE) -> "Samples":
    """The sound without silence at its ends but for `edge` seconds of it, faded."""
    import numpy as np

    loud = np.flatnonzero(np.abs(samples) > SILENCE * max(float(np.abs(samples).max()), 1e-9))
    if loud.size == 0:
        return samples[:0]
    kept = samples[loud[0] : loud[-1] + 1]
    silence = np.zeros(round(edge * rate))
    return np.concatenate([silence, kept, silence])


def loudness_of(samples: "Samples", rate: int = RATE) -> float:
    """Integrated loudness in LUFS; −70 for silence. Short sounds are repeated to be measurable."""
    import numpy as np
    import pyloudnorm

    if samples.size == 0 or float(np.abs(samples).max()) < 1e-5:
        return -70.0
    shortest = int(SHORTEST_MEASURED * rate) + 1
    if samples.size < shortest:
        samples = np.tile(samples, shortest // samples.size + 1)
    measured = float(pyloudnorm.Meter(rate).integrated_loudness(samples))
    return max(measured, -70.0)


def limited(samples: "Samples", rate: int = RATE, highest: float = HIGHEST_PEAK) -> "Samples":
    """The sound with its few loudest moments turned down, smoothly, to the highest peak."""
    import numpy as np
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    if samples.size == 0 or float(np.abs(samples).max()) <= highest:
        return samples
    gain = np.minimum(1.0, highest / np.maximum(np.abs(samples), 1e-9))
    width = max(round(LIMITER_SECONDS * rate), 1)
    # The lowest gain of a wide window, smoothed over a narrower one, is never above what is needed.
    return np.asarray(samples * uniform_filter1d(minimum_filter1d(gain, 2 * width + 1), width))


def levelled(
    samples: "Samples",
    rate: int = RATE,
    loudness: float = LOUDNESS,
    highest: float = HIGHEST_PEAK,
) -> "Samples":
    """The sound at the wanted loudness with its peaks limited."""
    gain = 10 ** ((loudness - loudness_of(samples, rate)) / 20)
    return limited(samples * gain, rate, highest)


def extent_of(file: Path) -> tuple[float, int]:
    """Seconds, and values of all channels, as the header tells them. Raises NotSound."""
    import soundfile

    try:
        told = soundfile.info(str(file))
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        raise NotSound(f"{file.name} cannot be read as sound") from error
    return told.frames / told.samplerate, told.frames * told.channels


def read_sound(file: Path) -> tuple["Samples", int, int]:
    """Mono samples, sample rate and number of channels. Raises NotSound."""
    import soundfile

    try:
        samples, rate = soundfile.read(str(file), dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        raise NotSound(f"{file.name} cannot be read as sound") from error
    if samples.shape[0] == 0:
        raise NotSound(f"{file.name} is empty")
    return samples.mean(axis=1), int(rate), int(samples.shape[1])


def write_mp3(samples: "Samples", file: Path, rate: int = RATE) -> None:
    """The sound is in the file, in the form in which the bank keeps it."""
    import soundfile

    options: dict[str, Any] = {
        "format": "MP3",
        "subtype": "MPEG_LAYER_III",
        "bitrate_mode": "CONSTANT",
        "compression_level": MP3_COMPRESSION,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(str(file), samples, rate, **options)


def write_levelled(samples: "Samples", file: Path, rate: int = RATE) -> None:
    """The sound is in the file with the bank's loudness and no clipping, as decoded."""
    loudness, highest = LOUDNESS, HIGHEST_PEAK
    for _ in range(5):
        write_mp3(levelled(samples, rate, loudness, highest), file, rate)
        found = measure(file)
        if abs(found.loudness - LOUDNESS) < 0.2 and found.peak <= HIGHEST_WRITTEN:
            return
        # The encoder takes some loudness away and lets peaks shoot over; both are made up for.
        loudness += LOUDNESS - found.loudness
        if found.peak > HIGHEST_WRITTEN:
            highest *= 0.95 * HIGHEST_WRITTEN / found.peak


def measure(file: Path) -> Measured:
    """What the recording in a file is. Raises NotSound."""
    import numpy as np

    samples, rate, channels = read_sound(file)
    absolute = np.abs(samples)
    peak = float(absolute.max())
    window = max(rate // 20, 1)
    whole = samples[: samples.size // window * window].reshape(-1, window)
    energy = np.sqrt(np.mean(whole**2, axis=1)) if whole.size else np.array([peak])
    quiet = float(np.quantile(energy, 0.05))
    loud = np.flatnonzero(absolute > SILENCE * max(peak, 1e-9))
    return Measured(
        seconds=samples.size / rate,
        rate=rate,
        channels=channels,
        loudness=loudness_of(samples, rate),
        peak=peak,
        clipped=int((absolute >= CLIPPED).sum()),
        noise_floor=float(20 * np.log10(max(quiet, 1e-6))),
        lead_silence=float(loud[0] / rate) if loud.size else samples.size / rate,
    )
