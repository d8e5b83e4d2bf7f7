"""A published film is packed for a broadcaster: a film to edit with, its sound, lists, subtitles and terms (docs/formats/broadcast.md).

Everything is made out of the film that two people cleared, decoded once more, and of its plan: no original is opened, so nothing can come in that was not cleared.
What is new, the container and the terms, is looked through before the package gets its name.

Invariants: only a film that is published and that nobody refused since is packed; the package is in the log before its folder has its name; under that name it is
whole or not there. Peak: that of `mezzanine`; on the disk the film, and the package.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import jebi
from jebi.device import blocks
from jebi.errors import Damaged, Refused, failures_named
from jebi.media import mezzanine
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.probe import Probe, probe
from jebi.media.readback import readback
from jebi.media.samples import samples
from jebi.office.kept import pieces
from jebi.office.leak_search import secrets_of
from jebi.office.progress import Progress
from jebi.office.releasing import SECOND, Releases
from jebi.office.rendering import neutralise
from jebi.office.showing import ANOTHER
from jebi.release import broadcast, inspection, terms_form
from jebi.release.instructions import Terms
from jebi.release.output import FILM
from jebi.release.plan import Plan
from jebi.release.programme import Programme, Stem
from jebi.release.register import MEMBER, Released
from jebi.release.secret_words import Secrets
from jebi.vault import files

PACKED = "cut-packed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A package: of which film, how many files and bytes it has, and the SHA-256 of its sums."""

    film: int
    files: int
    size: int
    sha256: str


def pack(jail: Jail, releases: Releases, cut: int, name: str, terms: bytes, target: str, progress: Progress) -> Packed:
    """Pack the film of a cut, as it is published.

    Args:
        jail: in which the film is decoded.
        releases: of an archive that this process holds.
        cut: its number.
        name: of the publisher who packs it.
        terms: as the organisation wrote them, TOML.
        target: a folder that does not exist.
        progress: for whoever waits.

    Raises:
        Refused: as `Releases.published`; there is something at the target; the programme is none that editing suites read; the terms have a secret of
            the archive in them, or the new film something that no output has.
        NothingFound, Damaged: as `Releases.published`; the terms cannot be read.
        NoRoom, Unable: as `mezzanine.film`. No folder is left.
    """
    if os.path.lexists(target):
        raise Refused("there is something of this name already", hint="name a folder that does not exist")
    film, plan, opened = releases.published(cut, name)
    told = terms_form.parse(terms, is_spoken_by_a_machine=bool(plan.voice))
    secrets = _secrets(releases, plan)
    _check_terms(told, secrets)
    with _beside(target) as folder:
        source = os.path.join(folder, FILM)
        with failures_named(target, "written"), open(source, "xb") as written:
            written.writelines(pieces(opened, 0, opened.size))
        programme = _encode(jail, source, film, plan, folder, progress)
        os.unlink(source)
        _check_film(jail, os.path.join(folder, programme.film), secrets)
        packed = _seal_up(folder, programme, told)
        detail = f"film {film.number}, sums sha256 {packed.sha256}"
        time = releases.clearances.now_ms() // SECOND
        releases.clearances.desk.append(PACKED, f"cut/{cut}", detail, actor=f"{MEMBER}{name}", time=time)
        with failures_named(target, "written"):
            os.rename(folder, target)
            files.sync_folder(os.path.dirname(os.path.abspath(target)))
    return replace(packed, film=film.number)


def _secrets(releases: Releases, plan: Plan) -> Secrets:
    with releases.clearances.catalogue.reading() as connection:
        return secrets_of(connection, releases.clearances.kept, [source.clip for source in plan.sources])


def _check_terms(terms: Terms, secrets: Secrets) -> None:
    """Raise `Refused` where the terms tell what the archive keeps to itself; all else in the package was cleared."""
    texts = {"credit": terms.credit, "contact": terms.contact, "embargo": terms.embargo}
    texts |= {f"rights.{language}": text for language, text in terms.rights.items()}
    found = [where for where, text in texts.items() if secrets.found_in(text)]
    if found:
        raise Refused(
            f"{found[0]} of the terms has a word in it that must not go out: a file's name, a pseudonym, a serial number",
            hint="write it otherwise",
        )


def _encode(jail: Jail, source: str, film: Released, plan: Plan, folder: str, progress: Progress) -> Programme:
    """The film and its sound, made of the published film's own pictures and samples."""
    seen = probe(jail, source)
    if not seen.videos:
        raise Refused("there is nothing to see in the film")
    video = seen.videos[0]
    size, rate = (video.width, video.height), plan.picture.rate
    programme = broadcast.programme_of(film.number, plan, size, has_sound=bool(seen.audios))
    sound = os.path.join(folder, programme.stem(Stem.MIX)) if seen.audios else None
    if sound:
        heard = samples(jail, source, seen, rate=mezzanine.HERTZ)
        mezzanine.stem(heard, sound, channels=1, rate=programme.rate.frames, frames=programme.frames)
    pictures = _numbered(jail, source, seen, rate, programme.frames, progress)
    target, until_ms = os.path.join(folder, programme.film), _begins_ms(programme.frames, rate)
    mezzanine.film(pictures, target, rate=Fraction(rate), until_ms=until_ms, sound=sound)
    neutralise(target)
    return programme


def _numbered(jail: Jail, source: str, seen: Probe, rate: int, count: int, progress: Progress) -> Iterator[Frame]:
    """The pictures of a film of a steady rate, each at the moment of its number. Its own times are rounded, and one could come twice and its neighbour never."""
    lines = min(seen.videos[0].width, seen.videos[0].height)
    number = 0
    progress.begin("packing the film", count, "pictures")
    for frame in frames(jail, source, seen, height=lines):
        yield replace(frame, time_ms=_begins_ms(number, rate))
        number += 1
        progress.advance(1)
    if number != count:
        raise Damaged(f"the film has {number} pictures, and its plan {count}", hint=ANOTHER)


def _begins_ms(picture: int, rate: int) -> int:
    return picture * 1000 // rate


def _check_film(jail: Jail, path: str, secrets: Secrets) -> None:
    """Raise `Refused` where the new film says anything but its pictures and its sound."""
    with blocks.open_for_reading(path) as source:
        checks = list(inspection.film(source, secrets, version=jebi.__version__))
    read = readback(jail, path)
    foreign = [(claim.group, claim.name) for claim in read.foreign]
    checks.append(inspection.metadata(foreign, tool=read.tool, read=read.read, is_cut=read.is_cut))
    if findings := [finding.what for check in checks for finding in check.findings]:
        raise Refused(f"the film that was made says what it must not: {findings[0]}", hint="nothing was packed")


def _seal_up(folder: str, programme: Programme, terms: Terms) -> Packed:
    """Write what is text, and the sums of all, and have it all on the disk."""
    for name, content in broadcast.texts(programme, terms).items():
        files.replace(os.path.join(folder, name), content)
    digests, size = dict[str, str](), 0
    for name in broadcast.names(programme, terms):
        with failures_named(name, "read"), open(os.path.join(folder, name), "rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
            size += os.fstat(file.fileno()).st_size
    sums = broadcast.sums(programme, terms, digests)
    files.replace(os.path.join(folder, broadcast.SUMS), sums)
    sha256 = hashlib.sha256(sums).hexdigest()
    return Packed(film=0, files=len(digests) + 1, size=size + len(sums), sha256=sha256)


@contextlib.contextmanager
def _beside(target: str) -> Iterator[str]:
    """A folder beside the target for as long as it has no name of its own."""
    with failures_named(target, "written"):
        folder = tempfile.mkdtemp(prefix=".packing-", dir=os.path.dirname(os.path.abspath(target)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
