"""The speaking interview: a talk that one person holds and others rate."""
