"""Where the custody log lies: checkpoints that are kept."""

from pathlib import Path

from archive.logs import LOG, SIGNER, event
from jebi.archive.custody import CustodyLog
from jebi.archive.ledger import kept_checkpoints
from jebi.vault.ledger import Ledger


def test_kept_checkpoints_are_listed_by_size(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        for number in range(12):
            log.append(*event(number))
            log.keep(log.checkpoint().written())

        assert [one.size for one in kept_checkpoints(ledger, LOG)] == list(range(1, 13))
        assert log.check().compared == 12
