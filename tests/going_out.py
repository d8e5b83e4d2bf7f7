"""A cut that was rendered and looked through, with real files of every kind, and those who clear and publish it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from jebi.media.ladder import Movie, make_ladder, make_stills
from jebi.office.admission import drain, open_catalogue
from jebi.office.attending import kept_of
from jebi.office.clearing import Clearances, reporter
from jebi.office.desk import Desk
from jebi.office.releasing import Releases
from jebi.parcel import note
from jebi.parcel.note import Ed25519Signer
from jebi.release import plan_form
from jebi.release.checklist import Answer, Question, Seen
from jebi.release.leaks import CHECKS, Check, Finding, Reason, reported, sign_report
from jebi.release.neutral import PROGRESSIVE
from jebi.release.output import digest
from jebi.release.plan import About, Line, Plan, Source
from jebi.vault import cuts, members
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.cuts import OutputFile
from jebi.vault.members import Member
from jebi.vault.schema import Role
from release.made import ENCODER, SOUND, made, neutral
from release.plans import CLIP, cover, key, simple

FILM = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2")
NOON_MS = 1_795_435_200_000  # of 2026-11-23, UTC
ABOUT = About(
    title=(("en", "Rice at the market"), ("ko", "장마당의 쌀")),
    summary=(("en", "What a kilo costs."), ("ko", "1킬로의 값.")),
    why=(("en", "Whoever is seen could be punished."),),
    places=("혜산",),
    themes=("시장",),
    filmed="2026-10",
)
PEOPLE: Mapping[str, Role] = {
    "wren": "editor",
    "crane": "clearer",
    "heron": "clearer",
    "stork": "clearer",
    "owl": "publisher",
    "eagle": "publisher",
}
SETTINGS = b"""address = "https://films.example/"

[title]
en = "Spring Films"

[about]
en = "Films from inside."
"""
SEEN = Seen(answers=dict.fromkeys(Question, Answer.NO), has_watched=True)
EVENT = Event(kind="tried", subject="s", detail="", actor="a")


@dataclass(slots=True)
class Clock:
    """A clock in our hand."""

    now_ms: int = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


def rendered(folder: Path) -> Path:
    """All that a cut is rendered to, made as the desk makes it: a film of two seconds, its stream, its stills."""
    film = neutral(made(folder / "made.mp4", *FILM, *SOUND, *ENCODER, *PROGRESSIVE))
    (folder / "made.mp4").unlink()
    (folder / "film.mp4").write_bytes(film)
    movie = Movie(path=str(folder / "film.mp4"), width=320, height=180, seconds=2, has_sound=True)
    make_ladder(movie, str(folder))
    make_stills(movie, str(folder), at=1)
    return folder


def plan_of(**more: Any) -> Plan:
    """Two seconds of a clip, a face covered in them, and what is said in two languages."""
    lines = tuple(
        Line(start_ms=1200, end_ms=2400, language=language, text=said)
        for language, said in (("en", "How much is the rice?"), ("ko", "쌀값이 얼마요?"))
    )
    covers = (cover(key(1500), key(2500, 2000)),)
    return simple(
        **{"about": ABOUT, "sources": (Source(clip=CLIP, sha256="ab" * 32, covers=covers, lines=lines),), **more}
    )


@dataclass
class Stage:
    """An open archive with people, in which cuts are rendered, looked through, cleared and published."""

    desk: Desk
    catalogue: Catalogue
    files: Path
    clock: Clock = field(default_factory=Clock)
    signers: dict[str, Ed25519Signer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kept = kept_of(self.desk)
        self.clearances = Clearances(self.desk, self.catalogue, self.kept, self.clock)
        self.releases = Releases(self.clearances)
        for name, role in PEOPLE.items():
            if role == "clearer":
                self.signers[name] = Ed25519Signer(
                    name=f"{self.desk.name}/{name}", secret=name.encode().ljust(32, b".")
                )

    def people(self, *, enrolled: bool = True) -> None:
        """Take everybody on."""
        with self.catalogue.writing(self.clock.now_ms) as change:
            for name, role in PEOPLE.items():
                members.add(change, Member(name=name, role=role, password="$argon2id$"), EVENT)
        for name, signer in self.signers.items() if enrolled else ():
            self.clearances.enroll(name, signer.verifier(), by="member/admin")

    def cut(self, name: str = "market", *, plan: Plan | None = None, without: str = "") -> int:
        """Plan and render a cut, and look through it; returns the output's number."""
        content = plan_form.written(plan or plan_of())
        stored = self.kept.put(content)
        planned_kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
        with self.catalogue.writing(self.clock.now_ms) as change:
            known = cuts.named(change.connection, name)
            number = known.id if known else cuts.begin(change, name, [], EVENT)
            detail = f"plan sha256 {stored.sha256}, of 1 clips"
            event = Event(kind="cut-planned", subject=f"cut/{number}", detail=detail, actor="wren")
            plan_number = cuts.plan(change, number, planned_kept, [], "wren", event)
        with self.catalogue.reading() as connection:
            planned = cuts.get_plan(connection, plan_number)
        assert planned
        files = []
        for path in sorted(self.files.iterdir()):
            if path.name != without:
                one = self.kept.put_file(str(path))
                files.append(OutputFile(name=path.name, blob=one.blob, size=one.size, sha256=one.sha256))
        listed = digest({one.name: one.sha256 for one in files})
        with self.catalogue.writing(self.clock.now_ms) as change:
            output = cuts.render(change, planned, listed, files, "ffmpeg", EVENT)
        drain(self.desk, self.catalogue)
        self.report(output)
        return output

    def report(self, number: int, *, has_finding: bool = False) -> None:
        """Look through an output."""
        with self.catalogue.reading() as connection:
            output = cuts.get_output(connection, number)
            planned = cuts.get_plan(connection, output.cut_plan) if output else None
        assert output
        assert planned
        found = (Finding(reason=Reason.FACE_SEEN, what="a face is seen", at_ms=400),) if has_finding else ()
        measured = {"looked-at": self.clock.now_ms}
        checks = [
            Check(name=name, tools={"jebi": "0.1.0"}, measured=measured, findings=found if name == "faces" else ())
            for name in CHECKS
        ]
        whole = reported(output=bytes.fromhex(output.sha256), plan=bytes.fromhex(planned.sha256), checks=checks)
        stored = self.kept.put(str(sign_report(whole, reporter(self.desk))).encode())
        kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
        with self.catalogue.writing(self.clock.now_ms) as change:
            cuts.add_report(change, number, kept, EVENT, has_passed=not has_finding)

    def clear(self, output: int, *names: str) -> None:
        """Have people ask and sign, as one does."""
        for name in names or ("crane", "heron"):
            asked = self.clearances.ask(output, name, seen=SEEN)
            self.clearances.clear(output, name, str(note.sign(asked, self.signers[name])).encode())

    def edit(self, statement: str) -> None:
        """Somebody edits the database by hand."""
        with self.catalogue.claiming() as connection:
            connection.execute(text(statement))

    def kinds(self) -> list[str]:
        """What the log tells of, without the events of rows."""
        records = Path(self.desk.folder, "log", "records.jsonl").read_bytes().splitlines()
        kinds = [line.split(b'"kind":"')[1].split(b'"')[0].decode() for line in records]
        return [kind for kind in kinds if not kind.endswith("-kept")]


@contextmanager
def stage_of(desk: Desk, files: Path) -> Iterator[Stage]:
    """The stage of an archive that is open."""
    with open_catalogue(desk) as catalogue:
        yield Stage(desk, catalogue, files)
