"""What `docs/without-jebi.md` says is done as it says it: by other people's tools, in its order, on a desk's real files.

Debian's `age` is too old for post-quantum keys. Where the document asks for a newer one, an `age` of another author
(typage, under Node) is given the same words.
"""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "without-jebi.md"
BLOCK = re.compile(r"<!-- run(?:: (\S+))? -->\n```(\w+)\n(.*?)```", re.DOTALL)
BIN = Path(sys.executable).parent
PHRASE = "six words that nobody else knows"
DESK = ("--archive", "archive", "--passphrase-file", "passphrase")
PAIR = ("--archive", "pair", "--passphrase-file", "passphrase")
AUTHORITY = """
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = authority.pem
signer_key = authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""
NEW_AGE = f"""#!/bin/sh
case "$*" in
"-d -i "*) key=$(grep ^AGE "$3"); shift 3; exec node {ROOT}/tests/interop/age.mjs decrypt "$key" < "${{1:-/dev/stdin}}" ;;
*) exec /usr/bin/age "$@" ;;
esac
"""


def done(folder: Path, *words: str) -> str:
    path = f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin"
    ended = subprocess.run(
        words, cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
    return ended.stdout


def typed(folder: Path, script: str) -> str:
    """Run a block at a terminal, where somebody types the passphrase as often as it is asked for."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        environment = {"PATH": f"{folder}/bin:{BIN}:/usr/bin:/bin", "TERM": "dumb"}
        os.execve("/bin/bash", ["bash", "-e", "-o", "pipefail", "-c", script], environment)
    said, asked = b"", b""
    try:
        while piece := os.read(terminal, 1024):
            said, asked = said + piece, asked + piece
            if asked.rstrip().endswith(b"passphrase:"):
                os.write(terminal, PHRASE.encode() + b"\n")
                asked = b""
    except OSError:  # how Linux says that the other side of a terminal is gone
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    text = said.decode().replace("\r\n", "\n")
    assert status == 0, (script, text)
    return text


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a parcel, a proof and a timestamp; and a second archive, of the same key, that needs two people."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "passphrase").write_text(PHRASE + "\n")
    (folder / "card").mkdir()
    (folder / "card" / "제비.mp4").write_bytes(os.urandom(200_000))
    papers = done(folder, "jebi", "desk", "init", *DESK, "--name", "example.org/desk")
    words = re.findall(r"^paper \d: (.+)$", papers, re.MULTILINE)
    (folder / "two-papers.txt").write_text(f"{words[2]}\n{words[0]}\n")
    _second(folder)
    for archive, kit in ((DESK, "kit"), (PAIR, "kit-2")):
        files = ("--kit", kit, "--route", f"{kit}-route", "--receipts", f"{kit}-codes")
        done(folder, "jebi", "desk", "trip", *archive, *files)
        done(folder, "jebi", "field", "seal", "card", "--onto", f"{kit}-stick", "--survive", "0", "--kit", kit)
    done(folder, "jebi", "desk", "receive", "kit-stick", *DESK)
    done(folder, "jebi", "desk", "receive", "kit-2-stick", *PAIR, "--with", "second.txt")
    _prove(folder)
    (folder / "node_modules").symlink_to(ROOT / "tests" / "interop" / "node_modules")
    (folder / "verify_proof.py").write_bytes((ROOT / "docs" / "verify_proof.py").read_bytes())
    return folder


def _second(folder: Path) -> None:
    """The second person's key, as docs/guides/desk.md has it made, and an archive that needs it."""
    second = ("--archive", "second", "--passphrase-file", "passphrase", "--name", "example.org/second")
    done(folder, "jebi", "desk", "init", *second)
    typed(folder, "age -d second/keys/identity.age > second.txt")
    (recipient,) = re.findall(r"^# public key: (age1pq1\w+)$", (folder / "second.txt").read_text(), re.MULTILINE)
    pair = ("--name", "example.org/pair", "--with", recipient, "--from-papers", "two-papers.txt")
    done(folder, "jebi", "desk", "init", *PAIR, *pair)


def _prove(folder: Path) -> None:
    parcel = next((folder / "archive" / "parcels").iterdir()).stem
    key = done(folder, "jebi", "desk", "prove", parcel, "--out", "parcel.tlog-proof", *DESK)
    (folder / "log.key").write_text(key)
    (folder / "settings").write_text(AUTHORITY)
    (folder / "serial").write_text("01\n")
    uses = ("-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature")
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "authority.key")
    done(folder, "openssl", "req", "-x509", *made, "-out", "authority.pem", "-subj", "/CN=here", "-days", "9", *uses)
    done(folder, "jebi", "desk", "timestamp", "--request", "q.tsq", *DESK)
    answer = ("-queryfile", "q.tsq", "-out", "a.tsr")
    done(folder, "openssl", "ts", "-reply", "-config", "settings", "-section", "here", *answer)
    done(folder, "jebi", "desk", "timestamp", "--answer", "a.tsr", "--roots", "authority.pem", *DESK)


def _parcel(folder: Path, archive: str) -> str:
    (name,) = (path.stem for path in (folder / archive / "parcels").iterdir())
    return name


def test_everything_that_the_document_does_without_jebi_can_be_done(desk: Path) -> None:
    identities, said = [], ""
    for use, language, block in BLOCK.findall(DOCUMENT.read_text(encoding="utf-8")):
        if language != "sh":
            (desk / use).write_text(block, encoding="utf-8")
            continue
        (desk / "bin").mkdir(exist_ok=True)
        (desk / "bin" / "age").unlink(missing_ok=True)
        if use == "age":
            (desk / "bin" / "age").write_text(NEW_AGE)
            (desk / "bin" / "age").chmod(0o755)
        script = block
        for archive in ("archive", "pair"):
            script = script.replace(f"{archive}/parcels/PARCEL", f"{archive}/parcels/{_parcel(desk, archive)}")
        assert "PARCEL" not in script
        said += typed(desk, script)
        if "identity.txt" in block and "opened" not in block:
            identities.append(
                re.findall(r"^AGE-SECRET-KEY-PQ-1\w+$", (desk / "identity.txt").read_text(), re.MULTILINE)
            )

    assert len(identities) == 2, "one from the passphrase, one from two papers"
    assert identities[0] == identities[1]
    clip = (desk / "card" / "제비.mp4").read_bytes()
    opened = ("opened", "opened-by-node", "opened-by-two", "opened-by-both")
    assert [(desk / name / "clips" / "제비.mp4").read_bytes() == clip for name in opened] == [True] * 4
    assert said.count("clips/제비.mp4: OK") == 4
    assert said.count("Verification: OK") == 1
    assert re.search(r"^Time stamp: \w+ +\d+ .* GMT$", said, re.MULTILINE)
    (proven,) = re.findall(r"sealed sha256 ([0-9a-f]{64})", said)
    assert f"{proven}  archive/parcels/" in said


def test_every_block_of_the_document_is_run() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == len(re.findall(r"^```\w", text, re.MULTILINE))
