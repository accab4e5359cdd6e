"""The interview: what the person tells before the test, and what becomes of it."""

from testing.interview.background import Background, background_of

__all__ = ["Background", "background_of"]
