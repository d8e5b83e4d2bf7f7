"""What the pages ask of cuts that are cleared or refused. `Clearing` is the part of the archive that answers.

Invariants: a protocol only. Numbers that are not there raise `NothingFound`; what a rule forbids raises `Refused`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from jebi.office.shown import Blob
from jebi.office.shown_clearing import Asked, MemberKey, Reviewed
from jebi.release.checklist import Answer, Question


class Clearing(Protocol):
    """Outputs, what members say of them, and their keys."""

    def reviewed(self, cut: int, output: int, /, *, by: str) -> Reviewed: ...

    def film(self, cut: int, output: int, /) -> Blob: ...

    def picture(self, cut: int, output: int, use: str, number: int, /) -> Blob:
        """A page of the contact strip (`strip`), or a picture to look at first (`first`)."""

    def sign_off(self, cut: int, output: int, page: int, sha256: str, /, *, by: str) -> None:
        """Keep that a member saw a page as it is. Raises `Refused` when it is another by now."""

    def answer(self, cut: int, output: int, answers: Mapping[Question, Answer], /, *, by: str) -> None: ...

    def ask(self, cut: int, output: int, /, *, by: str) -> Asked:
        """What a member is to sign. Raises `Refused` while they lack anything for it."""

    def clear(self, cut: int, output: int, untrusted_note: bytes, /, *, by: str) -> None:
        """Take in what they signed."""

    def refuse(self, cut: int, output: int, /, *, by: str) -> None: ...

    def key_name(self, member: str, /) -> str:
        """What a member's key is called."""

    def keys_of(self) -> Mapping[str, Sequence[MemberKey]]:
        """Everybody's keys, by their names."""

    def enroll(self, member: str, untrusted_verifier: str, /, *, by: str) -> None: ...

    def revoke(self, member: str, untrusted_verifier: str, /, *, by: str) -> None: ...
