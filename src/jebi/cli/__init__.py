"""The terminal's door into the office, one verb a file."""
