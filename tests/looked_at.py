"""An archive whose clips were looked at: sealed, received and attended to as a desk does, from real films and speech."""

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from jebi.office.attending import Attended, attend
from jebi.office.inside import list_clips, seal_onto
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive

if TYPE_CHECKING:  # its conftest imports this file
    from office.conftest import Office

MODELS = Path(__file__).resolve().parent.parent / ".cache" / "models"
FILM = "carphone_pristine.mp4"
SAID = "The price of rice at the market has doubled since the spring."


def fill(card: Path, samples: Path) -> None:
    """A camera card: a film, speech, and files that are neither."""
    card.mkdir()
    shutil.copy(samples / FILM, card / FILM)
    subprocess.run(["espeak-ng", "-v", "en", "-w", str(card / "speech.wav"), SAID], check=True)
    (card / "notes.txt").write_text("no film, no sound")
    (card / "empty.mp4").touch()
    (card / "cut.mp4").write_bytes((samples / FILM).read_bytes()[:3000])


def look_at(office: "Office", card: Path, sticks: Path) -> Attended:
    """Seal a card onto a stick, receive it, and have every clip looked at."""
    issued = office.issue()
    assert issued.card.seed
    stick = [str(sticks / "stick")]
    seal_onto(list_clips([str(card)]), issued.card, issued.card.seed, stick, survive=0, carrier=None, progress=Quiet())
    receive(office.desk, stick, Wish(clips=False), Quiet())
    return attend(office.desk, MODELS, Quiet())


def receive_half(office: "Office", folder: Path) -> None:
    """Receive one stick of two."""
    issued = office.issue()
    assert issued.card.seed
    sticks = [str(folder / name) for name in ("one", "two")]
    (folder / "later").mkdir()
    (folder / "later" / "later.mp4").write_bytes(bytes(range(256)) * 4000)
    taken = list_clips([str(folder / "later")])
    seal_onto(taken, issued.card, issued.card.seed, sticks, survive=0, carrier=None, progress=Quiet())
    receive(office.desk, sticks[:1], Wish(clips=False), Quiet())
