"""What a picture, a number or an expression is worth, worked out anew from what is shown.

Everything is a fraction: euros, minutes (a time), degrees, shares of one. So that a key can be
proved without trusting who wrote it.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from items.number_pictures import amounts

HALF_DAY = 720
_UNITS = r"°C|km/h|€/h|€/kg|€/kk|€|m²|cm|km|kg|dl|ml|min|h|g|m|l|c"
_TOKEN = re.compile(
    rf"\s*(?:(?P<time>[0-9]{{1,2}}\.[0-9]{{2}})|(?P<number>[0-9]+(?:,[0-9]+)?)|(?P<glyph>[½¼¾])"
    rf"|(?P<op>[-+−×:/()=])|(?P<percent>%)|(?P<unit>{_UNITS}))"
)
#: Units of one kind are brought to one: metres, kilograms, litres, euros, minutes.
_SCALES = {
    **{"cm": Fraction(1, 100), "km": Fraction(1000), "g": Fraction(1, 1000)},
    **{"dl": Fraction(1, 10), "ml": Fraction(1, 1000), "c": Fraction(1, 100), "h": Fraction(60)},
}
_GLYPHS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}


class NoValue(ValueError):
    """Nothing can be worked out of this."""


def _tokens(text: str) -> list[tuple[str, Fraction]]:
    found: list[tuple[str, Fraction]] = []
    place, after_unit = 0, False
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise NoValue(text)
        place = match.end()
        if match["number"] and after_unit:  # 1 h 30 min
            found.append(("+", Fraction(0)))
        after_unit = False
        if match["time"]:
            hours, minutes = match["time"].split(".")
            found.append(("number", Fraction(60 * int(hours) + int(minutes))))
        elif match["number"]:
            found.append(("number", Fraction(match["number"].replace(",", "."))))
        elif match["glyph"]:
            own = _GLYPHS[match["glyph"]]
            if found and found[-1][0] == "number":  # 1½
                found[-1] = ("number", found[-1][1] + own)
            else:
                found.append(("number", own))
        elif match["percent"]:
            if not found or found[-1][0] != "number":
                raise NoValue(text)
            found[-1] = ("number", found[-1][1] / 100)
        elif match["unit"]:
            if found and found[-1][0] == "number" and match["unit"] in _SCALES:
                found[-1] = ("number", found[-1][1] * _SCALES[match["unit"]])
            after_unit = True
            continue
        elif match["op"]:
            found.append((match["op"].replace("−", "-"), Fraction(0)))
    return found


def worth(text: str) -> Fraction:
    """The value of an expression: + − × : and brackets. Raises NoValue."""
    tokens = _tokens(text)
    value, rest = _sum(tokens, 0)
    if rest != len(tokens):
        raise NoValue(text)
    return value


def _sum(tokens: list[tuple[str, Fraction]], at: int) -> tuple[Fraction, int]:
    value, at = _product(tokens, at)
    while at < len(tokens) and tokens[at][0] in ("+", "-"):
        other, after = _product(tokens, at + 1)
        value, at = (value + other if tokens[at][0] == "+" else value - other), after
    return value, at


def _product(tokens: list[tuple[str, Fraction]], at: int) -> tuple[Fraction, int]:
    value, at = _one(tokens, at)
    while at < len(tokens) and tokens[at][0] in ("×", ":", "/"):
        other, after = _one(tokens, at + 1)
        if tokens[at][0] != "×" and other == 0:
            raise NoValue("divided by 0")
        value, at = (value * other if tokens[at][0] == "×" else value / other), after
    return value, at


def _one(tokens: list[tuple[str, Fraction]], at: int) -> tuple[Fraction, int]:
    if at >= len(tokens):
        raise NoValue("it ends too early")
    kind, value = tokens[at]
    if kind == "number":
        return value, at + 1
    if kind == "-":
        value, at = _one(tokens, at + 1)
        return -value, at
    if kind == "(":
        value, at = _sum(tokens, at + 1)
        if at < len(tokens) and tokens[at][0] == ")":
            return value, at + 1
    raise NoValue("a number is missing")


def holds(equation: str, answer: str) -> bool:
    """Whether an equation with one ? is true with the answer in its place. Raises NoValue."""
    left, eq, right = equation.replace("?", f"({answer})").partition("=")
    if not eq or equation.count("?") != 1:
        raise NoValue(equation)
    return worth(left) == worth(right)


def is_regular(row: str, answer: str) -> bool:
    """Whether a row of numbers, with the answer for its ?, grows by one rule: by the same step, by
    the same factor, or by steps that grow by the same."""
    numbers = [worth(answer if cell == "?" else cell) for cell in row.split("|")]
    steps = [b - a for a, b in pairwise(numbers)]
    growth = [b - a for a, b in pairwise(steps)]
    if len(set(steps)) == 1 or (len(growth) > 1 and len(set(growth)) == 1):
        return True
    if 0 in numbers:
        return False
    return len({b / a for a, b in pairwise(numbers)}) == 1


def of_picture(name: str) -> Fraction:
    """What a drawn picture shows. Raises NoValue where it shows more than one thing."""
    kind, _, told = name.partition(":")
    fields = told.split(";")
    match kind:
        case "dots" | "number" | "price" | "thermometer":
            return worth(told)
        case "things":
            kept, _, gone = told.partition("*")[2].partition("-")
            return Fraction(int(kept) - int(gone or 0))
        case "coins":
            return Fraction(sum(amounts(told)), 100)
        case "clock" | "digital":
            return worth(told) % HALF_DAY
        case "clocks":
            begin, end = told.split("|")
            return (worth(end) - worth(begin)) % HALF_DAY
        case "share":
            return Fraction(int(fields[0]), int(fields[1]))
        case "squares":
            return Fraction(int(fields[0]), int(fields[1]) * int(fields[2]))
        case "line":
            return worth(fields[3])
        case "jug":
            return worth(f"{fields[0]} {fields[3]}")
        case "ruler":
            return worth(f"{fields[1]} cm") - worth(f"{fields[0]} cm")
        case "calendar":
            return Fraction(int(re.findall(r"\?([0-9]+)", fields[2])[0]))
        case "cards" if "|" not in told:
            return _of_card(told)
        case _:
            raise NoValue(name)


def _of_card(card: str) -> Fraction:
    """A price for an amount, or one number."""
    lines = [line for line in card.split(";") if not line.startswith("@")]
    price = [line for line in lines if "€" in line]
    amount = [line for line in lines if "€" not in line]
    if len(price) == 1 and len(amount) == 1:
        return worth(price[0]) / worth(amount[0])
    if len(lines) == 1:
        return worth(lines[0])
    raise NoValue(card)


def prices(name: str) -> list[Fraction]:
    """The prices on the cards of a picture."""
    kind, _, told = name.partition(":")
    if kind != "cards":
        raise NoValue(name)
    return [worth(line) for card in told.split("|") for line in card.split(";") if "€" in line]


def of_shown(one: Mapping[str, Any]) -> Fraction:
    """What an option or a piece is worth: its picture, or its number. Raises NoValue."""
    if "picture" in one:
        return of_picture(one["picture"])
    value = worth(one["text"])
    return value % HALF_DAY if one.get("as") == "time" else value


def numerals(text: str) -> set[Fraction]:
    """Every number that is written somewhere."""
    found = {Fraction(one.replace(",", ".")) for one in re.findall(r"[0-9]+(?:,[0-9]+)?", text)}
    for hours, minutes in re.findall(r"([0-9]{1,2})\.([0-9]{2})", text):
        found.add(Fraction(60 * int(hours) + int(minutes)))
    return found | {_GLYPHS[glyph] for glyph in re.findall("[½¼¾]", text)}
