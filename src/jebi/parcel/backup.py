"""The desk's seed on three papers, any two of which bring it back (SLIP-39; docs/formats/keys.md, "Back-up").

Stock SLIP-39 tools recombine them without jebi. Each paper alone says nothing about the seed.
"""

import itertools
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from jebi.errors import Damaged
from jebi.parcel.keys import PostQuantumIdentity

PAPERS, NEEDED = 3, 2
MOST_EXPONENT = (
    4  # of the work that papers ask for: a tenth of a second; stock tools write 0 or 1, and 15 takes minutes
)


def split(identity: PostQuantumIdentity) -> list[str]:
    """Three papers of 33 words, in English as SLIP-39 has it."""
    (papers,) = generate_mnemonics(1, [(NEEDED, PAPERS)], identity.seed)
    return list(papers)


def combine(untrusted_papers: Sequence[str]) -> PostQuantumIdentity:
    """The desk's identity from two of its papers; if all three are there, from any two of them that agree.

    Raises:
        Damaged: a word is wrong, the papers do not belong together, or there are not two of them.
    """
    papers = [" ".join(paper.lower().split()) for paper in untrusted_papers if paper.strip()]
    distinct = list(dict.fromkeys(papers))[:PAPERS]
    reason: Exception | None = None
    for pair in itertools.combinations(distinct, NEEDED):
        try:
            return _combine(pair)
        except (MnemonicError, ValueError, Damaged) as error:
            reason = error
    raise Damaged(
        "these papers do not bring the desk's key back: a word is wrong, or they belong to different desks",
        hint=f"{NEEDED} of the {PAPERS} papers are needed, each with its 33 words",
    ) from reason


def _combine(papers: Sequence[str]) -> PostQuantumIdentity:
    if any(Share.from_mnemonic(paper).iteration_exponent > MOST_EXPONENT for paper in papers):
        raise Damaged("the papers ask for more work than any that jebi writes")
    return PostQuantumIdentity(combine_mnemonics(papers))
