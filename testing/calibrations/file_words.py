"""What a reader of files expected, in the words of who sent the file."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from testing.calibrations.reading import FileFault

#: What the readers of the measurement commands say → what the page says, with the same parts.
_SENTENCES: tuple[tuple[str, Any], ...] = (
    (r"expected UTF-8 text", _l("The file is not UTF-8 text. Save it as CSV, UTF-8.")),
    (r"expected a header and rows, found an empty file", _l("The file is empty.")),
    (r"expected at least one row below the header", _l("There is no row below the header.")),
    (
        r"expected a column of this name, found (?P<found>.*)",
        _l("There is no column of this name. The file has: %(found)s."),
    ),
    (r"expected every column name once", _l("The column is there twice.")),
    (r"expected a column name", _l("A column has no name.")),
    (
        r"expected (?P<wanted>\d+) columns as in the header, found (?P<found>\d+)",
        _l("The row has %(found)s cells, the header %(wanted)s."),
    ),
    (r"expected CSV .*", _l("This is not CSV.")),
    (r"expected a value, found a blank", _l("The cell is blank.")),
    (
        r"expected a number with a decimal point, found (?P<found>.*)",
        _l("%(found)s is not a number with a decimal point."),
    ),
    (
        r"expected a whole number, 0 or more, found (?P<found>.*)",
        _l("%(found)s is not a whole number, 0 or more."),
    ),
    (
        r"expected each item once, found (?P<found>\S+) on line (?P<line>\d+) already",
        _l("The item %(found)s stands on line %(line)s already."),
    ),
    (
        r"expected one of (?P<wanted>[\w, ]+), found (?P<found>.*)",
        _l("%(found)s is not a model. Models are %(wanted)s."),
    ),
    (
        r"expected at least one item with parameters|"
        r"expected at least one item with answers behind it",
        _l("No item of the file has parameters and answers behind them."),
    ),
    (
        r"expected parameters of a (?P<model>\w+) item \((?P<why>.*)\), item (?P<item>\S+)",
        _l("These are no parameters of a %(model)s item: %(item)s. (%(why)s)"),
    ),
    (r"expected no blank step before a filled one", _l("A step is blank before a filled one.")),
    (
        r"expected an item with its version, as in \S+, found (?P<found>\S+)",
        _l("%(found)s does not name its version. Items are named as in the answers taken out: "
           "fi-r-017-1@2."),
    ),
    (
        r"expected an item of this bank, found (?P<found>\S+)",
        _l("This bank has no item %(found)s."),
    ),
    (
        r"expected scores up to (?P<wanted>\d+), found (?P<found>\d+)",
        _l("The item gives at most %(wanted)s points, the parameters say %(found)s."),
    ),
    (
        r"expected the standard error of the difficulty, above 0",
        _l("The standard error of the difficulty is missing. Without it nobody knows how sure "
           "the item is."),
    ),
    (
        r"expected the levels (?P<wanted>.+), found (?P<found>.+)",
        _l("The levels must be %(wanted)s. The file has %(found)s."),
    ),
    (r"expected a standard: (?P<why>.+)", _l("These are no boundaries of levels. (%(why)s)")),
    (
        r"expected a standard error of 0 or more|expected a standard error above 0",
        _l("The standard error of a boundary is missing or below 0."),
    ),
)  # fmt: skip
_KNOWN = tuple((re.compile(pattern), words) for pattern, words in _SENTENCES)


def fault(problem: FileFault) -> str:
    """Where the file is wrong, and how."""
    said = problem.expected
    for pattern, words in _KNOWN:
        if found := pattern.fullmatch(problem.expected):
            said = str(words) % found.groupdict()
            break
    where = []
    if problem.line is not None:
        where.append(_("Line %(line)s", line=problem.line))
    if problem.column:
        where.append(_("column %(column)s", column=problem.column))
    return f"{', '.join(where)}: {said}" if where else said
