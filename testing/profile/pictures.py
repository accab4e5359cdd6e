"""Pictures of a part as plain numbers: the way through its tasks, and the time that each took."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring import person_fit
from scoring.cefr import REPORTED_LEVELS
from testing import evidence
from testing.models import Presentation

#: Space above and below the levels of a picture, in percent of its height.
_MARGIN = 8.0
#: The time axis ends here, as a multiple of the expected time.
LONGEST = 3.0


@dataclass(frozen=True)
class Step:
    """A task as a point of a picture and a row of the table behind it."""

    public_id: str
    position: int
    topic: str
    level: str
    right: int
    answers: int
    unknown: int
    seconds: int
    expected_seconds: int
    plays: int
    #: Left so quickly that it was hardly read.
    is_rapid: bool
    #: Tried out: it does not count.
    is_pretest: bool
    #: Percent from the start, and from the top.
    x: float
    y: float

    @property
    def share(self) -> float:
        return self.right / self.answers if self.answers else 0.0

    @property
    def time_percent(self) -> float:
        """Time taken, in percent of the longest that the picture shows."""
        return min(self.seconds / self.expected_seconds / LONGEST, 1.0) * 100

    @property
    def expected_percent(self) -> float:
        return 100 / LONGEST


@dataclass(frozen=True)
class Way:
    """The way of one part: its tasks, and the levels that the picture's lines stand for."""

    steps: list[Step]
    #: (level, percent from the top)
    lines: list[tuple[str, float]]

    @property
    def rapid(self) -> int:
        return sum(step.is_rapid for step in self.steps if not step.is_pretest)

    @property
    def slow(self) -> int:
        """Tasks that took more than twice the expected time."""
        return sum(
            step.seconds > 2 * step.expected_seconds
            for step in self.steps
            if not step.is_pretest
        )

    @property
    def tried_out(self) -> int:
        """Tasks that do not count."""
        return sum(step.is_pretest for step in self.steps)


def way_of(
    left: list[Presentation], unknown: dict[int, int], levels: Sequence[str] = REPORTED_LEVELS
) -> Way | None:
    """The tasks of a part in order; `unknown` counts "I don't know" by presentation; `levels` are
    those of the part's scale, the lowest first."""
    if not left:
        return None
    places = [levels.index(one.task_version.level) for one in left]
    lowest, highest = max(min(places) - 1, 0), min(max(places) + 1, len(levels) - 1)

    def height(place: int) -> float:
        share = (highest - place) / max(highest - lowest, 1)
        return round(_MARGIN + share * (100 - 2 * _MARGIN), 2)

    steps = [
        _step(one, unknown.get(one.id, 0), (number + 0.5) / len(left) * 100, height(place))
        for number, (one, place) in enumerate(zip(left, places, strict=True))
    ]
    lines = [(levels[one], height(one)) for one in range(highest, lowest - 1, -1)]
    return Way(steps, lines)


def _step(one: Presentation, unknown: int, x: float, y: float) -> Step:
    version = one.task_version
    seconds = evidence.seconds_of(one)
    scores = one.scores or []
    return Step(
        public_id=one.public_id,
        position=one.position,
        topic=str(version.document.get("topic", "")),
        level=version.level,
        right=sum(bool(score) for score in scores),
        answers=len(scores),
        unknown=unknown,
        seconds=seconds,
        expected_seconds=version.seconds,
        plays=sum(play.started_at is not None for play in one.plays),
        is_rapid=bool(seconds < person_fit.rapid_threshold(np.array([version.seconds]))[0]),
        is_pretest=one.is_pretest,
        x=round(x, 2),
        y=y,
    )
