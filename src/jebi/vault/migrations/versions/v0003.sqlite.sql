CREATE TABLE cut (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ix_cut_name ON cut (name);

CREATE TABLE cut_clip (
    cut INTEGER NOT NULL,
    clip TEXT NOT NULL,
    CONSTRAINT pk_cut_clip PRIMARY KEY (cut, clip),
    CONSTRAINT fk_cut_clip_cut FOREIGN KEY(cut) REFERENCES cut (id),
    CONSTRAINT fk_cut_clip_clip FOREIGN KEY(clip) REFERENCES clip (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_cut_clip_clip_cut ON cut_clip (clip, cut);

CREATE TABLE cut_plan (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    cut INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    author TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT fk_cut_plan_cut FOREIGN KEY(cut) REFERENCES cut (id)
) STRICT;
CREATE INDEX ix_cut_plan_blob ON cut_plan (blob);
CREATE INDEX ix_cut_plan_cut_id ON cut_plan (cut, id);

CREATE TABLE output (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    cut INTEGER NOT NULL,
    cut_plan INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    tools TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT fk_output_cut FOREIGN KEY(cut) REFERENCES cut (id),
    CONSTRAINT fk_output_cut_plan FOREIGN KEY(cut_plan) REFERENCES cut_plan (id)
) STRICT;
CREATE INDEX ix_output_cut_id ON output (cut, id);
CREATE INDEX ix_output_cut_plan ON output (cut_plan);

CREATE TABLE output_file (
    output INTEGER NOT NULL,
    name TEXT NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    CONSTRAINT pk_output_file PRIMARY KEY (output, name),
    CONSTRAINT fk_output_file_output FOREIGN KEY(output) REFERENCES output (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_output_file_blob ON output_file (blob);

CREATE TABLE report (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    output INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    passed INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT ck_report_passed CHECK (passed IN (0, 1)),
    CONSTRAINT fk_report_output FOREIGN KEY(output) REFERENCES output (id)
) STRICT;
CREATE INDEX ix_report_blob ON report (blob);
CREATE INDEX ix_report_output_id ON report (output, id);

CREATE TABLE signing_key (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    member INTEGER NOT NULL,
    verifier TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    revoked_ms INTEGER,
    CONSTRAINT fk_signing_key_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE INDEX ix_signing_key_member ON signing_key (member);
CREATE UNIQUE INDEX ix_signing_key_verifier ON signing_key (verifier);

CREATE TABLE challenge (
    id TEXT NOT NULL,
    member INTEGER NOT NULL,
    report INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    spent INTEGER NOT NULL,
    CONSTRAINT pk_challenge PRIMARY KEY (id),
    CONSTRAINT ck_challenge_spent CHECK (spent IN (0, 1)),
    CONSTRAINT fk_challenge_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_challenge_report FOREIGN KEY(report) REFERENCES report (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE clearance (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    output INTEGER NOT NULL,
    member INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT ck_clearance_verdict CHECK (verdict IN ('cleared', 'refused')),
    CONSTRAINT ck_clearance_note CHECK ((verdict = 'cleared') = (note <> '')),
    CONSTRAINT fk_clearance_output FOREIGN KEY(output) REFERENCES output (id),
    CONSTRAINT fk_clearance_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE UNIQUE INDEX ix_clearance_id_output_member ON clearance (id, output, member);
CREATE UNIQUE INDEX ix_clearance_output_member ON clearance (output, member);

CREATE TABLE released (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    output INTEGER NOT NULL,
    slug TEXT NOT NULL,
    first INTEGER NOT NULL,
    first_member INTEGER NOT NULL,
    second INTEGER NOT NULL,
    second_member INTEGER NOT NULL,
    publisher INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    retracted_ms INTEGER,
    why TEXT NOT NULL,
    CONSTRAINT fk_released_first FOREIGN KEY(first, output, first_member) REFERENCES clearance (id, output, member),
    CONSTRAINT fk_released_second FOREIGN KEY(second, output, second_member) REFERENCES clearance (id, output, member),
    CONSTRAINT ck_released_two_people CHECK (first_member <> second_member),
    CONSTRAINT ck_released_third CHECK (publisher NOT IN (first_member, second_member)),
    CONSTRAINT ck_released_why CHECK ((retracted_ms IS NULL) = (why = '')),
    CONSTRAINT fk_released_output FOREIGN KEY(output) REFERENCES output (id),
    CONSTRAINT fk_released_publisher FOREIGN KEY(publisher) REFERENCES member (id)
) STRICT;
CREATE UNIQUE INDEX ix_released_output ON released (output);
CREATE UNIQUE INDEX ix_released_slug ON released (slug);
