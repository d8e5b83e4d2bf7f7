"""Plan a cut that may be shown: clips as a whole, every face covered, in silence; and render it.

Faces are looked for in every frame, upright and lying, and covered from half a second before they are first seen to half a second after
they are last seen. That is a proposal: a detector misses faces, and nobody may be shown because a machine saw nobody. The plan that is
written with --write-plan can be edited and given back with --plan. The film stays in the archive, sealed; --film writes a copy to look at, in the clear.

It does not hide gait, clothes, places or voices of whoever is left, and clears nothing: two people do.
"""

import argparse
import os
import secrets
import time
from pathlib import Path

from jebi.cli.options import add_archive, new_file
from jebi.cli.second import add_second, second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, failures_named
from jebi.office.desk import open_desk

NAMES = ("desk", "protect")
HELP = "plan and render a cut in which faces are covered"
LONGEST_PLAN = 16 << 20


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument(
        "clips", nargs="*", metavar="CLIP", help="clips' numbers, or beginnings, in the order of the cut"
    )
    parser.add_argument(
        "--cut", required=True, metavar="NAME", help="the cut, which is begun if there is none of that name"
    )
    parser.add_argument(
        "--style", choices=("solid", "mosaic"), default="solid", help="how faces are covered (default: solid)"
    )
    parser.add_argument("--figures", action="store_true", help="cover the figure below each face, too")
    parser.add_argument("--lines", type=int, default=720, metavar="N", help="height of the picture (default: 720)")
    parser.add_argument("--plan", metavar="FILE", help="keep and render this plan, instead of a proposal")
    parser.add_argument("--write-plan", metavar="FILE", help="write the plan to a new file, to be edited")
    parser.add_argument(
        "--film", metavar="FILE", help="write the film to a new file: in the clear, and cleared by nobody"
    )
    parser.add_argument(
        "--as", dest="actor", default="desk", metavar="PSEUDONYM", help="who plans it; it stands in the log"
    )
    parser.add_argument("--models", metavar="FOLDER", help="models (default: jebi/models in the XDG data folder)")
    add_second(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.media.models import usual_folder  # the field's laptop has none of what these need
    from jebi.office import cutting
    from jebi.office.admission import drain, open_catalogue
    from jebi.office.attending import attend, kept_of
    from jebi.office.exhibiting import find
    from jebi.release import plan_form
    from jebi.vault import files

    if bool(options.clips) == bool(options.plan):
        raise Refused("a cut is made of clips or by a plan", hint="name clips, or --plan FILE")
    written, film = (new_file(name) if name else None for name in (options.write_plan, options.film))
    given = plan_form.parse(_read(options.plan)) if options.plan else None
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    outer = second_person(options.second, terminal)
    models = Path(options.models) if options.models else usual_folder(os.environ, Path.home())
    with open_desk(options.archive, passphrase) as desk, terminal.progress():
        kept = kept_of(desk)

        def look() -> None:
            attend(desk, models, terminal, outer=outer)

        with open_catalogue(desk) as catalogue:
            shown = tuple(find(catalogue, options.clips))
            cutting.want_search(catalogue, shown, _now_ms())
        if not given:
            look()
        with open_catalogue(desk) as catalogue:
            wanted = cutting.Wanted(
                name=options.cut, clips=shown, style=options.style, has_figures=options.figures, lines=options.lines
            )
            plan = given or cutting.propose(catalogue, kept, wanted, secrets.token_bytes(16))
            number = cutting.keep(catalogue, kept, options.cut, plan, options.actor, _now_ms())
            drain(desk, catalogue)
        look()
        with open_catalogue(desk) as catalogue:
            output = cutting.newest_output(catalogue, number)
            made = cutting.files(catalogue, output)
        if written:
            files.replace(written, plan_form.written(plan))
        if film:
            cutting.copy_out(kept, made[0], film)
    covers = sum(len(source.covers) for source in plan.sources)
    terminal.result(
        f"{options.cut}: {plan.length_ms / 1000:.1f} s, {covers} covers; output {output.sha256[:16]}…, cleared by nobody yet",
        cut=options.cut,
        plan=plan_form.digest(plan),
        output=output.sha256,
        covers=covers,
        milliseconds=plan.length_ms,
    )
    return Exit.DONE


def _read(name: str) -> bytes:
    with failures_named(name, "read"), open(name, "rb") as file:
        return file.read(LONGEST_PLAN + 1)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
