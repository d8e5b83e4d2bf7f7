"""The desk's local web UI: pages made at the server, a few small islands, nothing from anywhere else.

Read `table` (who may do what), `shell` and `gate` (what every request must pass), then `app`, which puts it together; the
rest is one file a group of pages. Docs: docs/formats/web.md.
"""
