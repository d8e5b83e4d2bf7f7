ALTER TABLE clip_place RENAME TO clip_place_0001;
DROP INDEX ix_clip_place_place_clip;
CREATE TABLE clip_place (
    clip TEXT NOT NULL,
    place INTEGER NOT NULL,
    certainty TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    arrived_ms INTEGER NOT NULL,
    CONSTRAINT pk_clip_place PRIMARY KEY (clip, place),
    CONSTRAINT ck_clip_place_certainty CHECK (certainty IN ('confirmed', 'probable', 'possible', 'doubtful')),
    CONSTRAINT fk_clip_place_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_clip_place_place FOREIGN KEY(place) REFERENCES place (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_place_place_arrived_ms_clip ON clip_place (place, arrived_ms, clip);
INSERT INTO clip_place (clip, place, certainty, author, note, arrived_ms)
    SELECT old.clip, old.place, old.certainty, old.author, old.note, clip.arrived_ms FROM clip_place_0001 AS old JOIN clip ON clip.id = old.clip;
DROP TABLE clip_place_0001;

ALTER TABLE clip_person RENAME TO clip_person_0001;
DROP INDEX ix_clip_person_person_clip;
CREATE TABLE clip_person (
    clip TEXT NOT NULL,
    person INTEGER NOT NULL,
    at_ms INTEGER,
    arrived_ms INTEGER NOT NULL,
    CONSTRAINT pk_clip_person PRIMARY KEY (clip, person),
    CONSTRAINT fk_clip_person_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_clip_person_person FOREIGN KEY(person) REFERENCES person (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_person_person_arrived_ms_clip ON clip_person (person, arrived_ms, clip);
INSERT INTO clip_person (clip, person, at_ms, arrived_ms)
    SELECT old.clip, old.person, old.at_ms, clip.arrived_ms FROM clip_person_0001 AS old JOIN clip ON clip.id = old.clip;
DROP TABLE clip_person_0001;

ALTER TABLE clip_tag RENAME TO clip_tag_0001;
DROP INDEX ix_clip_tag_tag_clip;
CREATE TABLE clip_tag (
    clip TEXT NOT NULL,
    tag INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL,
    CONSTRAINT pk_clip_tag PRIMARY KEY (clip, tag),
    CONSTRAINT fk_clip_tag_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_clip_tag_tag FOREIGN KEY(tag) REFERENCES tag (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_clip_tag_tag_arrived_ms_clip ON clip_tag (tag, arrived_ms, clip);
INSERT INTO clip_tag (clip, tag, arrived_ms)
    SELECT old.clip, old.tag, clip.arrived_ms FROM clip_tag_0001 AS old JOIN clip ON clip.id = old.clip;
DROP TABLE clip_tag_0001;

ALTER TABLE collection_clip RENAME TO collection_clip_0001;
DROP INDEX ix_collection_clip_collection_clip;
CREATE TABLE collection_clip (
    clip TEXT NOT NULL,
    collection INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL,
    CONSTRAINT pk_collection_clip PRIMARY KEY (clip, collection),
    CONSTRAINT fk_collection_clip_clip FOREIGN KEY(clip) REFERENCES clip (id),
    CONSTRAINT fk_collection_clip_collection FOREIGN KEY(collection) REFERENCES collection (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_collection_clip_collection_arrived_ms_clip ON collection_clip (collection, arrived_ms, clip);
INSERT INTO collection_clip (clip, collection, arrived_ms)
    SELECT old.clip, old.collection, clip.arrived_ms FROM collection_clip_0001 AS old JOIN clip ON clip.id = old.clip;
DROP TABLE collection_clip_0001;
