"""What others do with the same bytes. Each returns seconds there and back; tools of the system, as their manuals say."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent / ".venv" / "bin"


@dataclass(frozen=True, slots=True)
class Both:
    """Seconds to seal and to restore; None where a peer only goes one way."""

    there: float
    back: float | None


def age(clip: Path, folder: Path) -> Both:
    """`tar` and `age` alone: one file, no redundancy."""
    identity, recipient = _age_key(folder)
    sealed, out = folder / "clip.age", folder / "out"
    out.mkdir()
    there = _seconds(lambda: _sh(f"tar -c -C {clip.parent} {clip.name} | age -r {recipient} > {sealed}", sync=True))
    back = _seconds(lambda: _sh(f"age -d -i {identity} {sealed} | tar -x -C {out}", sync=True))
    return Both(there, back)


def age_par2(clip: Path, folder: Path) -> Both:
    """`age`, then `par2` with as much redundancy as five sticks of which three suffice: two thirds."""
    identity, recipient = _age_key(folder)
    sealed = folder / "clip.age"

    def there() -> None:
        _sh(f"age -r {recipient} -o {sealed} {clip} && par2 create -q -q -r67 {sealed}.par2 {sealed}", sync=True)

    def back() -> None:
        _sh(f"par2 repair -q -q {sealed}.par2 && age -d -i {identity} -o {folder / 'out'} {sealed}", sync=True)

    took = _seconds(there)
    _overwrite(sealed, 0.4)
    return Both(took, _seconds(back))


def age_zfec(clip: Path, folder: Path) -> Both:
    """`age`, then `zfec` 3-of-5, restored from the worst three."""
    identity, recipient = _age_key(folder)
    sealed, shares = folder / "clip.age", folder / "shares"
    shares.mkdir()

    def there() -> None:
        _sh(f"age -r {recipient} -o {sealed} {clip} && {TOOLS}/zfec -q -k 3 -m 5 -d {shares} -p s {sealed}", sync=True)

    def back() -> None:
        worst = " ".join(str(path) for path in sorted(shares.iterdir())[2:])
        _sh(
            f"{TOOLS}/zunfec -o {folder / 'back.age'} {worst} && age -d -i {identity} -o {folder / 'out'} {folder / 'back.age'}",
            sync=True,
        )

    took = _seconds(there)
    sealed.unlink()
    return Both(took, _seconds(back))


def dd(clip: Path, folder: Path) -> Both:
    """The limit of the disk: five thirds of the bytes written and synced, and one copy back."""
    third = clip.stat().st_size // 3

    def there() -> None:
        for i in range(5):
            _sh(
                f"dd if={clip} of={folder / str(i)} bs=1M iflag=count_bytes,skip_bytes count={third} skip={i % 3 * third} conv=fsync status=none"
            )

    def back() -> None:
        for i in range(3):
            _sh(f"dd if={folder / str(i)} of={folder / 'back'} bs=1M oflag=append conv=notrunc,fsync status=none")

    return Both(_seconds(there), _seconds(back))


def nncp(clip: Path, folder: Path) -> Both:
    """`nncp-file` in chunks to a spool, carried to itself, and put together again. No redundancy."""
    config, spool, incoming = folder / "nncp.hjson", folder / "spool", folder / "incoming"
    spool.mkdir()
    incoming.mkdir()
    made = subprocess.run(["nncp-cfgnew", "-nocomments"], capture_output=True, text=True, check=True).stdout
    made = re.sub(r"spool: .*", f"spool: {spool}", made)
    made = re.sub(r"log: .*", f"log: {folder / 'log'}", made)
    made = re.sub(r"exec: .*", f"incoming: {incoming}", made)
    config.write_text(made, encoding="utf-8")

    def there() -> None:
        _sh(f"nncp-file -quiet -cfg {config} -chunked 131072 {clip} self:", sync=True)

    def back() -> None:
        (node,) = (path for path in spool.iterdir() if path.is_dir() and not path.is_symlink() and path.name != "tmp")
        (node / "tx").rename(node / "rx")
        _sh(
            f"nncp-toss -quiet -cfg {config} && nncp-reass -quiet -cfg {config} {incoming / clip.name}.nncp.meta",
            sync=True,
        )

    took = _seconds(there)
    return Both(took, _seconds(back))


def _age_key(folder: Path) -> tuple[Path, str]:
    identity = folder / "key"
    said = subprocess.run(["age-keygen", "-o", str(identity)], capture_output=True, text=True, check=True)
    return identity, said.stderr.split()[-1]


def _overwrite(path: Path, share: float) -> None:
    """Damage the end of a file, as a lost stick would."""
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(int(size * (1 - share)))
        file.writelines(os.urandom(1 << 20) for _ in range(int(size * share) >> 20))


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _sh(line: str, *, sync: bool = False) -> None:
    subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], check=True, stdout=subprocess.DEVNULL)
    if sync:
        os.sync()
