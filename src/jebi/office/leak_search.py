"""An output is looked through for leaks by other means than it was made with, and a signed report says what was found.

All files of the output are looked at: the film, the sizes of its stream, its stills and playlists. Every check of the list (`release/leaks.py`) stands in the
report; one that could not be run is a finding, so nothing passes because somebody forgot it. The secrets that must not be seen, heard or read are taken from what the
archive knows of the clips: names of files, pseudonyms, serial numbers, owners.

Invariants: a report is of the bytes that were looked at, and says so; a secret is named by its place in the list and never quoted. It mends nothing.
Peak: that of `leaks_camera`; on the disk the output, and the film once more.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

import jebi
from jebi.media.jail import Jail
from jebi.media.metadata import DEVICE
from jebi.media.models import Models
from jebi.office import leaks_camera, leaks_heard, leaks_seen
from jebi.office.issuer import Issuer
from jebi.office.kept import Kept
from jebi.office.labour import Report as Progress
from jebi.office.leaks_beside import Laid, check_bytes, check_metadata, check_played, laid_out
from jebi.office.leaks_credentials import check_credentials
from jebi.office.leaks_renditions import compare_sizes, place_stills
from jebi.office.leaks_seen import Still
from jebi.office.opened import Opened, Others
from jebi.release import inspection
from jebi.release.captions import webvtt
from jebi.release.leaks import Check, Report, most, reported
from jebi.release.output import FILM
from jebi.release.plan import Plan
from jebi.release.programme import Cue
from jebi.release.secret_words import LONGEST_SECRET, MOST_SECRETS, Secrets
from jebi.release.timeline import languages, lines
from jebi.vault import clips, sorting
from jebi.vault.clips import Clip

SHORTEST = 4  # letters of a secret that a machine collected; shorter ones stand in every text
METADATA = "metadata"  # what is derived


def search(
    jail: Jail,
    models: Models,
    plan: Plan,
    opened: Opened,
    others: Others,
    folder: str,
    secrets: Secrets,
    issuer: Issuer,
    digests: tuple[str, str],
    progress: Progress,
) -> Report:
    """Look through an output.

    Args:
        jail: in which everything is decoded.
        models: with which it is looked at and listened to.
        plan: what it was rendered from.
        opened: the sources of the plan.
        others: other films that came with each of them.
        folder: with the output's files, and nothing else; beside it lies a copy of the film for a while.
        secrets: what must not be in it.
        issuer: who was to sign it.
        digests: of output and plan, in hex.
        progress: for whoever waits.

    Raises:
        NotHere: a model is not in place. Whatever decoding a film raises.
    """
    film, laid, bare = os.path.join(folder, FILM), laid_out(folder), f"{folder}.bare"
    checks: list[Check] = list(check_bytes(laid, secrets))
    checks.append(inspection.words(_texts(plan), _subtitles(plan), secrets, version=jebi.__version__))
    try:
        credentials, is_bare = check_credentials(jail, film, bare, plan, issuer, progress)
        checks += [credentials, check_metadata(jail, laid, bare if is_bare else "", progress)]
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(bare)
    renditions, stills = _renditions(jail, laid, progress)
    checks.append(renditions)
    checks += leaks_seen.look(jail, models, plan, opened, film, secrets, progress, stills=stills)
    checks.append(_voices(jail, models, plan, opened, laid, progress))
    checks.append(leaks_camera.measure(jail, plan, opened, others, film, progress))
    output, planned = (bytes.fromhex(one) for one in digests)
    return reported(output=output, plan=planned, checks=checks)


def _renditions(jail: Jail, laid: Laid, progress: Progress) -> tuple[Check, list[Still]]:
    """The check `renditions`, and when each still is shown."""
    film = laid.path(FILM)
    differing, measured = compare_sizes(jail, film, laid.named(*laid.sizes), progress)
    nowhere, times = place_stills(jail, film, laid.named(*laid.stills), progress)
    findings = most([*check_played(laid), *differing, *nowhere])
    check = Check(name="renditions", tools={"jebi": jebi.__version__}, measured=measured, findings=findings)
    return check, [Still(name=name, path=laid.path(name), at_ms=time_ms) for name, time_ms in times.items()]


def _voices(jail: Jail, models: Models, plan: Plan, opened: Opened, laid: Laid, progress: Progress) -> Check:
    """The check `voices` of the film and of all its sizes."""
    heard = {
        name: leaks_heard.listen(jail, models, plan, opened, path, progress)
        for name, path in laid.named(FILM, *laid.sizes).items()
    }
    return inspection.together("voices", heard)


def secrets_of(connection: Connection, kept: Kept, clip_ids: Sequence[str]) -> Secrets:
    """What the archive knows of clips and must not go out, as far as machines can tell."""
    found: dict[str, None] = {}
    for clip_id in clip_ids:
        clip = clips.get(connection, clip_id)
        for word in (clip_id, *(_known(connection, kept, clip) if clip else ())):
            if SHORTEST <= len(word.strip()) <= LONGEST_SECRET and len(found) < MOST_SECRETS:
                found[word.strip()] = None
    return Secrets(words=tuple(found))


def _known(connection: Connection, kept: Kept, clip: Clip) -> Iterator[str]:
    yield from (clip.parcel, clip.trip or "")
    for fact in clips.facts_of(connection, [clip.id], ["name"])[clip.id]:
        yield fact.value.rpartition("/")[2].rpartition(".")[0]
    yield from (person.pseudonym for person, _ in sorting.persons_of(connection, clip.id))
    for made in clips.derived_of(connection, [clip.id], [METADATA])[clip.id]:
        for _, name, text in json.loads(kept.read(made.blob))["claims"]:
            if DEVICE.fullmatch(name) and not name.startswith(("Encod", "Compressor", "Software")):
                yield text


def _texts(plan: Plan) -> Mapping[str, str]:
    """What the public reads beside the film, by where it stands."""
    about = plan.about
    named = {"title": about.title, "summary": about.summary, "why": about.why}
    texts = {f"{name} in {language}": text for name, several in named.items() for language, text in several}
    texts |= {f"place {number}": place for number, place in enumerate(about.places, 1)}
    return texts | {f"theme {number}": theme for number, theme in enumerate(about.themes, 1)}


def _subtitles(plan: Plan) -> Mapping[str, bytes]:
    return {
        language: webvtt([Cue(start=one.start_ms, stop=one.end_ms, text=one.text) for one in lines(plan, language)])
        for language in languages(plan)
    }
