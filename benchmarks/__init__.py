"""Side-by-side measurements. Never run by the gate; figures go into docs/."""
