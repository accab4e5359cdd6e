"""Pictures of what a person wrote by hand: checked, kept encrypted, shown to those who judge it."""
