"""The catalogue's tables of what was seen before a cut was signed; see `schema`.

Invariants: those of `schema`. Rows of these clear nothing.
"""

from typing import Literal

from sqlalchemy import ForeignKey

from jebi.vault.schema_columns import index, integer, keyed, one_of, words

PictureUse = Literal["strip", "first"]

# Pictures of an output, made of its film: pages of the contact strip, and those to look at first. Made anew, they take the place of the earlier ones.
output_picture = keyed(
    "output_picture",
    integer("output", ForeignKey("output.id"), key=True),
    words("use", key=True),
    integer("number", key=True),
    integer("start_ms"),
    integer("end_ms"),
    words("why"),
    words("blob"),
    integer("size"),
    words("sha256"),
    one_of("use", PictureUse),
    index("blob"),
)

# What a member saw and answered before they were asked to sign.
page_seen = keyed(
    "page_seen",
    integer("output", ForeignKey("output.id"), key=True),
    integer("member", ForeignKey("member.id"), key=True),
    integer("page", key=True),
    words("sha256"),
    integer("made_ms"),
)

checklist = keyed(
    "checklist",
    integer("output", ForeignKey("output.id"), key=True),
    integer("member", ForeignKey("member.id"), key=True),
    words("question", key=True),
    words("answer"),
    integer("made_ms"),
)
