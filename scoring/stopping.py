"""When enough has been asked. A sub-level is never a reason: it is almost never certain."""

from dataclasses import dataclass
from enum import StrEnum


class StopReason(StrEnum):
    """Why a part ended, in the order in which the reasons are looked at."""

    FLOOR = "floor"
    MAXIMUM = "maximum"
    BAND_DECIDED = "band_decided"
    PRECISION = "precision"
    NOTHING_HELPS = "nothing_helps"
    NO_TASKS = "no_tasks"


@dataclass(frozen=True)
class StoppingRule:
    """The settings of stopping.

    Parameters
    ----------
    band_probability : float
        A band this probable, doubt about the cuts included, decides.
    precision : float or None
        Posterior sd in logits at which to stop; None never stops for precision.
    least_gain : float
        When no allowed task is expected to lower the entropy of the band by this much (nats),
        nothing helps.
    floor_tasks, floor_items, floor_most_right : int
        Floor exit: at least so many floor tasks with at least so many items answered, and at most
        so many of those items right. floor_tasks = 0 switches it off.
    """

    band_probability: float = 0.8
    precision: float | None = None
    least_gain: float = 0.002
    floor_tasks: int = 3
    floor_items: int = 9
    floor_most_right: int = 4

    def __post_init__(self) -> None:
        if not 0.5 < self.band_probability < 1:
            raise ValueError("band_probability lies between .5 and 1")
        if self.precision is not None and not self.precision > 0:
            raise ValueError("precision is an sd above 0")
        if self.least_gain < 0:
            raise ValueError("least_gain is 0 or more")
        if min(self.floor_tasks, self.floor_items, self.floor_most_right) < 0:
            raise ValueError("floor settings are 0 or more")


@dataclass(frozen=True)
class FloorCount:
    """What has been answered on floor tasks so far."""

    tasks: int
    items: int
    right: int


def at_floor(rule: StoppingRule, floor: FloorCount) -> bool:
    """True when the floor exit applies: A1.1 or below, to be confirmed in an interview."""
    return (
        rule.floor_tasks > 0
        and floor.tasks >= rule.floor_tasks
        and floor.items >= rule.floor_items
        and floor.right <= rule.floor_most_right
    )


def is_near_floor(rule: StoppingRule, floor: FloorCount) -> bool:
    """True when what was answered on floor tasks would, going on like this, end at the floor."""
    return (
        rule.floor_tasks > 0
        and floor.items > 0
        and floor.right * rule.floor_items <= rule.floor_most_right * floor.items
    )


def enough_known(
    rule: StoppingRule, highest_band: float, sd: float
) -> StopReason | None:
    """The reason to stop that lies in the belief itself; the caller sees that minima are met."""
    if highest_band >= rule.band_probability:
        return StopReason.BAND_DECIDED
    if rule.precision is not None and sd <= rule.precision:
        return StopReason.PRECISION
    return None
