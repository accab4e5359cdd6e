"""The face of a clock, by itself or as a part of a larger picture."""

import math
import re

from items.drawing import DARK, NAVY, RED, WHITE, NoPicture, circle, label


def _hand(turn: float, length: float, width: float) -> str:
    """A clock hand; `turn` is the share of a full turn."""
    x = 16 + length * math.sin(turn * math.tau)
    y = 16 - length * math.cos(turn * math.tau)
    return (
        f'<path d="M16 16L{x:.2f} {y:.2f}" stroke="{DARK}" stroke-width="{width:g}" '
        'stroke-linecap="round"/>'
    )


def hours_minutes(text: str) -> tuple[int, int]:
    """A time such as 14.30. Raises NoPicture."""
    found = re.fullmatch(r"([0-9]{1,2})\.([0-9]{2})", text)
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        raise NoPicture(f"{text} is not a time such as 14.30")
    return int(found[1]), int(found[2])


def clock_face(text: str) -> str:
    """A face of 32 by 32 with hands and numerals."""
    hours, minutes = hours_minutes(text)
    numerals = "".join(
        label(
            str(hour),
            16 + 9.9 * math.sin(hour / 12 * math.tau),
            17.4 - 9.9 * math.cos(hour / 12 * math.tau),
            3.9,
            DARK,
        )
        for hour in range(1, 13)
    )
    hands = _hand((hours % 12 + minutes / 60) / 12, 5.6, 2) + _hand(minutes / 60, 8, 1.3)
    face = circle(16, 16, 15, NAVY) + circle(16, 16, 13, WHITE)
    return face + numerals + hands + circle(16, 16, 1.4, RED)
