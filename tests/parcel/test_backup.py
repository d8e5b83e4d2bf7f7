"""The desk's seed on three papers (SLIP-39)."""

import itertools
import subprocess
import sys

import pytest
import shamir_mnemonic
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from jebi.errors import Damaged
from jebi.parcel.backup import MOST_EXPONENT, combine, split
from jebi.parcel.keys import PostQuantumIdentity

DESK = PostQuantumIdentity(bytes(range(32)))
PAPERS = split(DESK)


@pytest.mark.parametrize("chosen", [*itertools.permutations(range(3), 2), *itertools.permutations(range(3))], ids=str)
def test_any_two_or_all_papers_in_any_order_bring_the_key_back(chosen: tuple[int, ...]) -> None:
    assert combine([PAPERS[i] for i in chosen]) == DESK


def test_a_paper_has_33_words_of_the_standards_list() -> None:
    assert [len(paper.split()) for paper in PAPERS] == [33] * 3
    assert {word for paper in PAPERS for word in paper.split()} <= set(WORDLIST)


def test_capitals_white_space_empty_lines_and_a_paper_typed_twice_do_no_harm() -> None:
    typed = [PAPERS[0].upper().replace(" ", "\n  "), "", " \n", PAPERS[0], PAPERS[2] + "\n"]
    assert combine(typed) == DESK


@pytest.mark.parametrize("spoiled", range(3))
def test_two_good_papers_suffice_beside_a_spoiled_one(spoiled: int) -> None:
    papers = list(PAPERS)
    papers[spoiled] = " ".join([*papers[spoiled].split()[:-1], "academic"])
    assert combine(papers) == DESK


@given(st.binary(min_size=32, max_size=32))
def test_what_is_split_combines_to_itself(seed: bytes) -> None:
    papers = split(PostQuantumIdentity(seed))
    assert combine(papers[1:]) == PostQuantumIdentity(seed)


OTHER = split(PostQuantumIdentity(bytes(32)))


@pytest.mark.parametrize(
    "papers",
    [
        [],
        [""],
        PAPERS[:1],
        PAPERS[:1] * 2,
        [PAPERS[0], OTHER[1]],
        [PAPERS[0], split(DESK)[1]],
        [PAPERS[0], PAPERS[1].rsplit(" ", 1)[0]],
        [PAPERS[0], PAPERS[1] + " academic"],
        [PAPERS[0], PAPERS[1].replace(PAPERS[1].split()[7], "swallow", 1)],
        [PAPERS[0], " ".join(reversed(PAPERS[1].split()))],
        ["two", "papers"],
    ],
    ids=[
        "no paper",
        "an empty paper",
        "one paper",
        "one paper twice",
        "papers of two desks",
        "papers of two back-ups",
        "a word missing",
        "a word too many",
        "a word that is not in the list",
        "words in another order",
        "no papers at all",
    ],
)
def test_papers_that_do_not_bring_the_key_back_are_damaged(papers: list[str]) -> None:
    with pytest.raises(Damaged, match="papers"):
        combine(papers)


@given(st.lists(st.text() | st.lists(st.sampled_from(WORDLIST), max_size=40).map(" ".join), max_size=5))
def test_garbage_is_damaged(papers: list[str]) -> None:
    with pytest.raises(Damaged):
        combine(papers)


def test_a_secret_of_another_length_is_no_desk_key() -> None:
    (papers,) = shamir_mnemonic.generate_mnemonics(1, [(2, 3)], bytes(16))
    with pytest.raises(Damaged):
        combine(papers)


def test_papers_that_ask_for_hours_of_work_are_damaged_at_once() -> None:
    mild = shamir_mnemonic.split_ems(
        1, [(2, 3)], shamir_mnemonic.EncryptedMasterSecret(1, False, MOST_EXPONENT + 1, bytes(32))
    )
    with pytest.raises(Damaged):
        combine([share.mnemonic() for share in mild[0]])


def test_stock_slip_39_recombines_them_without_jebi() -> None:
    assert shamir_mnemonic.combine_mnemonics([PAPERS[0], PAPERS[2]]) == DESK.seed
    typed = f"{PAPERS[1]}\n{PAPERS[0]}\n"
    done = subprocess.run(
        [sys.executable, "-m", "shamir_mnemonic.cli", "recover"],
        input=typed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert DESK.seed.hex() in done.stdout
