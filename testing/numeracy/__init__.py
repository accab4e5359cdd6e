"""Numeracy: decided and signed like a skill, on levels of its own, never a level of a language."""
