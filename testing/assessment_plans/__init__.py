"""Assessment plans: which parts a person is given, in which order, and why."""
