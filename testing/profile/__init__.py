"""The whole profile of a person for the assessor: what was found out, and how the day went."""
