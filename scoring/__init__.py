"""The measurement: how able, how sure, what to ask next. Arrays in, frozen results out."""
