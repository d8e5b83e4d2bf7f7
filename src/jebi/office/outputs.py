"""A rendered film becomes an output: its stills, its stream in some sizes, and the film signed, all of it before anybody clears it.

The stream and the stills are made of the covered film alone, once for each rendering: what it costs is to encode the film up to three times more, in smaller sizes
and on one core, for with more the bytes are not the same each time. Nothing is encoded after this.

Invariants: the same film, plan and credential give the same bytes; no file says more than the film does, but the credentials, which say what was done and by
whom. Peak: that of `ladder` and of `media.credentials`; on the disk the film twice.
"""

import hashlib
import os

from jebi.device import blocks
from jebi.errors import Damaged, failures_named
from jebi.media.credentials import sign
from jebi.media.jail import Jail
from jebi.media.ladder import Movie, make_ladder, make_stills
from jebi.media.probe import probe
from jebi.office.issuer import Issuer
from jebi.office.labour import Report
from jebi.release.credential_box import lies_at
from jebi.release.credential_salts import settled
from jebi.release.credentials import definition
from jebi.release.output import FILM
from jebi.release.plan import Plan
from jebi.release.statement import statement

POSTER_AT = 3  # the poster is of the picture after the first third: what a film is about is seldom seen at once
UNSIGNED = "unsigned.mp4"


def make_output(jail: Jail, plan: Plan, folder: str, pictures: int, issuer: Issuer, report: Report) -> tuple[str, ...]:
    """Make all that goes out beside `film.mp4`, which lies in a folder, and sign the film there.

    Args:
        jail: in which the film is looked at.
        plan: what it was rendered from.
        folder: with the film, and nothing else.
        pictures: how many there are in the film.
        issuer: who signs.
        report: for whoever waits.

    Returns: the names of all files, in order.

    Raises:
        Refused: the certificate is not good today.
        Stopped: `report` said so.
        Unable, Damaged: ffmpeg, the disk or the library that signs failed; what is in the folder then is not to be used.
    """
    film = os.path.join(folder, FILM)
    seen = probe(jail, film, can_stop=report.can_stop)
    (shown,) = seen.videos
    movie = Movie(
        path=film,
        width=shown.width,
        height=shown.height,
        seconds=pictures / plan.picture.rate,
        has_sound=bool(seen.audios),
    )
    report.say(0, 3, "files")
    stream = make_ladder(movie, folder, can_stop=report.can_stop)
    report.say(1, 3, "files")
    stills = make_stills(movie, folder, at=movie.seconds / POSTER_AT)
    report.say(2, 3, "files")
    sign_film(plan, folder, issuer)
    return tuple(sorted((FILM, *(one.name for one in (*stream, *stills)))))


def sign_film(plan: Plan, folder: str, issuer: Issuer) -> None:
    """Put credentials into the film of a folder: what was done by its plan, and who says so. Raises as `make_output`."""
    film, unsigned = os.path.join(folder, FILM), os.path.join(folder, UNSIGNED)
    with failures_named("the film", "signed"):
        os.rename(film, unsigned)
        with open(unsigned, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    asked: list[tuple[bytes, bytes]] = []

    def signature(message: bytes) -> bytes:
        asked.append((message, issuer.credential.sign(message)))
        return asked[-1][1]

    sign(
        unsigned,
        film,
        definition=definition(statement(plan, digest)),
        chain=issuer.credential.chain,
        algorithm=issuer.credential.algorithm,
        signature=signature,
    )
    _settle(film, digest, asked[-1], issuer)
    with failures_named("the film", "signed"):
        os.unlink(unsigned)


def _settle(film: str, digest: bytes, asked: tuple[bytes, bytes], issuer: Issuer) -> None:
    """Write salts over that follow from the film, and sign anew."""
    with blocks.open_for_reading(film) as source:
        place = lies_at(source)
        if place is None:
            raise Damaged("the film was not signed")
        start, stop = place
        box = source.read_at(start, stop - start)
    signed, signature = asked
    new = settled(box, signed=signed, signature=signature, film=digest, sign=issuer.credential.sign)
    with failures_named("the film", "signed"), open(film, "r+b") as file:
        file.seek(start)
        file.write(new)
