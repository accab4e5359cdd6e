"""A centre with invented people, so that a newcomer can play every role within minutes."""
