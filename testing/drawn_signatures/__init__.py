"""A permission signed on a screen: its lines are read, kept encrypted, shown, and deleted."""
