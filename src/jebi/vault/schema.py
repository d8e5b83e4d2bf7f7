"""The catalogue's tables, the same in SQLite and in PostgreSQL (docs/formats/catalogue.md).

Invariants: what is exact about a clip stands in `clip`; everything that was measured, claimed or said stands apart, with
its source. Times are integer milliseconds since 1970; moments within a clip are milliseconds since its first frame. No
number of a row is ever used twice. What a state may be is checked by the database itself.
It describes rows and moves none: `catalogue` opens and writes them, `migrations` brings older ones here.
"""

from typing import Literal

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text

from jebi.vault.schema_columns import DEGREES
from jebi.vault.schema_columns import clip_column as _clip
from jebi.vault.schema_columns import index as _index
from jebi.vault.schema_columns import integer as _integer
from jebi.vault.schema_columns import keyed as _keyed
from jebi.vault.schema_columns import numbered as _numbered
from jebi.vault.schema_columns import one_of as _one_of
from jebi.vault.schema_columns import words as _text
from jebi.vault.schema_seeing import output_picture

VERSION = "0004"  # of this schema; the name of the newest migration
METADATA = output_picture.metadata  # by way of a table that stands elsewhere, so that it never lacks those

ClipKind = Literal["video", "audio", "image", "other", "unknown"]
ClipState = Literal["waiting", "opened", "partly", "refused"]
Source = Literal["measured", "claimed", "said"]
Certainty = Literal["confirmed", "probable", "possible", "doubtful"]
Risk = Literal["unknown", "low", "high", "mortal"]
Consent = Literal["unknown", "given", "limited", "refused", "withdrawn"]
ClaimState = Literal["open", "supported", "contradicted", "withdrawn"]
Stance = Literal["supports", "contradicts"]
SegmentKind = Literal["speech", "shot", "screen_text", "transcript", "translation", "note"]
Origin = Literal["machine", "person"]
Role = Literal["intake", "editor", "clearer", "publisher", "researcher", "admin"]
FixitySubject = Literal["clip", "blob"]
FixityResult = Literal["whole", "damaged", "missing"]
Verdict = Literal["cleared", "refused"]
JobState = Literal["waiting", "running", "done", "failed", "skipped"]

trip = _keyed("trip", _text("id", key=True), _integer("issued_ms"))

clip = _keyed(
    "clip",
    _text("id", key=True),
    _text("parcel"),
    _integer("number"),
    _text("trip", ForeignKey("trip.id"), optional=True),
    _text("sha256"),
    _integer("size"),
    _text("kind"),
    _text("state"),
    _text("reason"),
    _text("why"),
    _integer("arrived_ms"),
    _one_of("kind", ClipKind),
    _one_of("state", ClipState),
    _index("parcel", "number", unique=True),
    _index("arrived_ms", "id"),
    _index("state", "arrived_ms", "id"),
    _index("kind", "arrived_ms", "id"),
    _index("trip", "arrived_ms", "id"),
    _index("sha256"),
)

# What is not exact. A value is text, whatever it says; `tool` is empty where a person said it, `actor` where a tool did.
fact = _keyed(
    "fact",
    _clip(key=True),
    _text("name", key=True),
    _text("source", key=True),
    _text("value"),
    _text("tool"),
    _text("actor"),
    _integer("made_ms"),
    _one_of("source", Source),
    CheckConstraint("(source = 'said') = (tool = '')", name="tool"),
    CheckConstraint("(source = 'said') = (actor <> '')", name="actor"),
)

derived = _numbered(
    "derived",
    _clip(),
    _text("kind"),
    _integer("number"),
    _text("blob"),
    _integer("size"),
    _text("sha256"),
    _text("tools"),
    _integer("made_ms"),
    _index("clip", "kind", "number", unique=True),
    _index("blob"),
)

segment = _numbered(
    "segment",
    _clip(),
    _text("kind"),
    _integer("start_ms"),
    _integer("end_ms"),
    _text("language"),
    _text("text"),
    _text("origin"),
    _text("author"),
    _text("model"),
    _text("model_sha256"),
    _text("checked_by"),
    _integer("supersedes", ForeignKey("segment.id"), optional=True),
    _integer("made_ms"),
    _one_of("kind", SegmentKind),
    _one_of("origin", Origin),
    CheckConstraint("0 <= start_ms AND start_ms <= end_ms", name="order"),
    CheckConstraint("(origin = 'machine') = (author = '')", name="author"),
    CheckConstraint("(origin = 'machine') = (model <> '')", name="model"),
    CheckConstraint("origin = 'machine' OR model_sha256 = ''", name="model_sha256"),
    _index("clip", "kind", "start_ms"),
    _index("supersedes", unique=True),
)

# What the grid asks of the rows above and below, at a glance: it can be made anew from them, and changes with them.
glance = _keyed(
    "glance",
    _clip(key=True),
    _integer("has_speech"),
    _integer("has_text"),
    _integer("most_faces"),
    CheckConstraint("has_speech IN (0, 1)", name="has_speech"),
    CheckConstraint("has_text IN (0, 1)", name="has_text"),
)

face_count = _keyed(
    "face_count",
    _clip(key=True),
    _integer("start_ms", key=True),
    _integer("count"),
)

place = _numbered(
    "place",
    _text("name"),
    Column("latitude", DEGREES),
    Column("longitude", DEGREES),
    CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both"),
    CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
    CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    _index("name", unique=True),
)

# What a clip has stands here with the clip's own `arrived_ms`, so that a filter's index gives the order of the grid, too.
clip_place = _keyed(
    "clip_place",
    _clip(key=True),
    _integer("place", ForeignKey("place.id"), key=True),
    _text("certainty"),
    _text("author"),
    _text("note"),
    _integer("arrived_ms"),
    _one_of("certainty", Certainty),
    _index("place", "arrived_ms", "clip"),
)

clip_time = _keyed(
    "clip_time",
    _clip(key=True),
    _integer("from_ms"),
    _integer("to_ms"),
    _text("certainty"),
    _text("author"),
    _text("note"),
    _one_of("certainty", Certainty),
    CheckConstraint("from_ms <= to_ms", name="order"),
    _index("from_ms", "to_ms", "clip"),
)

person = _numbered(
    "person",
    _text("pseudonym"),
    _text("risk"),
    _text("note"),
    _text("consent"),
    _text("consent_text"),
    _one_of("risk", Risk),
    _one_of("consent", Consent),
    _index("pseudonym", unique=True),
)

clip_person = _keyed(
    "clip_person",
    _clip(key=True),
    _integer("person", ForeignKey("person.id"), key=True),
    _integer("at_ms", optional=True),
    _integer("arrived_ms"),
    _index("person", "arrived_ms", "clip"),
)

tag = _numbered("tag", _text("name"), _index("name", unique=True))

clip_tag = _keyed(
    "clip_tag",
    _clip(key=True),
    _integer("tag", ForeignKey("tag.id"), key=True),
    _integer("arrived_ms"),
    _index("tag", "arrived_ms", "clip"),
)

collection = _numbered("collection", _text("name"), _integer("made_ms"), _index("name", unique=True))

collection_clip = _keyed(
    "collection_clip",
    _clip(key=True),
    _integer("collection", ForeignKey("collection.id"), key=True),
    _integer("arrived_ms"),
    _index("collection", "arrived_ms", "clip"),
)

claim = _numbered(
    "claim",
    _text("text"),
    _text("state"),
    _text("certainty"),
    _text("author"),
    _integer("made_ms"),
    _one_of("state", ClaimState),
    _one_of("certainty", Certainty),
)

claim_clip = _keyed(
    "claim_clip",
    _clip(key=True),
    _integer("claim", ForeignKey("claim.id"), key=True),
    _text("stance"),
    _one_of("stance", Stance),
    _index("claim", "clip"),
)

member = _numbered(
    "member",
    _text("name"),
    _text("role"),
    _text("password"),
    Column("totp", LargeBinary(), nullable=False),
    _integer("totp_step"),
    _integer("must_change"),
    _integer("disabled"),
    _integer("seen_ms"),
    _integer("made_ms"),
    _one_of("role", Role),
    CheckConstraint("must_change IN (0, 1)", name="must_change"),
    CheckConstraint("disabled IN (0, 1)", name="disabled"),
    _index("name", unique=True),
)

session = _keyed(
    "session",
    _text("id", key=True),
    _integer("member", ForeignKey("member.id")),
    _integer("made_ms"),
    _integer("seen_ms"),
    _integer("ends_ms"),
    _text("language"),
    _text("theme"),
    _index("member"),
    _index("ends_ms"),
)

# What goes out. A cut's plans are kept one beside the other; an output was rendered from one of them and is never altered: another film is
# another output. Blobs are sealed, digests are of what they open to.
cut = _numbered("cut", _text("name"), _integer("made_ms"), _index("name", unique=True))

cut_clip = _keyed(
    "cut_clip",
    _integer("cut", ForeignKey("cut.id"), key=True),
    _clip(key=True),
    _index("clip", "cut"),
)

cut_plan = _numbered(
    "cut_plan",
    _integer("cut", ForeignKey("cut.id")),
    _text("sha256"),
    _text("blob"),
    _integer("size"),
    _text("author"),
    _integer("made_ms"),
    _index("cut", "id"),
    _index("blob"),
)

output = _numbered(
    "output",
    _integer("cut", ForeignKey("cut.id")),
    _integer("cut_plan", ForeignKey("cut_plan.id")),
    _text("sha256"),
    _text("tools"),
    _integer("made_ms"),
    _index("cut", "id"),
    _index("cut_plan"),
)

output_file = _keyed(
    "output_file",
    _integer("output", ForeignKey("output.id"), key=True),
    _text("name", key=True),
    _text("blob"),
    _integer("size"),
    _text("sha256"),
    _index("blob"),
)

report = _numbered(
    "report",
    _integer("output", ForeignKey("output.id")),
    _text("sha256"),
    _integer("passed"),
    _text("blob"),
    _integer("size"),
    _integer("made_ms"),
    CheckConstraint("passed IN (0, 1)", name="passed"),
    _index("output", "id"),
    _index("blob"),
)

signing_key = _numbered(
    "signing_key",
    _integer("member", ForeignKey("member.id")),
    _text("verifier"),
    _integer("made_ms"),
    _integer("revoked_ms", optional=True),
    _index("verifier", unique=True),
    _index("member"),
)

challenge = _keyed(
    "challenge",
    _text("id", key=True),
    _integer("member", ForeignKey("member.id")),
    _integer("report", ForeignKey("report.id")),
    _integer("made_ms"),
    _integer("spent"),
    CheckConstraint("spent IN (0, 1)", name="spent"),
)

# A member's last word on an output. Whether a signature holds is decided from its bytes, the key and the log, never from this row alone.
clearance = _numbered(
    "clearance",
    _integer("output", ForeignKey("output.id")),
    _integer("member", ForeignKey("member.id")),
    _text("verdict"),
    _text("note"),
    _integer("made_ms"),
    _one_of("verdict", Verdict),
    CheckConstraint("(verdict = 'cleared') = (note <> '')", name="note"),
    _index("output", "member", unique=True),
    _index("id", "output", "member", unique=True),
)

# The database itself refuses what one person alone would do: two clearances of this output by different people, and a third who publishes.
released = _numbered(
    "released",
    _integer("output", ForeignKey("output.id")),
    _text("slug"),
    _integer("first"),
    _integer("first_member"),
    _integer("second"),
    _integer("second_member"),
    _integer("publisher", ForeignKey("member.id")),
    _integer("made_ms"),
    _integer("retracted_ms", optional=True),
    _text("why"),
    ForeignKeyConstraint(
        ["first", "output", "first_member"],
        ["clearance.id", "clearance.output", "clearance.member"],
        name="fk_released_first",
    ),
    ForeignKeyConstraint(
        ["second", "output", "second_member"],
        ["clearance.id", "clearance.output", "clearance.member"],
        name="fk_released_second",
    ),
    CheckConstraint("first_member <> second_member", name="two_people"),
    CheckConstraint("publisher NOT IN (first_member, second_member)", name="third"),
    CheckConstraint("(retracted_ms IS NULL) = (why = '')", name="why"),
    _index("output", unique=True),
    _index("slug", unique=True),
)

fixity = _numbered(
    "fixity",
    _text("about"),
    _text("subject"),
    _integer("checked_ms"),
    _text("result"),
    _one_of("about", FixitySubject),
    _one_of("result", FixityResult),
    _index("subject", "checked_ms"),
    _index("result", "checked_ms"),
)

outbox = _numbered(
    "outbox",
    _integer("made_ms"),
    _text("kind"),
    _text("subject"),
    _text("detail"),
    _text("actor"),
    _integer("leaf_index", optional=True),
    _index("leaf_index", unique=True),
    Index(
        "ix_outbox_pending", "id", sqlite_where=text("leaf_index IS NULL"), postgresql_where=text("leaf_index IS NULL")
    ),
    _index("subject", "id"),
)

job = _numbered(
    "job",
    _text("task"),
    _text("subject"),
    _text("version"),
    _text("state"),
    _integer("attempts"),
    _integer("failures"),
    _integer("most_failures"),
    _integer("deaths"),
    _text("worker"),
    _integer("lease_until_ms"),
    _integer("not_before_ms"),
    _integer("done"),
    _integer("total"),
    _text("unit"),
    _text("reason"),
    _text("why"),
    _integer("made_ms"),
    _integer("started_ms", optional=True),
    _integer("ended_ms", optional=True),
    _one_of("state", JobState),
    _index("task", "subject", "version", unique=True),
    _index("task", "state", "id"),
    _index("state", "id"),
    _index("subject"),
)
