"""Recommendation: rules in use, facts about a person, proposals, and what a human makes of them."""
