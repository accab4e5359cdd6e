"""The part of a signed recommendation that an office may read."""

from collections.abc import Mapping
from typing import Any

from testing.recommending.reasons import LEVELS, PURPOSE

#: Rarer outcomes tell more of how the rules look at the person than of what to do.
LEAST_SHARE = 0.05


def part_of(
    recommended: Mapping[str, Any], *, with_levels: bool, with_certainty: bool
) -> dict[str, Any]:
    """What is recommended; what tells levels or how sure they are only where that is permitted.

    Schooling, study skills, age and how the person reads stay at the centre: of them an office
    learns no more than the recommendation itself.
    """
    tells = {LEVELS, PURPOSE} if with_levels else {PURPOSE}
    shown: dict[str, Any] = {
        name: recommended[name] for name in ("outcome", "second", "additions", "provisional")
    }
    shown["rules"] = {"version": recommended["rules"]["version"]}
    # The reasons are those of the rules: they stand only beside what the rules proposed.
    shown["reasons"] = [
        one
        for one in recommended["reasons"]
        if one["tells"] in tells and not recommended["differs"]
    ]
    if with_levels:
        shown["entry"] = _entry(recommended["entry"], with_certainty=with_certainty)
        shown["uneven"] = recommended["uneven"]
        found = recommended["sufficiency"]
        names = ("requirement", "needed", "short", "open", "excused")
        shown["sufficiency"] = found and {name: found[name] for name in names}
    if with_levels and with_certainty:
        shown["differs"] = recommended["differs"]
        if recommended["differs"]:
            shown["difference_reason"] = recommended["difference_reason"]
        else:
            shown["is_sure"] = recommended["is_sure"]
            shown["shares"] = [one for one in recommended["shares"] if one[1] >= LEAST_SHARE]
    return shown


def _entry(entry: Mapping[str, Any] | None, *, with_certainty: bool) -> dict[str, Any] | None:
    """The level to begin at; between which levels it lies is how sure it is."""
    if entry is None:
        return None
    return {
        "level": entry["level"],
        "level_set": entry["level_set"] if with_certainty else [entry["level"]],
    }
