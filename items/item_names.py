"""Names of items in measurement files: an item of one version of its task.

Answers to a task that was changed since are answers to something else; the number of the version
keeps them apart, in answers that go out as in parameters that come back.
"""

import re

NAME = re.compile(r"(?P<item>[^@\s]+)@(?P<number>[1-9]\d{0,5})")


def versioned(item: str, number: int) -> str:
    """The item as version `number` of its task asks it: `fi-r-017-1@2`."""
    return f"{item}@{number}"


def parted(name: str) -> tuple[str, int] | None:
    """Item and version number of such a name; None where it is none."""
    found = NAME.fullmatch(name)
    return None if found is None else (found["item"], int(found["number"]))
