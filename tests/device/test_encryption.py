"""What the kernel shows of a disk decides whether it is encrypted."""

from pathlib import Path

import pytest

from jebi.device.encryption import is_crypt, is_encrypted
from jebi.errors import Unable


def test_a_disk_is_encrypted_when_all_that_it_is_made_of_is(tmp_path: Path) -> None:
    """As /sys shows a partition, LUKS on it, LVM on that, and a mirror of one such and one plain disk."""
    for name, uuid, parts in (
        ("sda/sda1", None, []),
        ("dm-0", "CRYPT-LUKS2-0123-crypt", ["sda/sda1"]),
        ("dm-1", "LVM-abc", ["dm-0"]),
        ("dm-2", "LVM-def", ["dm-1", "sda/sda1"]),
        ("md0/md0p1", None, []),
    ):
        (tmp_path / name / "slaves").mkdir(parents=True)
        for part in parts:
            (tmp_path / name / "slaves" / part.replace("/", "-")).symlink_to(tmp_path / part)
        if uuid:
            (tmp_path / name / "dm").mkdir()
            (tmp_path / name / "dm" / "uuid").write_text(uuid)
    (tmp_path / "md0" / "slaves").mkdir()
    (tmp_path / "md0" / "slaves" / "dm-0").symlink_to(tmp_path / "dm-0")
    for partition in ("sda/sda1", "md0/md0p1"):
        (tmp_path / partition / "partition").touch()
    answers = {name: is_crypt(tmp_path / name) for name in ("sda/sda1", "dm-0", "dm-1", "dm-2", "md0/md0p1")}
    assert answers == {"sda/sda1": False, "dm-0": True, "dm-1": True, "dm-2": False, "md0/md0p1": True}


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(Unable, match="/nowhere"):
        is_encrypted("/nowhere")
