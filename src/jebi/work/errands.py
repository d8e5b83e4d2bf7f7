"""How workers on other machines hear of work: Procrastinate, in PostgreSQL, in a schema of its own.

An errand says nothing but "look": whoever hears it takes a job from the rows that say what is to be done, and rings for
the next worker before beginning. So workers wake one after the other, at once, for as long as there is something to do.
What is lost with an errand is a wake-up, and a tick every few seconds makes up for it. Which workers are alive, and
which are busy, is in Procrastinate's tables.

The schema is named after Procrastinate's version: workers with another version have another, and hear the tick alone. It
holds nothing that would have to be kept, and may be dropped at any time.

Invariants: no row of ours is written or read here; an errand carries neither a clip nor a name. It decides nothing.
An `Errands` opens a connection for each call and keeps none, so it crosses a fork.
"""

import asyncio
import contextlib
import logging
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

import procrastinate
import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.schema import SchemaManager
from procrastinate.worker import Worker
from psycopg import sql

from jebi.errors import Unable

QUEUE = "jebi"
LOOK = "look"
TICK = 5.0  # seconds; somebody looks for what no ring tells of: leases run out, pauses end, notifications are lost
HEARTBEAT = 5.0  # seconds
ALIVE = 20.0  # seconds since its last heartbeat that a worker is believed to be alive
PATIENCE = 10  # seconds for a connection, unless the address says otherwise
NOTICE = 0.1  # seconds until a worker sees that it is to stop
CONNECTIONS = 3  # of a worker, beside the one that listens
ONE_MAKER = 0x6A656272  # the advisory lock of who makes the schema
SCHEMA = f"errands_{re.sub('[^0-9a-z]', '_', procrastinate.__version__)}"


class Errands:
    """The errands of one database.

    Args:
        connection: psycopg's parameters of a connection to it.
    """

    def __init__(self, connection: Mapping[str, Any]) -> None:
        path = f"-c search_path={SCHEMA}"
        waits = {"connect_timeout": PATIENCE}
        self._connection = {**waits, **connection, "options": f"{connection.get('options', '')} {path}".strip()}

    def prepare(self) -> None:
        """Make the schema where it is not there. Raises `Unable` where that fails."""
        schema = sql.Identifier(SCHEMA)
        try:
            with psycopg.connect(**self._connection) as connection:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_MAKER])
                (found,) = connection.execute(
                    "SELECT to_regclass(%s)", [f"{SCHEMA}.procrastinate_jobs"]
                ).fetchone() or [None]
                if found is None:
                    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
                    connection.execute(SchemaManager.get_schema())
        except psycopg.Error:
            raise Unable(
                "the workers' errands cannot be kept in the database",
                hint="see that it runs, and that its user may create a schema; then run it again",
            ) from None  # the driver's own words may name hosts and users

    def ring(self) -> None:
        """Wake one worker, if any waits. Fails silently: what is to be done is in the rows, and the tick comes."""
        app = App(connector=SyncPsycopgConnector())
        failures = psycopg.Error, ConnectorException, AlreadyEnqueued
        with contextlib.suppress(*failures), psycopg.connect(**self._connection) as connection:
            _errand(app, connection).defer()

    def workers(self) -> int:
        """How many workers are alive. Raises `Unable` when the database does not say."""
        try:
            with psycopg.connect(**self._connection) as connection:
                query = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 s'"
                (count,) = connection.execute(query, [ALIVE]).fetchone() or [0]
                return int(count)
        except psycopg.Error:
            raise Unable("the workers' errands cannot be read in the database", hint="see that it runs") from None

    def serve(self, look: Callable[[], None], stop: threading.Event) -> None:
        """Run `look` whenever it rings or ticks, one after the other, until `stop`. `look` runs in a thread.

        Raises:
            Unable: the database went away.
            What `look` raises, which ends it.
        """
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL + 1)  # it would show tracebacks
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL + 1)
        self.prepare()
        failures: list[BaseException] = []

        def guarded() -> None:
            try:
                look()
            except BaseException as error:  # noqa: BLE001 - raised below; Procrastinate would only write it down
                failures.append(error)

        with contextlib.suppress(psycopg.Error, ConnectorException):
            asyncio.run(self._serve(guarded, lambda: stop.is_set() or bool(failures)))
        for failure in failures:
            raise failure
        if not stop.is_set():
            raise Unable("the database of the workers' errands went away", hint="see that it runs; then run it again")

    async def _serve(self, look: Callable[[], None], can_stop: Callable[[], bool]) -> None:
        app = App(connector=PsycopgConnector(kwargs=self._connection, min_size=1, max_size=CONNECTIONS))
        app.task(name=LOOK)(look)
        async with app.open_async():
            await _forget_the_dead(app)
            await _look_soon(app)
            worker = Worker(
                app,
                queues=[QUEUE],
                delete_jobs="always",
                fetch_job_polling_interval=TICK,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=ALIVE,
                install_signal_handlers=False,
            )
            running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
            ticking = asyncio.create_task(_tick(app))
            while not (running.done() or ticking.done() or can_stop()):  # noqa: ASYNC110 - a signal or a thread says so
                await asyncio.sleep(NOTICE)
            ticking.cancel()
            worker.stop()  # type: ignore[no-untyped-call]
            await running


async def _tick(app: App) -> None:
    while True:
        await asyncio.sleep(TICK)
        await _look_soon(app)


async def _look_soon(app: App) -> None:
    with contextlib.suppress(AlreadyEnqueued):
        await _errand(app).defer_async()


async def _forget_the_dead(app: App) -> None:
    """Delete errands whose worker died in the middle: the rows are looked at for others."""
    for errand in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=ALIVE):
        with contextlib.suppress(ConnectorException):  # somebody else was faster
            await app.job_manager.finish_job(errand, Status.ABORTED, delete_job=True)


def _errand(app: App, connection: "psycopg.Connection[Any] | None" = None) -> JobDeferrer:
    """One more errand, unless one is waiting already."""
    return app.configure_task(LOOK, queue=QUEUE, queueing_lock=LOOK, connection=connection)
