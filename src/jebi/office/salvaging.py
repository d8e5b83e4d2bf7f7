"""Salvage at the desk: what can be had of a parcel that will not become whole.

Writes `salvaged/PARCEL/` into the archive: the clips as far as they go, with holes where nothing could be had, and
`gaps.json`, which says where. The parcel stays in the tray; more sticks may still complete it.

Invariants: nothing unauthenticated is written; nothing salvaged is ever called whole, signed or received; it has its name
only when all of it lies there, and what was salvaged before stays until then.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence

from jebi.archive.receive import parcel_id
from jebi.errors import Damaged, WrongKey
from jebi.office.desk import Reception
from jebi.office.finishing import PARTIAL
from jebi.office.reading import Pile, Reader
from jebi.parcel.blocks import SYMBOL
from jebi.parcel.keys import Identity
from jebi.parcel.safename import Names
from jebi.parcel.salvage import SalvagedClip, find_clips
from jebi.parcel.seal import salvage
from jebi.parcel.stream import Chained, Gap, Source
from jebi.vault import files

PIECE = 1 << 20
SEALED, OPENED, MAP = "sealed.part", "opened.part", "gaps.json"


def salvage_pile(desk: Reception, reader: Reader, pile: Pile, outer: Sequence[Identity]) -> list[SalvagedClip]:
    """Salvage one parcel; returns its clips as far as they go.

    Raises:
        Damaged: its first block is not whole, and with it the seal's head, without which nothing opens; or it was
            sealed to somebody else.
    """
    parcel = parcel_id(pile.secret, pile.shape)
    folder = desk.path("salvaged", parcel)
    beside = folder + PARTIAL
    shutil.rmtree(beside, ignore_errors=True)
    os.makedirs(beside, mode=0o700)
    try:
        clips = _salvage(desk, reader, pile, outer, beside)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(beside, folder)
        files.sync_folder(os.path.dirname(folder))
    except (Damaged, WrongKey) as error:
        raise Damaged(
            f"nothing of parcel {parcel} can be salvaged: {error.what}", hint="more sticks are needed"
        ) from error
    finally:  # half of what could be salvaged looks like all of it
        shutil.rmtree(beside, ignore_errors=True)
    detail = f"{len(clips)} clips, {sum(gap.length for clip in clips for gap in clip.missing)} bytes missing"
    desk.append("parcel-salvaged", parcel, detail, actor="desk", time=int(time.time()))
    return clips


def _salvage(desk: Reception, reader: Reader, pile: Pile, outer: Sequence[Identity], folder: str) -> list[SalvagedClip]:
    sealed, opened = os.path.join(folder, SEALED), os.path.join(folder, OPENED)
    _restore(reader, pile, sealed)
    with open(sealed, "rb") as source:
        gaps = _open(source, [outer, [desk.identity]] if desk.outer else [[desk.identity]], opened)
    os.unlink(sealed)
    return _lay_out(opened, gaps, folder)


def _restore(reader: Reader, pile: Pile, sealed: str) -> None:
    """What blocks there are, at their places; zeros for the others, which will not authenticate."""
    with open(sealed, "wb") as file:
        file.truncate(pile.shape.sealed_length)
    listed = next(iter(reader.lists(pile)), None)
    for block in reader.restore(pile, listed, sealed, only=range(pile.shape.count)):
        if not block.is_whole:
            _lay_source_packets(reader, pile, block.number, sealed)


def _lay_source_packets(reader: Reader, pile: Pile, number: int, sealed: str) -> None:
    """Of a block that cannot be restored, its own packets are still stretches of the sealed file; false ones are not."""
    shape = pile.shape
    end = shape.offset(number) + shape.length(number)
    with open(sealed, "r+b") as file:
        for _, slot in reader.slots(pile.pieces.get(number, ())):
            offset = shape.offset(number) + slot.header.first * SYMBOL
            if offset < end:
                file.seek(offset)
                file.write(slot.packets[: end - offset])


def _open(source: Source, layers: Sequence[Sequence[Identity]], opened: str) -> list[Gap]:
    """Salvage every layer, the outermost first; the innermost goes to a file, with holes."""
    *outer, innermost = layers
    for group in outer:
        source = Chained(_with_zeros(salvage(source, group)))
    gaps: list[Gap] = []
    with open(opened, "wb") as file:
        for piece in salvage(source, innermost):
            if isinstance(piece, Gap):
                _add(gaps, piece)
                file.seek(piece.length, os.SEEK_CUR)
            else:
                file.write(piece)
        file.truncate()
    return gaps


def _add(gaps: list[Gap], gap: Gap) -> None:
    """Neighbouring gaps are one."""
    if gaps and gaps[-1].start + gaps[-1].length == gap.start:
        gap = Gap(start=gaps[-1].start, length=gaps.pop().length + gap.length)
    if gap.length:
        gaps.append(gap)


def _with_zeros(pieces: Iterator[bytes | Gap]) -> Iterator[bytes]:
    for piece in pieces:
        yield bytes(piece.length) if isinstance(piece, Gap) else piece


def _namable(clips: Iterator[SalvagedClip]) -> Iterator[SalvagedClip]:
    """Without those whose names one folder cannot hold together: nobody signed these heads."""
    names = Names()
    for clip in clips:
        with contextlib.suppress(Damaged):
            names.add(clip.name)
            yield clip


def _lay_out(opened: str, gaps: Sequence[Gap], folder: str) -> list[SalvagedClip]:
    with open(opened, "rb") as archive:

        def read_at(offset: int, length: int) -> bytes:
            archive.seek(offset)
            return archive.read(length)

        clips = list(_namable(find_clips(read_at, os.path.getsize(opened), gaps)))
        for clip in clips:
            path = os.path.join(folder, "clips", *clip.name.parts)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            with open(path, "wb") as file:
                file.writelines(
                    read_at(clip.offset + start, min(PIECE, clip.size - start)) for start in range(0, clip.size, PIECE)
                )
                file.flush()
                os.fsync(file.fileno())
    os.unlink(opened)
    lost = {str(clip.name): [[gap.start, gap.length] for gap in clip.missing] for clip in clips}
    files.replace(os.path.join(folder, MAP), json.dumps(lost, ensure_ascii=False, indent=1).encode())
    return clips
