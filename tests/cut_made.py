"""A cut in an archive whose clips were looked at, without the minutes that finders and encoders take: its sightings, plan, output and report are kept as
jobs keep them, and the film is the clip's viewing copy. What it shows is covered by nobody: for pages, not for measures.
"""

from jebi.office import cutting
from jebi.office.clearing import reporter
from jebi.office.cutting import Wanted
from jebi.office.desk import Desk
from jebi.office.kept import Kept
from jebi.office.made import Made
from jebi.office.protecting import RENDER
from jebi.office.searching_faces import SIGHTINGS
from jebi.release.leaks import CHECKS, Check, Finding, Reason, reported, sign_report
from jebi.release.output import FILM, digest
from jebi.release.sightings import Sighting, packed
from jebi.vault import clips, cuts, jobs
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.cuts import OutputFile

EVENT = Event(kind="made-for-a-test", subject="cut", detail="", actor="test")
NAME = "봄 시장"


def make_cut(
    desk: Desk,
    catalogue: Catalogue,
    kept: Kept,
    clip: str,
    now_ms: int,
    *,
    by: str = "haneul",
    also: tuple[str, ...] = (),
) -> int:
    """Begin a cut of a clip, and of those after it, render it and look it through; returns its number."""
    for one in (clip, *also):
        put_sightings(catalogue, kept, one, now_ms)
    plan = cutting.propose(catalogue, kept, Wanted(name=NAME, clips=(clip, *also), lines=144), bytes(16))
    planned = cutting.keep(catalogue, kept, NAME, plan, by, now_ms)
    output = render(catalogue, kept, planned, clip, now_ms)
    report(desk, catalogue, kept, output, now_ms)
    with catalogue.reading() as connection:
        made = cuts.get_plan(connection, planned)
    assert made
    return made.cut


def put_sightings(catalogue: Catalogue, kept: Kept, clip: str, now_ms: int) -> None:
    """What a finder would have seen: somebody in the middle, and somebody in a corner of whom it was not sure."""
    seen = [Sighting(time_ms=40 * n, x=3500, y=2000, width=2200, height=4200, score=900) for n in range(70)]
    seen += [Sighting(time_ms=40 * n, x=8200, y=7400, width=700, height=900, score=420) for n in range(20, 40)]
    made = Made(kept, clip, "a test")
    made.add(SIGHTINGS, packed(seen))
    with catalogue.writing(now_ms) as change:
        made.write(change)


def render(catalogue: Catalogue, kept: Kept, planned: int, clip: str, now_ms: int) -> int:
    """Take the plan's job and do it, as a worker; returns the output's number."""
    with catalogue.reading() as connection:
        plan = cuts.get_plan(connection, planned)
        (view,) = clips.derived_of(connection, [clip], ["view"])[clip]
    assert plan
    stored = kept.put(kept.read(view.blob))
    file = OutputFile(name=FILM, blob=stored.blob, size=stored.size, sha256=stored.sha256)
    taken = jobs.take(catalogue, "a test", [RENDER], now_ms + 1000, 60_000)
    assert taken
    with catalogue.writing(now_ms + 2000) as change:
        jobs.finish(change, taken)
        return cuts.render(change, plan, digest({FILM: file.sha256}), [file], "a test", EVENT)


def report(desk: Desk, catalogue: Catalogue, kept: Kept, output: int, now_ms: int, *, has_passed: bool = False) -> None:
    """Sign what a search for leaks would have found: nothing, or a face at a second."""
    with catalogue.reading() as connection:
        made = cuts.get_output(connection, output)
        plan = cuts.get_plan(connection, made.cut_plan) if made else None
    assert made
    assert plan
    found = () if has_passed else (Finding(reason=Reason.FACE_SEEN, what="a face is seen", at_ms=1200),)
    checks = [
        Check(name=name, measured={"pictures": 100}, findings=found if name == "faces" else ()) for name in CHECKS
    ]
    whole = reported(output=bytes.fromhex(made.sha256), plan=bytes.fromhex(plan.sha256), checks=checks)
    stored = kept.put(str(sign_report(whole, reporter(desk))).encode())
    row = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
    with catalogue.writing(now_ms + 3000) as change:
        cuts.add_report(change, output, row, EVENT, has_passed=has_passed)
