"""Take received clips into the catalogue and look at them: what they are, copies to watch, shots, sound, text, faces.

All decoding happens in a jail without a network; originals stay sealed. What cannot be opened is refused clip by clip,
with its reason. Stop it whenever you like: run again, it goes on.

With --database, the first time, the catalogue is in PostgreSQL. Then other machines that see the archive's folder may
help: there, type the same with --join. They work until they are stopped. Passwords of databases stand in ~/.pgpass (or
the file that PGPASSFILE names), hosts and users may stand in ~/.pg_service.conf; none in the address.
"""

import argparse
import os
from pathlib import Path

from jebi.cli.options import add_archive, natural
from jebi.cli.second import add_second, second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import join_desk, open_desk

NAMES = ("desk", "work")
HELP = "look at received clips, in the jail"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--models", metavar="FOLDER", help="models (default: jebi/models in the XDG data folder)")
    parser.add_argument("--workers", type=natural, metavar="N", help="how many at once (default: one a core)")
    add_second(parser)
    parser.add_argument("--database", metavar="URL", help="keep a new catalogue in postgresql+psycopg://USER@HOST/NAME")
    parser.add_argument("--join", action="store_true", help="help another jebi that holds the archive, until stopped")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.media.models import usual_folder  # the field's laptop has none of what these need
    from jebi.office.attending import attend, join
    from jebi.office.databases import settle

    if options.join and options.database:
        raise Refused("whoever joins takes the database from desk.toml", hint="leave --database out")
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    outer = second_person(options.second, terminal)
    models = Path(options.models) if options.models else usual_folder(os.environ, Path.home())
    if options.join:
        with terminal.progress():
            join(join_desk(options.archive, passphrase), models, terminal, outer=outer, workers=options.workers)
        return Exit.DONE
    with open_desk(options.archive, passphrase) as desk, terminal.progress():
        if options.database:
            settle(desk, options.database)
        attended = attend(desk, models, terminal, outer=outer, workers=options.workers)
    terminal.result(str(attended), admitted=attended.admitted, jobs=attended.jobs, clips=attended.clips)
    return Exit.PARTLY if attended.jobs["failed"] else Exit.DONE
