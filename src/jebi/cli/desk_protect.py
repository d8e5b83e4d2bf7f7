"""Plan a cut that may be shown: clips as a whole, every face covered, in silence; and render it.

Faces are looked for in every frame, upright and lying, and covered from half a second before they are first seen to half a second after
they are last seen. That is a proposal: a detector misses faces, and nobody may be shown because a machine saw nobody. The plan that is
written with --write-plan can be edited and given back with --plan. The film stays in the archive, sealed; --film writes a copy to look at, in the clear.

It does not hide gait, clothes, places or voices of whoever is left, and clears nothing: two people do.
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from jebi.cli.options import add_archive, new_file
from jebi.cli.second import add_second, second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, failures_named
from jebi.office.desk import open_desk

if TYPE_CHECKING:  # the field's laptop has none of what it needs
    from jebi.office.protected import Protected

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
    parser.add_argument(
        "--texts", action="store_true", help="cover text on signs, plates and papers, too, as far as a machine reads it"
    )
    parser.add_argument("--lines", type=int, default=720, metavar="N", help="height of the picture (default: 720)")
    parser.add_argument("--about", metavar="FILE", help="title, summary and what else the public reads, in TOML")
    parser.add_argument("--plan", metavar="FILE", help="keep and render this plan, instead of a proposal")
    parser.add_argument("--write-plan", metavar="FILE", help="write the plan to a new file, to be edited")
    parser.add_argument(
        "--film", metavar="FILE", help="write the film to a new file: in the clear, and cleared by nobody"
    )
    parser.add_argument(
        "--as",
        dest="actor",
        required=True,
        metavar="PSEUDONYM",
        help="who plans it; it stands in the log, and they can neither clear nor publish it",
    )
    parser.add_argument("--models", metavar="FOLDER", help="models (default: jebi/models in the XDG data folder)")
    add_second(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.media.models import usual_folder  # the field's laptop has none of what these need
    from jebi.office.attending import kept_of
    from jebi.office.cutting import Wanted
    from jebi.office.protected import protect
    from jebi.release import plan_about, plan_form
    from jebi.release.output import FILM
    from jebi.release.plan import About
    from jebi.vault import files

    if bool(options.clips) == bool(options.plan):
        raise Refused("a cut is made of clips or by a plan", hint="name clips, or --plan FILE")
    if options.about and options.plan:
        raise Refused("a plan says itself what the public reads", hint="write it into the plan's about")
    written, film = (new_file(name) if name else None for name in (options.write_plan, options.film))
    wanted = Wanted(
        name=options.cut,
        clips=tuple(options.clips),
        style=options.style,
        has_figures=options.figures,
        has_texts=options.texts,
        lines=options.lines,
        about=plan_about.parse(_read(options.about)) if options.about else About(),
    )
    asked = (options.cut, plan_form.parse(_read(options.plan))) if options.plan else wanted
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    outer = second_person(options.second, terminal)
    models = Path(options.models) if options.models else usual_folder(os.environ, Path.home())
    with open_desk(options.archive, passphrase) as desk, terminal.progress():
        made = protect(desk, models, terminal, asked, by=options.actor, outer=outer)
        if written:
            files.replace(written, plan_form.written(made.plan))
        if film:
            shown = next(one for one in made.files if one.name == FILM)
            kept_of(desk).lay_out(shown.blob, shown.sha256, film)
    _tell(options.cut, made, terminal)
    return Exit.DONE


def _tell(name: str, made: "Protected", terminal: Terminal) -> None:
    """What leaks, what could not be measured, and what came of it all."""
    found = [(check.name, finding) for check in made.report.checks for finding in check.findings]
    for check, finding in found:
        when = "" if finding.at_ms is None else f", at {finding.at_ms / 1000:.1f} s"
        terminal.say(f"{check}: {finding.what}{when}")
    for one in made.report.checks:
        for said in one.measured.values():
            if isinstance(said, str):
                terminal.say(f"{one.name}: {said}")
    covers = sum(len(source.covers) for source in made.plan.sources)
    verdict = "passed" if made.report.passed else "refused"
    terminal.result(
        f"{name}: {made.plan.length_ms / 1000:.1f} s, {covers} covers; output {made.output.sha256[:16]}…, "
        f"{verdict} by the leak check, cleared by nobody yet",
        cut=name,
        plan=made.report.plan.hex(),
        output=made.output.sha256,
        passed=made.report.passed,
        findings=[[check, str(finding.reason), finding.at_ms] for check, finding in found],
        covers=covers,
        milliseconds=made.plan.length_ms,
    )


def _read(name: str) -> bytes:
    with failures_named(name, "read"), open(name, "rb") as file:
        return file.read(LONGEST_PLAN + 1)
