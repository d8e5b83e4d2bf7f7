CREATE TABLE output_picture (
    output INTEGER NOT NULL,
    use TEXT NOT NULL,
    number INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    why TEXT NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    CONSTRAINT pk_output_picture PRIMARY KEY (output, use, number),
    CONSTRAINT ck_output_picture_use CHECK (use IN ('strip', 'first')),
    CONSTRAINT fk_output_picture_output FOREIGN KEY(output) REFERENCES output (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_output_picture_blob ON output_picture (blob);

CREATE TABLE page_seen (
    output INTEGER NOT NULL,
    member INTEGER NOT NULL,
    page INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_page_seen PRIMARY KEY (output, member, page),
    CONSTRAINT fk_page_seen_output FOREIGN KEY(output) REFERENCES output (id),
    CONSTRAINT fk_page_seen_member FOREIGN KEY(member) REFERENCES member (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE checklist (
    output INTEGER NOT NULL,
    member INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_checklist PRIMARY KEY (output, member, question),
    CONSTRAINT fk_checklist_output FOREIGN KEY(output) REFERENCES output (id),
    CONSTRAINT fk_checklist_member FOREIGN KEY(member) REFERENCES member (id)
) WITHOUT ROWID, STRICT;
