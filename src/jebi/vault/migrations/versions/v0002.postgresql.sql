ALTER TABLE clip_place ADD COLUMN arrived_ms BIGINT;
UPDATE clip_place SET arrived_ms = clip.arrived_ms FROM clip WHERE clip.id = clip_place.clip;
ALTER TABLE clip_place ALTER COLUMN arrived_ms SET NOT NULL;
DROP INDEX ix_clip_place_place_clip;
CREATE INDEX ix_clip_place_place_arrived_ms_clip ON clip_place (place, arrived_ms, clip);

ALTER TABLE clip_person ADD COLUMN arrived_ms BIGINT;
UPDATE clip_person SET arrived_ms = clip.arrived_ms FROM clip WHERE clip.id = clip_person.clip;
ALTER TABLE clip_person ALTER COLUMN arrived_ms SET NOT NULL;
DROP INDEX ix_clip_person_person_clip;
CREATE INDEX ix_clip_person_person_arrived_ms_clip ON clip_person (person, arrived_ms, clip);

ALTER TABLE clip_tag ADD COLUMN arrived_ms BIGINT;
UPDATE clip_tag SET arrived_ms = clip.arrived_ms FROM clip WHERE clip.id = clip_tag.clip;
ALTER TABLE clip_tag ALTER COLUMN arrived_ms SET NOT NULL;
DROP INDEX ix_clip_tag_tag_clip;
CREATE INDEX ix_clip_tag_tag_arrived_ms_clip ON clip_tag (tag, arrived_ms, clip);

ALTER TABLE collection_clip ADD COLUMN arrived_ms BIGINT;
UPDATE collection_clip SET arrived_ms = clip.arrived_ms FROM clip WHERE clip.id = collection_clip.clip;
ALTER TABLE collection_clip ALTER COLUMN arrived_ms SET NOT NULL;
DROP INDEX ix_collection_clip_collection_clip;
CREATE INDEX ix_collection_clip_collection_arrived_ms_clip ON collection_clip (collection, arrived_ms, clip);
