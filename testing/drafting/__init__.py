"""Drafts of a centre's own data: made from what is in use, changed, checked, published."""
