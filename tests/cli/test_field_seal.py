"""`jebi field seal`, as it is typed."""

import os
import resource
import sys
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.card import parse_card

if TYPE_CHECKING:
    from cli.conftest import Jebi

KIT = ("--kit", "kit")
CARD = ("--kit", "card.txt", "--passphrase-file", "words")


def number_of(office: "Jebi") -> int:
    """The parcel that the kit would seal next."""
    seed = parse_card(office.read("kit")).seed
    assert seed is not None
    return seed.number


def test_clips_go_onto_sticks_and_the_kit_moves_on_and_forgets(office: "Jebi") -> None:
    kit, clips = parse_card(office.read("kit")), office.read("clips/a.mp4")
    said = office("field", "seal", "clips", "--onto", "n1", "n2", "n3", *KIT)
    assert (said.status, said.err) == (Exit.DONE, "")
    assert "2 clips, 0.1 MB" in said.out
    assert "any 2 of which bring it back; 3 read back" in said.out
    assert kit.seed is not None
    assert number_of(office) == kit.seed.number + 1
    assert kit.seed.seed not in office.read("kit")
    assert office.read("clips/a.mp4") == clips
    assert office.desk("receive", "n1", "n3").status == Exit.DONE


def test_machines_get_the_parcel_and_what_became_of_each_stick(office: "Jebi") -> None:
    fact = office("field", "seal", "clips", "--onto", "n1", "n2", *KIT, "--json").fact
    assert (fact["whole"], fact["failed"]) == (["n1", "n2"], [])
    assert len(str(fact["parcel"])) == 16


def test_a_dry_run_says_what_would_be_done_and_does_nothing(office: "Jebi") -> None:
    before = office.content()
    said = office("field", "seal", "clips", "--onto", "n1", "n2", "n3", *KIT, "--dry-run")
    assert (said.status, "each of 3 sticks, any 2 of which" in said.out) == (Exit.DONE, True)
    assert office("field", "seal", "clips", "--onto", "n1", *KIT, "--dry-run", "--json").fact.keys() == {"plan"}
    assert office.content() == before


def test_a_dry_run_of_whole_files_says_that_every_place_gets_all_of_it(office: "Jebi") -> None:
    words = ("field", "seal", "clips", "--as", "whole", "--onto", "w1", "w2", *KIT)
    planned = office(*words, "--dry-run").out.strip()
    assert planned.endswith("MB in each of 2 places")
    assert planned in office(*words).out
    assert office.read("w1") == office.read("w2")


def test_names_come_one_a_line_from_standard_input_whatever_letters_they_have(office: "Jebi") -> None:
    foreign = os.fsencode(office.folder) + b"/\xc5clip \xff.mp4"
    with open(foreign, "wb") as clip:
        clip.write(b"x" * 1000)
    said = office("field", "seal", "-", "--onto", "n1", *KIT, stdin=b"clips/a.mp4\n\n" + foreign + b"\n")
    assert (said.status, "2 clips" in said.out) == (Exit.DONE, True)


def test_a_card_needs_its_words_and_its_parcels_have_the_number_that_is_given(office: "Jebi") -> None:
    assert office("field", "seal", "clips", "--onto", "n1", *CARD).status == Exit.DONE
    assert office("field", "seal", "clips", "--onto", "n2", *CARD, "--number", "2").status == Exit.DONE
    card = office.read("card.txt")
    said = office.desk("receive", "n1", "n2")
    assert said.status == Exit.DONE
    assert "its parcel number 1" in said.out
    assert "its parcel number 2" in said.out
    assert office.read("card.txt") == card


def test_words_may_be_typed_in_any_case_and_are_never_shown(office: "Jebi") -> None:
    words = office.read("words").upper()
    said = office.at_terminal("field", "seal", "clips", "--onto", "n1", "--kit", "card.txt", typed=words)
    assert said.status == Exit.DONE, said.out
    assert words.decode().split()[0] not in said.out
    assert office.desk("receive", "n1").status == Exit.DONE


def test_a_mistyped_word_is_noticed_before_anything_is_sealed_and_is_not_shown(office: "Jebi") -> None:
    first, *others = office.read("words").decode().split()
    office.write("mistyped", " ".join([*others, first + "s"]))
    said = office("field", "seal", "clips", "--onto", "n1", "--kit", "card.txt", "--passphrase-file", "mistyped")
    assert (said.status, "word 8 of the eight cannot be" in said.err) == (Exit.REFUSED, True)
    assert first not in said.err
    assert not office.exists("n1")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none", "--onto", "n1", *KIT], Exit.UNABLE, "one of the files to seal is not there"),
        (["folder", "--onto", "n1", *KIT], Exit.REFUSED, "no file to seal"),
        (["/dev/null", "--onto", "n1", *KIT], Exit.REFUSED, "no ordinary file"),
        (["-", "--onto", "n1", *KIT], Exit.REFUSED, "no file to seal"),
        (["clips", "--onto", "n1", "n1", *KIT], Exit.REFUSED, "named twice"),
        (["clips", "--onto", "s1", *KIT], Exit.REFUSED, "jebi overwrites none"),
        (["clips", "--onto", "folder", *KIT], Exit.REFUSED, "folder is a folder"),
        (["clips", "--onto", "none/n1", *KIT], Exit.UNABLE, "none/n1"),
        (["clips", "--onto", "/dev/full", *KIT], Exit.REFUSED, "neither a file nor a stick"),
        (["clips/a.mp4", "--onto", "clips/a.mp4", *KIT], Exit.REFUSED, "onto itself"),
        (["clips", "--onto", "s1", "--as", "freespace", *KIT], Exit.REFUSED, "no free space"),
        (["clips", "--onto", "s1", "--as", "cover", *KIT], Exit.REFUSED, "no film"),
        (["clips", "--onto", "s1", "--as", "file", *KIT], Exit.REFUSED, "s1 exists already"),
        (["clips", "--onto", "s1", "--as", "whole", *KIT], Exit.REFUSED, "s1 exists already"),
        (["clips", "--onto", "n1", "--survive", "1", *KIT], Exit.REFUSED, "--survive takes"),
        (["clips", "--onto", "n1", "--survive", "-1", *KIT], Exit.REFUSED, "--survive takes"),
        (["clips", "--onto", "n1", "--survive", "x", *KIT], Exit.USAGE, "invalid int"),
        (["clips", "--onto", "n1", "--kit", "none"], Exit.UNABLE, "none could not be read"),
        (["clips", "--onto", "n1", "--kit", "clips"], Exit.UNABLE, "is a directory"),
        (["clips", "--onto", "n1", "--kit", "empty"], Exit.DAMAGED, "no jebi card or jebi kit"),
        (["clips", "--onto", "n1", "--kit", "cut"], Exit.DAMAGED, "copy it again, whole"),
        (["clips", "--onto", "n1", "--kit", "route"], Exit.DAMAGED, "no jebi card or jebi kit"),
        (["clips", "--onto", "n1", *KIT, "--number", "2"], Exit.REFUSED, "a kit counts"),
        (["clips", "--onto", "n1", *CARD, "--number", "0"], Exit.REFUSED, "counted from 1"),
        (["clips", "--onto", "n1", *CARD, "--number", "65"], Exit.REFUSED, "new trip"),
        (["clips", "--onto", "n1", "--kit", "card.txt", "--passphrase-file", "pw"], Exit.REFUSED, "has 8 words"),
        (["clips", "--onto", "n1", "--kit", "card.txt", "--passphrase-file", "none"], Exit.UNABLE, "none"),
        (["clips", "--onto", "n1", "--kit", "card.txt"], Exit.REFUSED, "--passphrase-file FILE"),
        (["-", "--onto", "n1", "--kit", "card.txt", "--passphrase-file", "-"], Exit.REFUSED, "two things at once"),
        (["clips", *KIT], Exit.USAGE, "--onto"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    office: "Jebi", words: list[str], status: Exit, said: str
) -> None:
    (office.folder / "folder").mkdir()
    office.write("empty", b"")
    office.write("cut", office.read("kit")[:-3])
    before = office.content()
    stdin = b"clips\n" if "--passphrase-file" in words else b""
    done = office("field", "seal", *words, stdin=stdin)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert office.content() == before


def test_a_file_that_may_not_grow_is_no_room_and_leaves_nothing(office: "Jebi") -> None:
    before = office.content()
    limit = f"import resource, sys; resource.setrlimit({resource.RLIMIT_FSIZE}, (200000, 200000)); "
    office.write("small.py", limit + "from jebi.cli.main import main; sys.exit(main())")
    said = office.by((sys.executable, "small.py"), "field", "seal", "clips", "--onto", "n1", *KIT)
    assert (said.status, said.out) == (Exit.NO_ROOM, "")
    assert {name for name in office.content() if name != "small.py"} == before.keys()
    assert office.read("kit") == before["kit"]
