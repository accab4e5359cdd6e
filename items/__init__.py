"""The bank: what can be asked and how a raw answer becomes a category."""
