"""The generator of the public site: values of `release/publish` become a folder that any web server, stick or disc can hold.

Read `layout` (which pages there are), `drawing` (how one is drawn), `folder` (how a site replaces the one before it), then
`generator`, which puts them together. Docs: docs/formats/site.md.

Every page is whole without a script and without a network. Style and script lie in the page and are pinned by their digest
in its Content-Security-Policy: digests of files beside it (SRI) are refused by browsers where a page is opened from a folder.
"""
