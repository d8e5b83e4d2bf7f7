"""The custody log, killed while it is appended to: what was said to be kept is kept, and the whole log agrees."""

import random
import subprocess
import sys
import time
from pathlib import Path

from depth import often
from jebi.archive.custody import CustodyLog
from jebi.archive.record import parse_record
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

KILLS = often(120, 30)
SIGNER = Ed25519Signer(name="example.org/log", secret=bytes(range(32)))

# Appends for ever, and says the number of each record once it is kept.
APPENDS = """
import os, sys
from pathlib import Path
from jebi.archive.custody import CustodyLog
from jebi.archive.record import DICE, Event
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

signer = Ed25519Signer(name="example.org/log", secret=bytes(range(32)))
with Ledger(Path(sys.argv[1])) as ledger:
    log = CustodyLog(ledger, signer)
    while True:
        detail = "x" * (ord(os.urandom(1)) * 8)
        event = Event(kind="parcel-received", subject="0123456789abcdef", detail=detail, actor="desk", time=1)
        print(log.append(event, os.urandom(DICE)), flush=True)
"""


def test_what_was_said_to_be_kept_is_kept_at_whatever_moment_it_is_killed(tmp_path: Path) -> None:
    dice, kept, kills = random.Random(20261122), -1, 0
    with Ledger.create(tmp_path / "log"):
        pass
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", APPENDS, str(tmp_path / "log")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.05 * dice.random())
        kills += process.poll() is None
        process.kill()
        rest, complaint = process.communicate()
        assert not complaint
        said = [int(line) for line in (first + rest).split(b"\n")[:-1]]
        assert said == list(range(said[0], said[0] + len(said)))
        with Ledger(tmp_path / "log") as ledger:
            checked = CustodyLog(ledger, SIGNER).check()
            records = [parse_record(line) for line in ledger.records()]
        assert said[0] in {kept + 1, kept + 2}, "one more may have been kept than was said"
        assert len(records) == checked.checkpoint.size + checked.pending
        assert checked.pending in {0, 1}, "what a crash left for the next checkpoint to name"
        assert len(records) - 1 in {said[-1], said[-1] + 1}
        kept = said[-1]
    assert kills == KILLS
    print(f"\n{kills} kills while the log was appended to; {kept + 1} records kept")
