"""Forms: fields know their label, hint, error sentence, autocomplete and input type."""
