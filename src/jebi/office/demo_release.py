"""The second half of what `jebi demo` shows: a clip is protected, two people clear it, a third publishes it, and a stock reader believes the film.

Everything is done by the commands that a user types. What is staged is that people looked: here nobody watches the film, and the answers
are written by the demo, which says so.

It shows the shortest clip in which a machine saw a face, or the shortest film. A cut whose leak report does not pass is not cleared, here as everywhere.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from jebi.errors import Exit, Unable

ARCHIVE = "--archive archive --passphrase-file passphrase"
CUT, SITE = "street", "site"
CLEARERS = ("crane", "heron")
KEY = "--key-passphrase-file key-passphrase"
ABOUT = """title.en = "Faces are covered"
title.ko = "얼굴을 가렸습니다"
title.ja = "顔を隠しています"
summary.en = "A clip that came over the border on sticks."
summary.ko = "유에스비로 국경을 넘어온 영상."
why.en = "Whoever is seen in it could be punished."
themes = ["demo"]
"""
SETTINGS = """[title]
en = "Swallow Films"
[about]
en = "Made by jebi demo. Nothing here was filmed in secret."
"""
# Runs in a process of its own, with nothing of jebi in it: c2pa-rs, the library that stock readers of content credentials are made of.
STOCK_READER = """
import c2pa, json, sys
settings = {"verify": {"remote_manifest_fetch": False}, "trust": {"trust_anchors": open(sys.argv[2]).read()}}
with open(sys.argv[1], "rb") as film:
    reader = c2pa.Reader("video/mp4", film, context=c2pa.Context(settings=c2pa.Settings.from_dict(settings)))
    manifest = json.loads(reader.json())
    made = manifest["manifests"][manifest["active_manifest"]]
    print(json.dumps([reader.get_validation_state(), made["title"], made["signature_info"]["issuer"]]))
"""

Jebi = Callable[..., int]


def shown_clip() -> str:
    """The number of the clip that is shown, out of the archive in the current folder."""
    from jebi.office.admission import open_catalogue  # noqa: PLC0415 - the field's laptop has none of what these need
    from jebi.office.desk import open_desk  # noqa: PLC0415
    from jebi.vault import clips, grid  # noqa: PLC0415
    from jebi.vault.grid import Wanted  # noqa: PLC0415

    passphrase = Path("passphrase").read_bytes().rstrip(b"\n")
    with open_desk("archive", passphrase) as desk, open_catalogue(desk) as catalogue, catalogue.reading() as connection:
        for wanted in (Wanted(kinds=("video",), has_faces=True), Wanted(kinds=("video",))):
            found = [clip.id for clip in grid.page(connection, wanted).clips]
            if found:
                facts = clips.facts_of(connection, found, ["last-frame-ms"])
                return min(found, key=lambda clip: int(facts[clip][0].value))
    raise Unable("no clip of the demo has a picture", hint="give it a folder with films")


def show_release(jebi: Jebi, say: Callable[[str], None], show: Callable[[str], None], clip: str) -> bool:
    """Protect, clear and publish a clip in the current folder; returns whether the leak check let it."""
    _protect(jebi, say, clip)
    if not _clear(jebi, say):
        return False
    say("\n11. PUBLISH: a third person brings the film into a site that any server, folder or stick can serve.")
    jebi(f"desk member owl --role publisher {ARCHIVE}")
    Path("site.toml").write_text(SETTINGS, encoding="utf-8")
    jebi(f"desk site --settings site.toml {ARCHIVE}")
    jebi(f"desk publish {CUT} --as owl --site {SITE} {ARCHIVE}")
    _read_credentials(say, show)
    return True


def _protect(jebi: Jebi, say: Callable[[str], None], clip: str) -> None:
    say("\n9. PROTECT: every face is covered in every frame, the sound is gone, the camera's own noise is taken out.")
    Path("about.toml").write_text(ABOUT, encoding="utf-8")
    jebi(f"desk protect {clip} --cut {CUT} --about about.toml --as wren --models models {ARCHIVE}")
    say("   What was rendered was looked through for leaks by other means than it was made with.")


def _clear(jebi: Jebi, say: Callable[[str], None]) -> bool:
    say(
        "\n10. CLEAR: two people, neither of whom made the cut, sign exactly these bytes, each with a key of their own."
    )
    Path("key-passphrase").write_text("a passphrase for this demo\n", encoding="utf-8")
    for name in CLEARERS:
        jebi(f"member key {name}.key --desk example.org/desk --name {name} --passphrase-file key-passphrase")
        key = json.loads(Path(f"{name}.key").read_text(encoding="utf-8"))["public"]
        jebi(f"desk member {name} --role clearer --enrol {key} {ARCHIVE}")
    looked = {Exit.DONE, Exit.REFUSED}
    jebi(f"desk clear {CUT} --as {CLEARERS[0]} --questions questions {ARCHIVE}")
    say("   Here nobody watches it: the demo itself writes the answers. At a desk, two people do.")
    Path("answers").write_text(_answered(Path("questions").read_text(encoding="utf-8")), encoding="utf-8")
    for name in CLEARERS:
        asked = f"desk clear {CUT} --as {name} --key {name}.key {KEY} --answers answers {ARCHIVE}"
        if jebi(asked, fine=looked) == Exit.REFUSED:
            say(
                "   It is not cleared, so it cannot be published. An editor mends the plan, and all of this begins anew."
            )
            return False
    return True


def _answered(questions: str) -> str:
    """Every question answered with no, and the film watched."""
    lines = questions.splitlines()
    return "\n".join(line.replace("?", "whole" if line.startswith("watched") else "no", 1) for line in lines)


def _read_credentials(say: Callable[[str], None], show: Callable[[str], None]) -> None:
    """Let a stock reader look at the published film, with the certificate from the site as what it trusts."""
    (film,) = Path(SITE).rglob("film.mp4")
    say("   What a stock reader of content credentials says of the film, without any of jebi:")
    show(f"python -c c2pa.Reader… {film} {SITE}/root.pem")
    command = [sys.executable, "-I", "-c", STOCK_READER, str(film), os.path.join(SITE, "root.pem")]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise Unable("the stock reader of content credentials failed", hint=done.stderr.strip()[-200:])
    state, title, issuer = json.loads(done.stdout)
    say(f"   {state}: “{title}”, signed by {issuer}")
    if state != "Trusted":
        raise Unable("a stock reader does not believe the film's credentials")
