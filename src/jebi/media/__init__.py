"""Looks at what came: all footage is decoded here, in a jail. An edge: it imports `errors` and plain types only."""
