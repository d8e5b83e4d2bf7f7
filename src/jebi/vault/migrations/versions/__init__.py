"""The steps, oldest first; each with its statements beside it, for SQLite and for PostgreSQL."""
