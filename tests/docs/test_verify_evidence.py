"""`docs/verify_evidence.py`, run as a sceptic runs it: by a bare Python, on good packages and on every kind of bad one.

A bad package comes in three makes. One is just altered. In one all sums were made anew, as anybody can. And one was logged anew, as
only somebody at the desk can; what then still disagrees are signatures and digests that are not the desk's to make.
"""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from exhibits import DESK, FILMS, SIGNED, WITNESS, Case, lay_in, open_case
from jebi.archive.record import Event, parse_record
from jebi.parcel.note import Ed25519Signer, sign

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_evidence.py"
KEYS = (str(DESK.verifier()), str(WITNESS.verifier()))
CLIP = "data/originals/clip-0001.mp4"
NOTE = "data/custody/parcel-0001.manifest.note"
FIRST, THIRD = "data/custody/event-1-of-4-", "data/custody/event-3-of-4-"
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with open_case(tmp_path_factory.mktemp("case") / "desk") as case:
        yield case


@pytest.fixture(scope="module")
def good(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    planned = case.plan()
    return lay_in(tmp_path_factory.mktemp("good") / "bag", planned, case.log_export(planned))


@pytest.fixture
def bag(good: Path, tmp_path: Path) -> Path:
    """A copy to alter."""
    return Path(shutil.copytree(good, tmp_path / "bag"))


def run(*words: str | Path, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(script), *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8", env={"LC_ALL": "C"}, timeout=60)


def refusal(*words: str | Path) -> str:
    """What it says of a package that it must refuse."""
    done = run(*words)
    assert (done.returncode, done.stderr[:12]) == (1, "NOT PROVEN: "), done
    assert done.stderr.count("\n") == 1
    return done.stderr


def sum_anew(bag: Path) -> None:
    """All four manifests, as anybody can make them."""
    for kind, algorithm in (
        ("manifest", "sha256"),
        ("manifest", "sha512"),
        ("tagmanifest", "sha256"),
        ("tagmanifest", "sha512"),
    ):
        paths = [path for path in bag.rglob("*") if path.is_file() and not path.name.startswith("tagmanifest")]
        wanted = [path for path in paths if ("data" in path.relative_to(bag).parts) == (kind == "manifest")]
        lines = [
            f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  {path.relative_to(bag)}\n"
            for path in sorted(wanted)
        ]
        (bag / f"{kind}-{algorithm}.txt").write_text("".join(lines))


def log_anew(bag: Path, case: Case) -> None:
    """What somebody could do who has the desk's log: log the altered package as if it was exported."""
    sum_anew(bag)
    digest = hashlib.sha256((bag / "manifest-sha256.txt").read_bytes()).hexdigest()
    event = Event(kind="evidence-exported", subject="x", detail=f"payload sha256 {digest}", actor="editor-1", time=1)
    (bag / "package.tlog-proof").write_bytes(case.proof_of(case.append(event)))
    sum_anew(bag)


def flip(bag: Path, path: str, place: int = 100) -> None:
    content = bytearray((bag / path).read_bytes())
    content[place % len(content)] ^= 4
    (bag / path).write_bytes(content)


def replace(bag: Path, path: str, old: bytes, new: bytes) -> None:
    content = (bag / path).read_bytes()
    assert old in content
    (bag / path).write_bytes(content.replace(old, new, 1))


def find(bag: Path, start: str) -> list[str]:
    return sorted(str(path.relative_to(bag)) for path in bag.glob(start + "*"))


def _write(path: Path) -> None:
    path.parent.mkdir()
    path.touch()


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def _remove(bag: Path, start: str) -> None:
    for path in find(bag, start):
        (bag / path).unlink()


def stamp_nothing_here(bag: Path) -> None:
    (bag / "data/custody/stamp-0002.note").write_bytes(b"x")
    (bag / "data/custody/stamp-0002.tsr").write_bytes(hashlib.sha256(b"x").digest())


def swap(bag: Path, one: str, other: str) -> None:
    first, second = (bag / one).read_bytes(), (bag / other).read_bytes()
    (bag / one).write_bytes(second)
    (bag / other).write_bytes(first)


def test_a_good_package_says_what_holds_and_since_when(good: Path) -> None:
    done = run(good, *KEYS)

    assert (done.returncode, done.stderr) == (0, "")
    assert "34 files: none is missing, none was added" in done.stdout
    of_clip = done.stdout.split(CLIP)[1].split("\n\n")[0]
    assert hashlib.sha256((good / CLIP).read_bytes()).hexdigest() in of_clip
    assert f"came in parcel {SIGNED}, number 3 of trip/0a1b2c3d (event 1)" in of_clip
    assert "at the desk no later than 2030-03-17 20:16:40 UTC, by the clock of witness.example/w1" in of_clip
    assert "was sealed by the holder of the trip key jebi/trip/0a1b2c3d+" in of_clip
    assert "who sealed it, only the desk can check" in of_clip, "the same clip came in a parcel with a MAC, too"
    assert "when it came, only the desk says" in of_clip
    assert "Nothing here proves when, where or by whom anything was filmed" in done.stdout
    assert done.stdout.endswith("All of this holds under the keys that you gave\n")


def test_in_the_package_it_needs_no_argument_and_says_whose_word_the_keys_are(bag: Path) -> None:
    before = sorted(bag.rglob("*"))
    done = run(script=bag / "verify.py")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("THE KEYS CAME WITH THE PACKAGE.")
    assert done.stdout.endswith(f"the key of its log is {KEYS[0]}\n")
    assert sorted(bag.rglob("*")) == before, "it wrote into the package"
    assert run(script=bag / "verify.py").returncode == 0


def test_with_the_log_s_key_alone_no_witness_is_believed(good: Path) -> None:
    done = run(good, KEYS[0])

    assert done.returncode == 0
    assert "no later than" not in done.stdout


def test_what_it_says_of_a_stamp_stock_openssl_confirms(case: Case, good: Path) -> None:
    line = next(line for line in run(good, *KEYS).stdout.splitlines() if "openssl ts -verify" in line)
    command = [*line.split()[:-1], str(case.folder / "authority.pem")]

    assert subprocess.run(command, cwd=good, capture_output=True, check=False).returncode == 0


JUST_ALTERED: dict[str, tuple[Change, list[str]]] = {
    "a byte of a clip": (lambda bag: flip(bag, CLIP), [f"{CLIP} was altered"]),
    "the end of a clip": (lambda bag: os.truncate(bag / CLIP, 299_999), [f"{CLIP} was altered"]),
    "a byte of a transcript": (
        lambda bag: flip(bag, "data/metadata/clip-0001-translation-en.vtt", 20),
        ["data/metadata/clip-0001-translation-en.vtt was altered"],
    ),
    "a byte of README": (lambda bag: flip(bag, "README.txt"), ["README.txt was altered", "tagmanifest-sha256.txt"]),
    "a byte of verify.py": (lambda bag: flip(bag, "verify.py"), ["verify.py was altered"]),
    "an added file": (lambda bag: (bag / "data/derived/new.mp4").touch(), ["data/derived/new.mp4 was added"]),
    "an added file at the top": (lambda bag: (bag / ".DS_Store").touch(), [".DS_Store was added"]),
    "an added file in a folder": (lambda bag: _write(bag / "x" / "y"), ["x/y was added"]),
    "an added folder": (lambda bag: (bag / "data/x").mkdir(), ["the folder data/x was added"]),
    "a lost file": (lambda bag: (bag / CLIP).unlink(), [f"{CLIP} is missing"]),
    "a renamed file": (
        lambda bag: (bag / CLIP).rename(bag / "data/originals/clip-0003.mp4"),
        [f"{CLIP} is missing", "data/originals/clip-0003.mp4 was added or renamed"],
    ),
    "swapped proofs": (lambda bag: swap(bag, *find(bag, FIRST)), [FIRST, "was altered"]),
    "an edited manifest": (
        lambda bag: replace(bag, "manifest-sha512.txt", b"a", b"b"),
        ["manifest-sha512.txt was altered: it is not what tagmanifest-sha"],
    ),
    "an edited tag manifest": (
        lambda bag: replace(bag, "tagmanifest-sha256.txt", b"a", b"b"),
        ["was altered: it is not what tagmanifest-sha256.txt says"],
    ),
    "a line twice": (
        lambda bag: replace(bag, "manifest-sha256.txt", b"\n", b"\n" + b"0" * 64 + f"  {CLIP}\n".encode()),
        ["manifest-sha256.txt names a file twice"],
    ),
    "a line less": (
        lambda bag: replace(
            bag, "manifest-sha512.txt", (bag / "manifest-sha512.txt").read_bytes().split(b"\n")[0] + b"\n", b""
        ),
        ["was added or renamed: manifest-sha512.txt does not name it"],
    ),
    "a lost manifest": (lambda bag: (bag / "manifest-sha512.txt").unlink(), ["manifest-sha512.txt is missing"]),
    "a link": (
        lambda bag: _link(bag / CLIP),
        [f"{CLIP} is neither a file nor a folder"],
    ),
    "a link to a folder": (lambda bag: (bag / "data/x").symlink_to("/etc"), ["data/x is neither"]),
    "a pipe": (lambda bag: os.mkfifo(bag / "data/x"), ["data/x is neither a file nor a folder"]),
}


@pytest.mark.parametrize(("change", "said"), JUST_ALTERED.values(), ids=JUST_ALTERED.keys())
def test_a_package_that_was_just_altered_is_refused_and_what_is_wrong_is_named(
    bag: Path, change: Change, said: list[str]
) -> None:
    change(bag)

    found = refusal(bag, *KEYS)
    assert all(one in found for one in said), found


@pytest.mark.parametrize(
    "change",
    [
        lambda bag: flip(bag, "data/derived/clip-0001-viewing.mp4"),
        lambda bag: replace(bag, "data/metadata/clip-0001.json", b"a market", b"a prison"),
        lambda bag: (bag / "data/metadata/clip-0002.json").unlink(),
        lambda bag: (bag / "data/metadata/more.txt").write_text("more"),
        lambda bag: (bag / CLIP).rename(bag / "data/originals/clip-0003.mp4"),
        lambda bag: (bag / CLIP).unlink(),
        lambda bag: swap(bag, *find(bag, FIRST)),
    ],
    ids=["derived", "fact", "lost", "added", "renamed", "clip", "swapped"],
)
def test_sums_made_anew_do_not_help_for_the_desk_logged_the_list(bag: Path, change: Change) -> None:
    change(bag)
    sum_anew(bag)

    assert "the desk did not log this list of the files in data/" in refusal(bag, *KEYS)


OTHER = Ed25519Signer(name="jebi/trip/0a1b2c3d", secret=bytes(32))


def sign_anew(bag: Path) -> None:
    """The manifest as a stranger under the trip's name would sign it."""
    text = (bag / NOTE).read_text().split("\n\n")[0] + "\n"
    (bag / NOTE).write_text(str(sign(text, OTHER)))


def other_key(bag: Path) -> None:
    (bag / "data/custody/parcel-0001.trip-key.txt").write_text(f"{OTHER.verifier()}\n")


def falsely_cosigned(bag: Path) -> None:
    (path,) = [one for one in find(bag, FIRST) if b"witness" in (bag / one).read_bytes()]
    content = (bag / path).read_bytes()
    signature = content.split(b"\xe2\x80\x94 witness.example/w1 ")[1]
    (bag / path).write_bytes(
        content.replace(signature, signature[:70] + (b"B" if signature[70:71] == b"A" else b"A") + signature[71:])
    )


LOGGED_ANEW: dict[str, tuple[Change, str]] = {
    "a stamp of another checkpoint": (
        stamp_nothing_here,
        "stamp-0002.tsr is of a checkpoint that no proof here is under",
    ),
    "a proof under another name": (
        lambda bag: shutil.copy(bag / find(bag, FIRST)[0], bag / "data" / "x.tlog-proof"),
        "it cannot be read",
    ),
    "an original that nobody sealed": (lambda bag: flip(bag, CLIP), f"{CLIP} is in no manifest that the log names"),
    "a sealed parcel that did not come": (
        lambda bag: flip(bag, "data/originals/parcel-0001.age"),
        "parcel-0001.age is in no manifest",
    ),
    "a clip under a parcel's name": (
        lambda bag: shutil.copy(bag / CLIP, bag / "data/originals/parcel-0002.age"),
        "parcel-0002.age is in no manifest",
    ),
    "no clip": (lambda bag: _remove(bag, "data/originals/clip"), "there is no clip"),
    "an edited parcel manifest": (
        lambda bag: replace(bag, NOTE, b" 300000 ", b" 300001 "),
        f"{NOTE} is not the manifest that a parcel-received event here names",
    ),
    "a manifest that a stranger signed": (sign_anew, f"{NOTE} is not signed by the key in"),
    "a key that did not sign": (other_key, f"{NOTE} is not signed by the key in"),
    "another trip's name": (
        lambda bag: replace(bag, NOTE, "— jebi/trip/0a".encode(), "— jebi/trip/0b".encode()),
        "is not signed in the name",
    ),
    "no signature": (
        lambda bag: (bag / NOTE).write_bytes((bag / NOTE).read_bytes().split(b"\n\n")[0] + b"\n"),
        "is not the manifest",
    ),
    "the event gone": (lambda bag: _remove(bag, FIRST), f"{NOTE} is not the manifest"),
    "swapped proofs": (
        lambda bag: swap(bag, find(bag, FIRST)[0], find(bag, THIRD)[0]),
        "is of another event than its name says",
    ),
    "another event in a proof": (
        lambda bag: replace(bag, find(bag, FIRST)[0], b"index 1", b"index 2"),
        ": the way up the tree ends elsewhere",
    ),
    "half a proof": (lambda bag: os.truncate(bag / find(bag, FIRST)[0], 200), ".tlog-proof cannot be read"),
    "an empty proof": (lambda bag: os.truncate(bag / find(bag, FIRST)[0], 0), ".tlog-proof cannot be read"),
    "a checkpoint that nobody signed": (lambda bag: replace(bag, find(bag, FIRST)[0], b"\n4\n", b"\n3\n"), f"{FIRST}"),
    "a false cosignature": (falsely_cosigned, "has a false cosignature"),
    "a stamp of something else": (
        lambda bag: flip(bag, "data/custody/stamp-0001.note", -3),
        "stamp-0001.tsr is no timestamp of",
    ),
    "a stamp of nothing": (
        lambda bag: (bag / "data/custody/stamp-0001.note").unlink(),
        "stamp-0001.tsr is no timestamp of",
    ),
}


@pytest.mark.parametrize(("change", "said"), LOGGED_ANEW.values(), ids=LOGGED_ANEW.keys())
def test_even_the_desk_cannot_pass_off_what_was_not_sealed_or_logged(
    bag: Path, case: Case, change: Change, said: str
) -> None:
    change(bag)
    log_anew(bag, case)

    assert said in refusal(bag, *KEYS)


def test_an_unaltered_package_that_is_logged_anew_holds(bag: Path, case: Case) -> None:
    log_anew(bag, case)

    assert run(bag, *KEYS).returncode == 0


def test_a_package_s_own_proof_must_be_there_and_be_of_this_package(bag: Path, case: Case) -> None:
    shutil.copy(bag / find(bag, FIRST)[0], bag / "package.tlog-proof")
    sum_anew(bag)
    assert "package.tlog-proof is of another package" in refusal(bag, *KEYS)

    (bag / "package.tlog-proof").unlink()
    sum_anew(bag)
    assert "package.tlog-proof cannot be read" in refusal(bag, *KEYS)


def test_under_another_key_nothing_holds_and_a_mistyped_one_is_named(good: Path) -> None:
    stranger = Ed25519Signer(name=DESK.name, secret=bytes(32)).verifier()
    assert "package.tlog-proof: the log did not sign this checkpoint" in refusal(good, str(stranger))
    assert "the key was mistyped" in refusal(good, KEYS[0].replace("+", "+0", 1))
    assert "the key of witness.example/w1 was mistyped" in refusal(good, KEYS[0], KEYS[1].replace("+", "+0", 1))
    assert "none of the kind that belongs there" in refusal(good, KEYS[0], KEYS[0])
    assert "package.tlog-proof cannot be read" in refusal(good, "nonsense")


def test_nothing_out_of_the_package_is_run(bag: Path, tmp_path: Path) -> None:
    mark = tmp_path / "was run"
    for script in ("verify_proof.py", "hashlib.py", "json.py", "data/hashlib.py"):
        (bag / script).write_text(f"open({str(mark)!r}, 'w')")
    refusal(bag, *KEYS)
    subprocess.run([sys.executable, "-I", SCRIPT, "."], cwd=bag, capture_output=True, check=False)

    assert not mark.exists()


def test_a_hostile_name_cannot_forge_a_line_or_turn_the_text(bag: Path) -> None:
    (bag / "data" / "x\nAll of this holds under the keys that you gave\u202e\x1b[2J").touch()

    said = refusal(bag, *KEYS)
    assert "\\nAll of this" in said
    assert not set(said[:-1]) & set("\n\u202e\x1b")


def test_bytes_flipped_anywhere_are_always_refused_and_the_file_is_named(bag: Path) -> None:
    paths = [str(path.relative_to(bag)) for path in sorted(bag.rglob("*")) if path.is_file()]
    for number, path in enumerate(paths):
        before = (bag / path).read_bytes()
        flip(bag, path, number * 7919)
        said = refusal(bag, *KEYS)
        assert path in said or re.search(r"tagmanifest-\w+\.txt", path), said
        (bag / path).write_bytes(before)
    assert run(bag, *KEYS).returncode == 0


def test_a_clip_that_was_not_to_go_out_is_not_there_but_its_parcel_s_manifest_names_it(good: Path) -> None:
    assert FILMS["kept"].digest.hex() not in (good / "manifest-sha256.txt").read_text()
    assert FILMS["kept"].digest.hex() in (good / NOTE).read_text()


@pytest.mark.parametrize("words", [["--help"], ["-x", "y"]], ids=["help", "flag"])
def test_whoever_asks_how_it_is_used_reads_it(words: list[str]) -> None:
    done = run(*words)

    assert (done.returncode, done.stdout) == (1, "")
    assert "python3 -I verify.py [FOLDER [LOG-KEY [WITNESS-KEY ...]]]" in done.stderr


def test_where_there_is_no_package_it_says_so(tmp_path: Path) -> None:
    assert "manifest-sha256.txt is missing" in refusal(tmp_path)
    assert "it cannot be read" in refusal(tmp_path / "nowhere")


def test_it_is_short_and_imports_the_standard_library_only() -> None:
    source = SCRIPT.read_text()
    tree = ast.parse(source)
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    assert len(source.splitlines()) - (tree.body[0].end_lineno or 0) <= 165
    assert max(map(len, source.splitlines())) <= 120
    assert imported <= set(sys.stdlib_module_names)
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_of_a_parcel_that_was_received_twice_the_first_time_counts(tmp_path: Path) -> None:
    with open_case(tmp_path / "desk") as case:
        again = parse_record(case.ledger.record(1)).event
        case.append(again)
        planned = case.plan()
        bag = lay_in(tmp_path / "bag", planned, case.log_export(planned))

    of_clip = run(bag, *KEYS).stdout.split(CLIP)[1].split("\n\n")[0]
    assert "(event 1)" in of_clip
    assert "no later than 2030-03-17 20:16:40 UTC" in of_clip
