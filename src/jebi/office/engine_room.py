"""What is being done, what went wrong with it, and how the desk is: jobs, models, disk, jail, fixity.

Invariants: what is asked here costs nothing to speak of, but for the sums of models.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from jebi.device.encryption import is_encrypted
from jebi.errors import Damaged, JebiError, NothingFound, Refused, Unable, failures_named
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office import pages
from jebi.office.arrived import NAME
from jebi.office.kinds import JobKind, JobState, Level, Reason
from jebi.office.leaks_heard import SPEAKERS
from jebi.office.leaks_seen import AGAIN, ALIKE
from jebi.office.listening import HEARING, RECOGNISER, is_recogniser
from jebi.office.noticing import FACES
from jebi.office.room import SECOND, Room, event
from jebi.office.shown import Health, Job, Model, Page
from jebi.vault import clips, fixity, jobs, migrations
from jebi.vault.engine import described
from jebi.vault.jobs import Job as Row

JOBS = 100  # a page
JAIL = "bubblewrap"
SKIPPED = "somebody left it undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the pages say of this machine: where models are, and what keeps a jail from being built."""

    models: Path
    lacking: tuple[str, ...] = ()

    @classmethod
    def look(cls, models: Path) -> "Machine":
        """Try whether there is a jail here."""
        try:
            Jail.find()
        except Unable as error:
            return cls(models=models, lacking=(f"{error.what}; {error.hint}",))
        return cls(models=models)


class EngineRoom(Room):
    """Jobs and health."""

    machine: Machine

    def jobs(self, state: JobState | None = None, /, *, key: str = "") -> Page[Job]:
        asked = pages.parse(key, 1)
        before = pages.number(asked[1][0]) if asked else None
        with self.catalogue.reading() as connection:
            rows = jobs.listed(connection, state.value if state else None, before=before, limit=JOBS + 1)
            shown = tuple(_jobs(connection, rows[:JOBS]))
            counts = _counts(connection)
        return Page(
            items=shown,
            total=counts.get(state, 0) if state else sum(counts.values()),
            older=pages.written(pages.OLDER, rows[JOBS - 1].id) if len(rows) > JOBS else "",
        )

    def job_counts(self) -> Mapping[JobState, int]:
        with self.catalogue.reading() as connection:
            return _counts(connection)

    def again(self, job: str, /, *, by: str) -> None:
        row = self._job(job)
        if row.state not in {"failed", "skipped"}:
            raise Refused("only a job that failed or was skipped is done again")
        with self.changing() as change:
            jobs.again(change, row.id)
            change.say(event("job-wanted-again", row.subject, row.task, by))

    def skip(self, job: str, /, *, by: str) -> None:
        row = self._job(job)
        with self.changing() as change:
            jobs.give_up(change, row.id, SKIPPED, reason=Reason.BY_HAND)
            change.say(event("job-skipped", row.subject, row.task, by))

    def health(self) -> Health:
        with failures_named(self.desk.folder, "looked at"):
            disk = shutil.disk_usage(self.desk.folder)
        with self.catalogue.reading() as connection:
            checked = fixity.coverage(connection)
            bad = len(fixity.failing(connection))
            database, size = described(connection)
            schema = migrations.version(connection) or ""
        return Health(
            disk_total=disk.total,
            disk_free=disk.free,
            is_encrypted=is_encrypted(self.desk.folder),
            fixity_total=checked.subjects,
            fixity_checked=checked.checked,
            fixity_bad=bad,
            fixity_oldest=checked.oldest_ms // SECOND,
            jail=Level.BAD if self.machine.lacking else Level.GOOD,
            jail_kind=JAIL,
            database=database,
            database_size=size,
            schema=schema,
            lacking=self.machine.lacking,
            models=tuple(_models(Models(self.machine.models))),
        )

    def _job(self, untrusted_number: str) -> Row:
        number = pages.number(untrusted_number)
        with self.catalogue.reading() as connection:
            row = jobs.get(connection, number) if number is not None else None
        if row is None:
            raise NothingFound("there is no such job", hint="look at the list anew")
        return row


def _counts(connection: Connection) -> dict[JobState, int]:
    counts = dict.fromkeys(JobState, 0)
    for (_, state), count in jobs.counts(connection).items():
        counts[JobState(state)] += count
    return counts


def _jobs(connection: Connection, rows: list[Row]) -> list[Job]:
    kinds = {str(kind) for kind in JobKind}
    names = clips.facts_of(connection, list({row.subject for row in rows}), [NAME])
    return [shown_job(row, next((one.value for one in names[row.subject]), "")) for row in rows if row.task in kinds]


def shown_job(row: Row, name: str = "") -> Job:
    """A job as the pages show it; `name` is what its clip claims to be called."""
    is_of_a_clip = len(row.subject) == clips.ID
    return Job(
        id=str(row.id),
        kind=JobKind(row.task),
        state=JobState(row.state),
        clip=row.subject if is_of_a_clip else "",
        clip_name=name,
        progress=min(1.0, row.done / row.total) if row.state == "running" and row.total else None,
        tries=row.attempts,
        reason=Reason(row.reason) if row.reason else Reason.NONE,
        detail=row.why,
        since=(row.ended_ms or row.started_ms or row.made_ms) // SECOND,
        worker=row.worker,
    )


def _models(models: Models) -> list[Model]:
    """Every model that is in place, with all of its bytes checked, and those that jobs look for in vain.

    One that is not as it should be is bad. Nothing else says that speech was never listened for.
    """
    names = set(models.names())
    wanted = {FACES, HEARING, AGAIN, ALIKE, SPEAKERS} | (
        set() if any(map(is_recogniser, names)) else {f"{RECOGNISER}…"}
    )
    found = [Model(name=name, level=Level.WARNING) for name in wanted - names]
    for name in names:
        try:
            model = models.find(name)
        except (Damaged, Refused):
            found.append(Model(name=name, level=Level.BAD))
        except JebiError:
            found.append(Model(name=name, level=Level.WARNING))
        else:
            size = sum(os.stat(model.folder / file).st_size for file, _ in model.sums)
            found.append(Model(name=name, level=Level.GOOD, size=size, sha256=model.digest))
    return sorted(found, key=lambda one: one.name)
