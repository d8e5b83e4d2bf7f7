"""The files of an output, each looked at as bytes: the film, the sizes of its stream, the stills, the playlists.

Invariants: every file of the folder is looked at, or found to be one that no output has; nothing is decoded here but by exiftool in the jail. A size is what its
own playlist plays of it, to the last sample, or it is refused. Peak: that of `inspection`; a still and a playlist whole.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

import jebi
from jebi.device import blocks
from jebi.errors import Damaged, failures_named
from jebi.media.jail import Jail
from jebi.media.readback import readback
from jebi.office.labour import Report
from jebi.release import inspection, renditions
from jebi.release.beside import STILLS, STREAM, beside, sizes
from jebi.release.boxes import Source
from jebi.release.leaks import Check, Finding, Reason
from jebi.release.output import FILM
from jebi.release.pictures_out import LARGEST_FILE
from jebi.release.secret_words import Secrets

IN_BYTES = ("container", "bitstream", "traces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """An output that was laid out in a folder, where nothing else is.

    Attributes:
        paths: of all files, as they are named in the output.
        contents: of those that are no film, as far as they are looked at.
        sizes: names of the stream's films that are there.
        stills: names of the stills that are there.
    """

    folder: str
    paths: tuple[str, ...]
    contents: Mapping[str, bytes]
    sizes: tuple[str, ...]
    stills: tuple[str, ...]

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def named(self, *names: str) -> dict[str, str]:
        """Where these are."""
        return {name: self.path(name) for name in names}


def laid_out(folder: str) -> Laid:
    """What lies in a folder."""
    found = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    paths = tuple(sorted(os.path.relpath(path, folder) for path in found))
    contents = {path: _read(os.path.join(folder, path)) for path in paths if not path.endswith(".mp4")}
    films = (f"{lines}.mp4" for lines in sizes(contents.get(STREAM, b"")))
    return Laid(
        folder=folder,
        paths=paths,
        contents=contents,
        sizes=tuple(name for name in films if name in paths),
        stills=tuple(name for name in STILLS if name in paths),
    )


def check_bytes(laid: Laid, secrets: Secrets) -> Iterator[Check]:
    """The checks `container`, `bitstream` and `traces` of all films, and `files`."""
    version, found = jebi.__version__, {}
    with ExitStack() as stack:
        for name, source in _films(laid, stack).items():
            if name == FILM:
                found[name] = inspection.film(source, secrets, version=version, has_credential=True)
            else:
                head, pieces = renditions.parts(source)
                found[name] = inspection.stream(head, pieces, secrets, version=version)
    for check in IN_BYTES:
        yield inspection.together(
            check, {name: next(one for one in made if one.name == check) for name, made in found.items()}
        )
    yield beside(laid.paths, laid.contents, secrets, version=version)


def check_metadata(jail: Jail, laid: Laid, bare: str, report: Report) -> Check:
    """The check `metadata` of all films and stills; `bare` is the film without its credentials, or empty."""
    found = {}
    for name, path in laid.named(FILM, *laid.sizes, *laid.stills).items():
        read = readback(jail, bare if bare and name == FILM else path, can_stop=report.can_stop)
        foreign = [(claim.group, claim.name) for claim in read.foreign]
        found[name] = inspection.metadata(foreign, tool=read.tool, read=read.read, is_cut=read.is_cut)
    return inspection.together("metadata", found)


def check_played(laid: Laid) -> Iterator[Finding]:
    """What is wrong with how playlists play their films: what is played must be all of a film that is compared, and in its order."""
    with ExitStack() as stack:
        for name, source in _films(laid, stack).items():
            if name == FILM:
                continue
            try:
                played = renditions.played(source, laid.contents.get(name.replace(".mp4", ".m3u8"), b""))
                for finding in renditions.differing([played], [renditions.fragmented(source)]):
                    yield replace(finding, what=f"{name}: {finding.what}")
            except Damaged as error:
                yield Finding(reason=Reason.RENDITION_DIFFERS, what=f"{name} is not what is played: {error.what}")


def _films(laid: Laid, stack: ExitStack) -> dict[str, Source]:
    """The film and its sizes, open."""
    return {
        name: stack.enter_context(blocks.open_for_reading(path)) for name, path in laid.named(FILM, *laid.sizes).items()
    }


def _read(path: str) -> bytes:
    """A small file, with a byte more than any that goes out."""
    with failures_named(path, "read"), open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)
