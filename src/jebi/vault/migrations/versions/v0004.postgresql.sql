CREATE TABLE output_picture (
    output BIGINT NOT NULL,
    use TEXT NOT NULL,
    number BIGINT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    why TEXT NOT NULL,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    CONSTRAINT pk_output_picture PRIMARY KEY (output, use, number),
    CONSTRAINT ck_output_picture_use CHECK (use IN ('strip', 'first')),
    CONSTRAINT fk_output_picture_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE INDEX ix_output_picture_blob ON output_picture (blob);

CREATE TABLE page_seen (
    output BIGINT NOT NULL,
    member BIGINT NOT NULL,
    page BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    made_ms BIGINT NOT NULL,
    CONSTRAINT pk_page_seen PRIMARY KEY (output, member, page),
    CONSTRAINT fk_page_seen_output FOREIGN KEY(output) REFERENCES output (id),
    CONSTRAINT fk_page_seen_member FOREIGN KEY(member) REFERENCES member (id)
);

CREATE TABLE checklist (
    output BIGINT NOT NULL,
    member BIGINT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    made_ms BIGINT NOT NULL,
    CONSTRAINT pk_checklist PRIMARY KEY (output, member, question),
    CONSTRAINT fk_checklist_output FOREIGN KEY(output) REFERENCES output (id),
    CONSTRAINT fk_checklist_member FOREIGN KEY(member) REFERENCES member (id)
);
