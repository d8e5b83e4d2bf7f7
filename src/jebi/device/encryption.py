"""Whether a folder lies on an encrypted disk, as far as the kernel shows it.

Invariants: only looks; says that it cannot tell, rather than guess.
"""

import os
from pathlib import Path

from jebi.errors import failures_named


def is_encrypted(folder: str) -> bool | None:
    """Whether a folder lies on an encrypted volume (dm-crypt, as LUKS is); None where the kernel shows no volume.

    Encryption inside a file system or in the disk itself is not seen.
    """
    with failures_named(folder, "looked at"):
        device = os.stat(folder).st_dev
    shown = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    return is_crypt(shown.resolve()) if shown.exists() else None  # btrfs, ZFS, a network, memory


def is_crypt(device: Path) -> bool:
    """Whether a device of the kernel's (a folder in /sys) is dm-crypt's, or all that it is made of are."""
    name = device / "dm" / "uuid"
    if name.is_file() and name.read_text(encoding="ascii").startswith("CRYPT-"):
        return True
    whole = device.parent if (device / "partition").is_file() else device
    parts = [part.resolve() for part in whole.glob("slaves/*")]
    return bool(parts) and all(map(is_crypt, parts))
