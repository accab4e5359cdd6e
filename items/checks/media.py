"""Recordings and pictures: there, of this script, loud enough, not clipped."""

import hashlib
from collections.abc import Iterator

from items.bank_files import BankFiles, Task
from items.content_format import Finding
from items.drawing import NoPicture
from items.pictures import picture_svg, pictures_of
from items.sound import LOUDNESS, LOUDNESS_TOLERANCE, RATE, NotSound, measure
from items.speech import digest_of_script

#: Synthetic turns end in silence of their own; longer than this and a person thinks it is broken.
LONGEST_LEAD = 1.0
#: Words a minute that nobody speaks.
SLOWEST, FASTEST = 30, 240


def _clip_findings(bank: BankFiles, task: Task) -> Iterator[Finding]:
    document = bank.documents[task.id]

    def finding(message: str, severity: str = "error") -> Finding:
        return document.finding(("script",), "recording", message, severity)

    clip = task.clip
    if clip is None:
        yield finding("no recording: `lahtotaso bank voices` makes a synthetic one")
        return
    if clip.script_sha256 != digest_of_script(task):
        yield finding("the recording speaks another script: record it again")
    if hashlib.sha256(clip.file.read_bytes()).hexdigest() != clip.sha256:
        yield finding("the recording is not the one that its note describes")
    try:
        found = measure(clip.file)
    except NotSound:
        yield finding("the recording cannot be read as sound")
        return
    if abs(found.loudness - LOUDNESS) > LOUDNESS_TOLERANCE:
        yield finding(f"loudness {found.loudness:.1f} LUFS, wanted {LOUDNESS:.0f} ± 1")
    if found.clipped:
        yield finding(f"{found.clipped} samples are clipped")
    if found.lead_silence > LONGEST_LEAD:
        yield finding(f"{found.lead_silence:.1f} s of silence before anything is heard")
    if found.channels != 1 or found.rate < RATE:
        yield finding(f"{found.channels} channels at {found.rate} Hz, wanted one at {RATE}")
    pauses = sum(line.pause for line in task.script)
    pace = 60 * task.words / max(found.seconds - pauses, 0.1)
    if not SLOWEST <= pace <= FASTEST:
        yield finding(f"{pace:.0f} words a minute", "warning")


def media_findings(bank: BankFiles) -> Iterator[Finding]:
    """Recordings and pictures that are missing or unfit."""
    for task in bank.tasks:
        if task.script:
            yield from _clip_findings(bank, task)
        for name in pictures_of(task):
            try:
                picture_svg(name, bank.folder)
            except NoPicture as error:
                document = bank.documents[task.id]
                line = next(
                    (
                        number
                        for number, text in enumerate(document.source.splitlines(), start=1)
                        if name in text
                    ),
                    1,
                )
                yield Finding(document.path, line, "picture", str(error))
