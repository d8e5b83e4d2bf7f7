CREATE TABLE trip (
    id TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    CONSTRAINT pk_trip PRIMARY KEY (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE place (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    latitude REAL,
    longitude REAL,
    CONSTRAINT ck_place_both CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT ck_place_latitude CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT ck_place_longitude CHECK (longitude BETWEEN -180 AND 180)
) STRICT;
CREATE UNIQUE INDEX ix_place_name ON place (name);

CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    pseudonym TEXT NOT NULL,
    risk TEXT NOT NULL,
    note TEXT NOT NULL,
    consent TEXT NOT NULL,
    consent_text TEXT NOT NULL,
    CONSTRAINT ck_person_risk CHECK (risk IN ('unknown', 'low', 'high', 'mortal')),
    CONSTRAINT ck_person_consent CHECK (consent IN ('unknown', 'given', 'limited', 'refused', 'withdrawn'))
) STRICT;
CREATE UNIQUE INDEX ix_person_pseudonym ON person (pseudonym);

CREATE TABLE tag (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ix_tag_name ON tag (name);

CREATE TABLE collection (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ix_collection_name ON collection (name);

CREATE TABLE claim (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    certainty TEXT NOT NULL,
    author TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT ck_claim_state CHECK (state IN ('open', 'supported', 'contradicted', 'withdrawn')),
    CONSTRAINT ck_claim_certainty CHECK (certainty IN ('confirmed', 'probable', 'possible', 'doubtful'))
) STRICT;

CREATE TABLE member (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    totp BLOB NOT NULL,
    totp_step INTEGER NOT NULL,
    must_change INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT ck_member_role CHECK (role IN ('intake', 'editor', 'clearer', 'publisher', 'researcher', 'admin')),
    CONSTRAINT ck_member_must_change CHECK (must_change IN (0, 1)),
    CONSTRAINT ck_member_disabled CHECK (disabled IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX ix_member_name ON member (name);

CREATE TABLE fixity (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    about TEXT NOT NULL,
    subject TEXT NOT NULL,
    checked_ms INTEGER NOT NULL,
    result TEXT NOT NULL,
    CONSTRAINT ck_fixity_about CHECK (about IN ('clip', 'blob')),
    CONSTRAINT ck_fixity_result CHECK (result IN ('whole', 'damaged', 'missing'))
) STRICT;
CREATE INDEX ix_fixity_result_checked_ms ON fixity (result, checked_ms);
CREATE INDEX ix_fixity_subject_checked_ms ON fixity (subject, checked_ms);

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    made_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    actor TEXT NOT NULL,
    leaf_index INTEGER
) STRICT;
CREATE UNIQUE INDEX ix_outbox_leaf_index ON outbox (leaf_index);
CREATE INDEX ix_outbox_pending ON outbox (id) WHERE leaf_index IS NULL;
CREATE INDEX ix_outbox_subject_id ON outbox (subject, id);

CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL,
    subject TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    most_failures INTEGER NOT NULL,
    deaths INTEGER NOT NULL,
    worker TEXT NOT NULL,
    lease_until_ms INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    unit TEXT NOT NULL,
    reason TEXT NOT NULL,
    why TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms INTEGER,
    CONSTRAINT ck_job_state CHECK (state IN ('waiting', 'running', 'done', 'failed', 'skipped'))
) STRICT;
CREATE UNIQUE INDEX ix_job_task_subject_version ON job (task, subject, version);
CREATE INDEX ix_job_state_id ON job (state, id);
CREATE INDEX ix_job_subject ON job (subject);
CREATE INDEX ix_job_task_state_id ON job (task, state, id);

CREATE TABLE clip (
    id TEXT NOT NULL,
    parcel TEXT NOT NULL,
    number INTEGER NOT NULL,
    trip TEXT,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    why TEXT NOT NULL,
    arrived_ms INTEGER NOT NULL,
    CONSTRAINT pk_clip PRIMARY KEY (id),
    CONSTRAINT ck_clip_kind CHECK (kind IN ('video', 'audio', 'image', 'other', 'unknown')),
    CONSTRAINT ck_clip_state CHECK (state IN ('waiting', 'opened', 'partly', 'refused')),
    CONSTRAINT fk_clip_trip FOREIGN KEY(trip) REFERENCES trip (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_kind_arrived_ms_id ON clip (kind, arrived_ms, id);
CREATE INDEX ix_clip_arrived_ms_id ON clip (arrived_ms, id);
CREATE INDEX ix_clip_trip_arrived_ms_id ON clip (trip, arrived_ms, id);
CREATE INDEX ix_clip_state_arrived_ms_id ON clip (state, arrived_ms, id);
CREATE INDEX ix_clip_sha256 ON clip (sha256);
CREATE UNIQUE INDEX ix_clip_parcel_number ON clip (parcel, number);

CREATE TABLE session (
    id TEXT NOT NULL,
    member INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    language TEXT NOT NULL,
    theme TEXT NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (id),
    CONSTRAINT fk_session_member FOREIGN KEY(member) REFERENCES member (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_session_ends_ms ON session (ends_ms);
CREATE INDEX ix_session_member ON session (member);

CREATE TABLE fact (
    clip TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    tool TEXT NOT NULL,
    actor TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_fact PRIMARY KEY (clip, name, source),
    CONSTRAINT ck_fact_source CHECK (source IN ('measured', 'claimed', 'said')),
    CONSTRAINT ck_fact_tool CHECK ((source = 'said') = (tool = '')),
    CONSTRAINT ck_fact_actor CHECK ((source = 'said') = (actor <> '')),
    CONSTRAINT fk_fact_clip FOREIGN KEY(clip) REFERENCES clip (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE derived (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    clip TEXT NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    tools TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT fk_derived_clip FOREIGN KEY(clip) REFERENCES clip (id)
) STRICT;
CREATE INDEX ix_derived_blob ON derived (blob);
CREATE UNIQUE INDEX ix_derived_clip_kind_number ON derived (clip, kind, number);

CREATE TABLE segment (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    clip TEXT NOT NULL,
    kind TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    origin TEXT NOT NULL,
    author TEXT NOT NULL,
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    checked_by TEXT NOT NULL,
    supersedes INTEGER,
    made_ms INTEGER NOT NULL,
    CONSTRAINT ck_segment_kind CHECK (kind IN ('speech', 'shot', 'screen_text', 'transcript', 'translation', 'note')),
    CONSTRAINT ck_segment_origin CHECK (origin IN ('machine', 'person')),
    CONSTRAINT ck_segment_order CHECK (0 <= start_ms AND start_ms <= end_ms),
    CONSTRAINT ck_segment_author CHECK ((origin = 'machine') = (author = '')),
    CONSTRAINT ck_segment_model CHECK ((origin = 'machine') = (model <> '')),
    CONSTRAINT ck_segment_model_sha256 CHECK (origin = 'machine' OR model_sha256 = ''),
    CONSTRAINT fk_segment_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_segment_supersedes FOREIGN KEY(supersedes) REFERENCES segment (id)
) STRICT;
CREATE UNIQUE INDEX ix_segment_supersedes ON segment (supersedes);
CREATE INDEX ix_segment_clip_kind_start_ms ON segment (clip, kind, start_ms);

CREATE TABLE glance (
    clip TEXT NOT NULL,
    has_speech INTEGER NOT NULL,
    has_text INTEGER NOT NULL,
    most_faces INTEGER NOT NULL,
    CONSTRAINT pk_glance PRIMARY KEY (clip),
    CONSTRAINT ck_glance_has_speech CHECK (has_speech IN (0, 1)),
    CONSTRAINT ck_glance_has_text CHECK (has_text IN (0, 1)),
    CONSTRAINT fk_glance_clip FOREIGN KEY(clip) REFERENCES clip (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE face_count (
    clip TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    CONSTRAINT pk_face_count PRIMARY KEY (clip, start_ms),
    CONSTRAINT fk_face_count_clip FOREIGN KEY(clip) REFERENCES clip (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE clip_place (
    clip TEXT NOT NULL,
    place INTEGER NOT NULL,
    certainty TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_clip_place PRIMARY KEY (clip, place),
    CONSTRAINT ck_clip_place_certainty CHECK (certainty IN ('confirmed', 'probable', 'possible', 'doubtful')),
    CONSTRAINT fk_clip_place_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_clip_place_place FOREIGN KEY(place) REFERENCES place (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_place_place_clip ON clip_place (place, clip);

CREATE TABLE clip_time (
    clip TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    certainty TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_clip_time PRIMARY KEY (clip),
    CONSTRAINT ck_clip_time_certainty CHECK (certainty IN ('confirmed', 'probable', 'possible', 'doubtful')),
    CONSTRAINT ck_clip_time_order CHECK (from_ms <= to_ms),
    CONSTRAINT fk_clip_time_clip FOREIGN KEY(clip) REFERENCES clip (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_time_from_ms_to_ms_clip ON clip_time (from_ms, to_ms, clip);

CREATE TABLE clip_person (
    clip TEXT NOT NULL,
    person INTEGER NOT NULL,
    at_ms INTEGER,
    CONSTRAINT pk_clip_person PRIMARY KEY (clip, person),
    CONSTRAINT fk_clip_person_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_clip_person_person FOREIGN KEY(person) REFERENCES person (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_person_person_clip ON clip_person (person, clip);

CREATE TABLE clip_tag (
    clip TEXT NOT NULL,
    tag INTEGER NOT NULL,
    CONSTRAINT pk_clip_tag PRIMARY KEY (clip, tag),
    CONSTRAINT fk_clip_tag_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_clip_tag_tag FOREIGN KEY(tag) REFERENCES tag (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_tag_tag_clip ON clip_tag (tag, clip);

CREATE TABLE collection_clip (
    clip TEXT NOT NULL,
    collection INTEGER NOT NULL,
    CONSTRAINT pk_collection_clip PRIMARY KEY (clip, collection),
    CONSTRAINT fk_collection_clip_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_collection_clip_collection FOREIGN KEY(collection) REFERENCES collection (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_collection_clip_collection_clip ON collection_clip (collection, clip);

CREATE TABLE claim_clip (
    clip TEXT NOT NULL,
    claim INTEGER NOT NULL,
    stance TEXT NOT NULL,
    CONSTRAINT pk_claim_clip PRIMARY KEY (clip, claim),
    CONSTRAINT ck_claim_clip_stance CHECK (stance IN ('supports', 'contradicts')),
    CONSTRAINT fk_claim_clip_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_claim_clip_claim FOREIGN KEY(claim) REFERENCES claim (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_claim_clip_claim_clip ON claim_clip (claim, clip);
