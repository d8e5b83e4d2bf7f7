"""The desk's seed on three papers, any two of which bring it back (SLIP-39; docs/formats/keys.md, "Back-up").

Stock SLIP-39 tools recombine them without jebi. Each paper alone says nothing about the seed.
"""

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from jebi.errors import Damaged
from jebi.parcel.keys import PostQuantumIdentity

PAPERS, NEEDED = 3, 2


def split(identity: PostQuantumIdentity) -> list[str]:
    """Three papers of 33 words, in English as SLIP-39 has it."""
    (papers,) = generate_mnemonics(1, [(NEEDED, PAPERS)], identity.seed)
    return list(papers)


def combine(untrusted_papers: Sequence[str]) -> PostQuantumIdentity:
    """The desk's identity from two of its papers.

    Raises:
        Damaged: a word is wrong, the papers do not belong together, or there are not two of them.
    """
    papers = [" ".join(paper.lower().split()) for paper in untrusted_papers if paper.strip()]
    try:
        return PostQuantumIdentity(combine_mnemonics(papers))
    except (MnemonicError, ValueError) as error:
        raise Damaged(
            "these papers do not bring the desk's key back: a word is wrong, or they belong to different desks",
            hint=f"{NEEDED} of the {PAPERS} papers are needed, each with its 33 words",
        ) from error
