"""The main job once through, on real footage: what `jebi demo` shows. What goes out is `demo_release`.

Five ordinary-looking sticks leave; two are seized, one is used on the way, one arrives twice, a foreign one lies in the
pile. A relay joins what came, the desk restores, and what each of them can see is said at every step. Everything is
done by the same commands that a user types; nothing is staged but the sticks' fate.
"""

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence

from jebi.errors import Exit, Unable
from jebi.office.demo_release import SITE, show_release, shown_clip

STICK = 64 << 20  # bytes; the smallest that mkfs.fat makes a FAT32 volume of without complaint
FOREIGN = 16 << 20
USED = 0.40  # of its free space, which destroys about a fifth of its slots: the quarter written first holds none
PASSPHRASE = b"only for this demo\n"
STICKS = tuple(f"stick-{number}.img" for number in range(1, 6))

Run = Callable[[Sequence[str]], int]
Say = Callable[[str], None]
Show = Callable[[str], None]
Open = Callable[[Sequence[str]], None]
Choose = Callable[[], str]


class Demo:
    """One run, in an empty folder. `run` executes one command line of jebi, `say` tells, `show` shows a command.

    `open_archive` executes the last one, which ends when somebody has seen enough; without it nothing is looked at. `choose` says which clip goes out.
    """

    def __init__(
        self, film: str, run: Run, say: Say, show: Show, open_archive: Open | None = None, choose: Choose = shown_clip
    ) -> None:
        self._film = film
        self._run, self._say, self._show, self._open, self._choose = run, say, show, open_archive, choose
        self._began = time.monotonic()

    def play(self) -> None:
        """Play all acts in the current folder.

        Raises:
            Unable: a tool is missing, or a step did not do what it must.
        """
        self._desk()
        self._sticks()
        self._inside()
        self._on_the_way()
        self._relay()
        self._arrival()
        self._proof()
        self._archive()
        self._say(f"\nAll of this took {time.monotonic() - self._began:.0f} seconds.")

    def _desk(self) -> None:
        self._say("\n1. THE DESK, outside, makes its keys and issues a trip.")
        with open("passphrase", "wb") as file:
            file.write(PASSPHRASE)
        self._jebi("desk init --archive archive --name example.org/desk --passphrase-file passphrase")
        self._jebi(
            "desk trip --archive archive --kit kit.txt --route route.key --receipts card.txt --passphrase-file passphrase"
        )
        self._say(
            "   The kit can seal and sign. Nothing in it, and nothing that will be inside the country, opens anything."
        )

    def _sticks(self) -> None:
        self._say("\n2. STICKS leave the office filled with noise, all of them, with a film on each.")
        for stick in STICKS:
            self._make_stick(stick)
        self._jebi(f"stick prepare --yes {' '.join(STICKS)}")

    def _inside(self) -> None:
        self._say("\n3. INSIDE, a reporter seals a camera card onto the five sticks. Any two of them will do.")
        self._jebi(f"field seal card --onto {' '.join(STICKS)} --survive 3 --kit kit.txt")
        self._say("   What a search at the border sees on one of them:")
        self._jebi("stick look stick-3.img")

    def _on_the_way(self) -> None:
        self._say("\n4. ON THE WAY, sticks 1 and 2 are seized. Somebody stores a song collection on stick 3.")
        self._say(
            "   Stick 4 is copied, and arrives twice. Stick 5 comes as it is. A foreign stick of noise lies in the pile."
        )
        for seized in STICKS[:2]:
            os.unlink(seized)
        self._use("stick-3.img")
        shutil.copyfile("stick-4.img", "stick-4-again.img")
        self._make_stick("foreign.img", size=FOREIGN)
        self._jebi("stick prepare --yes foreign.img")
        self._say("   What is left on the used stick:")
        self._jebi("stick verify stick-3.img --route route.key", fine={Exit.DONE, Exit.PARTLY})

    def _relay(self) -> None:
        self._say("\n5. THE RELAY joins whatever came, and cannot read a word of it.")
        self._say("   One stick alone is not enough; it is passed on as it is, and so is what is missing:")
        self._jebi("relay join stick-3.img --onto passed-on.bin --survive 0 --route route.key", fine={Exit.PARTLY})
        self._say("   With the others it is whole, and fresh sticks are made of it:")
        pile = "stick-3.img stick-4.img stick-4-again.img stick-5.img foreign.img"
        self._jebi(f"relay join {pile} --onto fresh-1.bin fresh-2.bin --survive 1 --route route.key")

    def _arrival(self) -> None:
        self._say("\n6. THE DESK receives, over weeks, what comes when it comes.")
        self._jebi("desk receive passed-on.bin --archive archive --passphrase-file passphrase", fine={Exit.PARTLY})
        self._jebi("desk receive fresh-2.bin --plain --archive archive --passphrase-file passphrase")
        self._compare()

    def _compare(self) -> None:
        (parcel,) = os.listdir(os.path.join("archive", "clips"))
        filmed, came = _digests("card"), _digests(os.path.join("archive", "clips", parcel))
        if sorted(filmed.values()) != sorted(came.values()):  # names may have been mended
            raise Unable("the clips that came are not the clips that were filmed")
        for name, digest in sorted(came.items()):
            self._say(f"   {name}: {digest[:16]}…, as it lay on the card")
        self._parcel = parcel

    def _proof(self) -> None:
        self._say("\n7. A PROOF for outsiders: when the desk had it, and from whom. Not when it was filmed.")
        self._jebi(
            f"desk prove {self._parcel} --out parcel.tlog-proof --archive archive --passphrase-file passphrase",
        )
        self._jebi("desk check --archive archive --passphrase-file passphrase")

    def _archive(self) -> None:
        if self._open is None:
            return
        self._say("\n8. THE ARCHIVE looks at every clip, in a jail, for footage may attack; then it can be searched.")
        self._jebi("desk work --archive archive --passphrase-file passphrase --models models")
        if word := re.match(r"\w+", os.path.basename(self._film)):
            self._jebi(f"desk search {word[0]} --archive archive --passphrase-file passphrase")
        if show_release(self._jebi, self._say, self._show, self._choose()):
            self._say(f"   The site's front page: {os.path.abspath(os.path.join(SITE, 'index.html'))}")
        self._say("\n12. THE ARCHIVE opens in a browser.")
        line = "desk serve --archive archive --passphrase-file passphrase --models models --port 0"
        self._show(f"jebi {line}")
        self._open(line.split())

    def _jebi(self, line: str, *, fine: frozenset[Exit] | set[Exit] = frozenset({Exit.DONE})) -> int:
        self._show(f"jebi {line}")
        status = self._run(line.split())
        if status not in fine:
            raise Unable(f"a step of the demo ended with exit status {status}")
        return status

    def _make_stick(self, image: str, size: int = STICK) -> None:
        """An ordinary stick: FAT32, or FAT16 where it is small, and a film on it."""
        with open(image, "wb") as file:
            file.truncate(size)
        self._tool("mkfs.fat", *(["-F", "32"] if size == STICK else []), "-n", "MOVIES", image)
        self._tool("mcopy", "-i", image, self._film, "::/")

    def _use(self, image: str) -> None:
        """Somebody fills part of the stick, as anybody would."""
        with open("songs.bin", "wb") as file:
            file.write(os.urandom(int(STICK * USED)))
        self._tool("mcopy", "-i", image, "songs.bin", "::/")
        os.unlink("songs.bin")

    def _tool(self, *command: str) -> None:
        try:
            subprocess.run(command, check=True, capture_output=True)
        except FileNotFoundError as error:
            raise Unable(f"{command[0]} is missing", hint="jebi doctor says what to install") from error
        except subprocess.CalledProcessError as error:
            raise Unable(f"{command[0]} failed: {error.stderr.decode(errors='replace').strip()}") from error


def _digests(folder: str) -> dict[str, str]:
    digests = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
