"""One text for one value: what is stored, signed and compared has the same digest everywhere."""

import hashlib
import json


def canonical(value: object) -> str:
    """The value as JSON in ASCII: keys in order, no spaces. Order inside lists is kept."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def value_digest(value: object) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()
