"""New tasks are tried out in live sittings beside those that count (`scoring.seeding`)."""
