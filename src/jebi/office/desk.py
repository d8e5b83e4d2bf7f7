"""The desk's archive: its keys, its trips and its log, in one folder.

    archive/
      desk.toml          the desk's name and public keys; nothing secret
      keys/identity.age  what opens parcels, under the desk's passphrase; stock age reads it
      keys/log.age       what signs the custody log, sealed to the desk
      keys/credential.age  what signs films, sealed to the desk; made when it is needed (`issuer`)
      trips/ID.age       one trip: its verifying keys, its route key, its receipt key; sealed to the desk
      log/               the custody log
      receipts/DAY.age   the real codes of a day's list, so that none goes out twice; sealed to the desk
      parcels/           whole parcels, still sealed
      clips/             the clips of whole parcels
      tray/              parcels that wait for more
      work/              plain copies of clips, while a job runs (`benches`)

Invariants: without the passphrase nothing in `keys`, `trips` and `parcels` opens; one jebi at a time holds the archive
and its log. Workers that `join_desk` read what is sealed and log nothing.
"""

import contextlib
import glob
import hashlib
import json
import os
import secrets
import shutil
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jebi.archive.custody import CustodyLog
from jebi.archive.record import DICE, Event
from jebi.carriers.slot import SLOT
from jebi.errors import Busy, Damaged, Refused, Unable, WrongKey, failures_named
from jebi.office import benches
from jebi.office.finishing import PARTIAL, finish_parcels, finish_trips
from jebi.parcel import backup, seal, trip
from jebi.parcel.card import Card, RouteKey
from jebi.parcel.keys import Passphrase, PostQuantumIdentity, PostQuantumRecipient, parse_identities
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier, MacKey, Note, check_name
from jebi.parcel.trip import MOST_PARCELS, Signing, TripSeed
from jebi.radio import receipt
from jebi.vault import files
from jebi.vault.ledger import Ledger
from jebi.vault.tray import Tray

FOLDERS = ("keys", "trips", "parcels", "clips", "tray")
SETTINGS = "desk.toml"
WORK = "work"  # plain copies, for as long as a job needs one


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What the desk knows of a trip. It forgot the seed: it can check the trip's signatures, not make them.

    With a MAC instead of a signature it can do both, which is the point of a MAC.
    """

    trip: str
    signing: Signing
    keys: tuple[bytes, ...] = field(repr=False)
    route: RouteKey
    receipts: bytes = field(repr=False)
    note: str = field(repr=False)

    def verifier(self, number: int) -> Ed25519Verifier | MacKey:
        """Who signs parcel `number` of this trip."""
        name, key = trip.signer_name(self.trip), self.keys[number - 1]
        return MacKey(name=name, secret=key) if self.signing == "mac" else Ed25519Verifier(name=name, public=key)

    def signed(self, note: Note, number: int) -> bool:
        """Whether a manifest is this trip's, under that number."""
        return number <= len(self.keys) and note.signed_by(self.verifier(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a new trip is given. The passphrase is on no disk; the kit's seed is on none of the desk's."""

    trip: str
    card: Card
    passphrase: str = field(repr=False)
    route: RouteKey
    receipts: str = field(repr=False)


class Workplace:
    """An archive whose key is open: what is sealed there can be read and added to. Use `join_desk`."""

    def __init__(self, folder: str, settings: dict[str, object], identity: PostQuantumIdentity) -> None:
        self.folder, self.identity, self.settings = folder, identity, settings
        self.outer = tuple(PostQuantumRecipient.parse(text) for text in _texts(settings.get("outer", [])))

    def path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    def trips(self) -> list[Trip]:
        """All trips that were ever issued."""
        with failures_named(self.path("trips"), "read"):
            names = sorted(name for name in os.listdir(self.path("trips")) if name.endswith(".age"))
        return [
            _parse_trip(seal.open_in_memory(files.read(self.path("trips", name)), [self.identity])) for name in names
        ]


class Reception(Workplace, ABC):
    """An archive into which parcels are received: what is not whole waits in its tray, and its log hears of all that came."""

    def __init__(self, folder: str, settings: dict[str, object], identity: PostQuantumIdentity) -> None:
        super().__init__(folder, settings, identity)
        self.tray = Tray(self.path("tray"), SLOT)

    @abstractmethod
    def append(self, kind: str, subject: str, detail: str, *, actor: str, time: int) -> int:
        """Log what happened; returns its place in the log once it is kept there."""


class Desk(Reception):
    """An archive that is held, with its log. Use `open_desk`."""

    def __init__(self, folder: str, settings: dict[str, object], identity: PostQuantumIdentity, ledger: Ledger) -> None:
        super().__init__(folder, settings, identity)
        self.name = str(settings["name"])
        secret = seal.open_in_memory(files.read(self.path("keys", "log.age")), [identity])
        self.signer = Ed25519Signer(name=self.name, secret=secret)
        self.ledger = ledger
        self.log = CustodyLog(ledger, self.signer)

    def settle(self, key: str, value: str) -> None:
        """Write one more setting into `desk.toml`, above what stands there."""
        path = self.path(SETTINGS)
        files.replace(path, f"{key} = {json.dumps(value, ensure_ascii=False)}\n".encode() + files.read(path))
        self.settings[key] = value

    def append(self, kind: str, subject: str, detail: str, *, actor: str, time: int) -> int:
        """Log what happened; returns its place in the log once it is kept."""
        return self.record(Event(kind=kind, subject=subject, detail=detail, actor=actor, time=time))

    def record(self, event: Event) -> int:
        """The same, of an event that was made elsewhere."""
        return self.log.append(event, secrets.token_bytes(DICE))

    def issue(self, *, signing: Signing, memorise: bool, note: str, share_route: str, time: int) -> Issued:
        """Issue a trip: keys, route, receipt card.

        Args:
            signing: by signature, which anybody can verify, or by MAC, which only this desk can and which can be denied.
            memorise: a passphrase in the traveller's head instead of a seed in a kit.
            note: whose trip it is; sealed to the desk, shown nowhere else.
            share_route: another trip whose relays are to read these sticks too; may be empty.
            time: POSIX seconds, for the log.
        """
        name = trip.trip_name(secrets.token_bytes(trip.ID))
        words = trip.words(secrets.token_bytes(trip.WORDS_DICE))
        first = trip.from_passphrase(name, words) if memorise else TripSeed(name, 1, secrets.token_bytes(trip.SEED))
        route = self._route(share_route)
        receipts = trip.receipt_key(first)
        known = Trip(
            trip=name, signing=signing, keys=_verifying_keys(first, signing), route=route, receipts=receipts, note=note
        )
        sealed = seal.in_memory(_write_trip(known), [self.identity.recipient()])
        path = self.path("trips", f"{name}.age")
        files.stage(path, sealed)
        detail = f"{signing}, sealed sha256 {hashlib.sha256(sealed).hexdigest()}"
        self.append("trip-issued", name, detail, actor="desk", time=time)
        files.keep(path)
        card = Card(
            trip=name,
            signing=signing,
            recipients=(self.identity.recipient(),),
            outer=self.outer,
            route=route.public(),
            desk=self.signer.verifier(),
            seed=None if memorise else first,
            receipts=None if memorise else receipts,
        )
        text = receipt.card_text(receipt.Card(receipts))
        return Issued(trip=name, card=card, passphrase=words if memorise else "", route=route, receipts=text)

    def _route(self, share_route: str) -> RouteKey:
        if not share_route:
            return RouteKey(secrets.token_bytes(32))
        for known in self.trips():
            if known.trip == share_route:
                return known.route
        raise Refused("there is no trip of that name whose route could be shared")


def init(
    folder: str, name: str, passphrase: bytes, *, papers: Sequence[str] = (), outer: Sequence[str] = (), time: int
) -> list[str]:
    """Make a new archive; returns the three back-up papers of its key.

    Args:
        folder: must not exist yet.
        name: the desk's name in its log, such as `example.org/desk`.
        passphrase: opens the archive; cannot be recovered.
        papers: two back-up papers of an earlier desk whose key is to be used again.
        outer: recipients of a second person, without whom nothing sealed to this desk opens.
        time: POSIX seconds, for the log.
    """
    check_name(name)
    if os.path.exists(folder):
        raise Refused(f"{folder} exists already", hint="name a folder that does not exist yet")
    if len(passphrase) < 8:
        raise Refused(
            "the passphrase is shorter than 8 characters", hint="six random words are good and can be learned"
        )
    identity = backup.combine(papers) if papers else PostQuantumIdentity(secrets.token_bytes(32))
    settings: dict[str, object] = {"name": name, "outer": [str(PostQuantumRecipient.parse(text)) for text in outer]}
    beside = os.path.normpath(folder) + PARTIAL
    with failures_named(folder, "made"):
        os.makedirs(beside, mode=0o700, exist_ok=True)
        with files.locked(beside):
            _clear(beside)
            for sub in FOLDERS:
                os.makedirs(os.path.join(beside, sub), mode=0o700)
            _fill(beside, settings, identity, passphrase, time)
            os.rename(beside, folder)
        files.sync_folder(os.path.dirname(os.path.abspath(folder)))
    return backup.split(identity)


def _clear(beside: str) -> None:
    """Remove what an `init` that was killed left, and nothing else."""
    made = {*FOLDERS, SETTINGS, SETTINGS + ".new", "log", "lock"}
    if foreign := set(os.listdir(beside)) - made:
        raise Refused(f"{beside} is in the way, and holds {len(foreign)} things of somebody else's")
    for name in set(os.listdir(beside)) - {"lock"}:
        path = os.path.join(beside, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def _fill(
    folder: str, settings: dict[str, object], identity: PostQuantumIdentity, passphrase: bytes, time: int
) -> None:
    recipient, name = identity.recipient(), str(settings["name"])
    files.replace(os.path.join(folder, SETTINGS), _toml(settings))
    files.replace(os.path.join(folder, "keys", "log.age"), seal.in_memory(secrets.token_bytes(32), [recipient]))
    written = f"# public key: {recipient}\n{identity.written()}\n".encode()
    files.replace(os.path.join(folder, "keys", "identity.age"), seal.with_passphrase(written, passphrase))
    with Ledger.create(Path(folder, "log")) as ledger:
        desk = Desk(folder, settings, identity, ledger)
        desk.append("desk-made", name, str(desk.signer.verifier()), actor="desk", time=time)


@contextlib.contextmanager
def open_desk(folder: str, passphrase: bytes) -> Iterator[Desk]:
    """Open an archive, alone.

    Raises:
        WrongKey: the passphrase is not this desk's.
        Busy: another jebi is at work in it.
        Unable, Damaged: it is not there, or not whole.
    """
    settings = read_settings(folder)
    with _held(folder):
        _sweep(folder)
        identity = _open_identity(folder, passphrase)
        with Ledger(Path(folder, "log")) as ledger:
            finish_trips(folder, ledger)
            finish_parcels(folder, ledger)
            yield Desk(folder, settings, identity, ledger)


@contextlib.contextmanager
def _held(folder: str) -> Iterator[None]:
    """Hold the archive; who cannot is told where else to go."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(files.locked(folder))
        except Busy as error:
            raise Busy(
                error.what, hint="wait until it is done; if it is open in a browser, receive and search there"
            ) from error
        yield


def join_desk(folder: str, passphrase: bytes) -> Workplace:
    """Open an archive beside whoever holds it, to work there: originals, results and rows, but never the log.

    Raises:
        WrongKey: the passphrase is not this desk's.
        Unable, Damaged: it is not there, or not whole.
    """
    return Workplace(folder, read_settings(folder), _open_identity(folder, passphrase))


def _open_identity(folder: str, passphrase: bytes) -> PostQuantumIdentity:
    try:
        text = seal.open_in_memory(files.read(os.path.join(folder, "keys", "identity.age")), [Passphrase(passphrase)])
    except WrongKey as error:
        raise WrongKey("this is not the desk's passphrase", hint="capitals and spaces count; try again") from error
    return _only_identity(text)


def _only_identity(written: bytes) -> PostQuantumIdentity:
    """The desk's key, which whoever has the passphrase may have written with another tool."""
    try:
        identities = parse_identities(written.decode())
    except UnicodeDecodeError as error:
        raise Damaged("the desk's key file is not plain text") from error
    if len(identities) != 1 or not isinstance(identities[0], PostQuantumIdentity):
        raise Damaged("the desk's key file does not hold one post-quantum identity and nothing else")
    return identities[0]


def _sweep(folder: str) -> None:
    """Remove what a jebi that was killed left: plain copies, and what it wrote beside a name and never gave it."""
    benches.sweep(os.path.join(folder, WORK))
    for sub in (".", "keys", "pending"):
        for path in glob.glob(os.path.join(glob.escape(os.path.join(folder, sub)), f"*{files.STAGED}")):
            with contextlib.suppress(OSError):  # on a medium that cannot be written it harms nobody
                os.unlink(path)
    for path in glob.glob(os.path.join(glob.escape(os.path.join(folder, "salvaged")), f"*{PARTIAL}")):
        shutil.rmtree(path, ignore_errors=True)


def read_settings(folder: str) -> dict[str, object]:
    """The archive's `desk.toml`; raises `Unable` where there is no archive, `Damaged` where it cannot be read."""
    if not os.path.exists(os.path.join(folder, SETTINGS)):
        raise Unable(f"{folder} is no archive", hint=f"make one: jebi desk init --archive {folder} --name NAME")
    try:
        settings = tomllib.loads(files.read(os.path.join(folder, SETTINGS)).decode())
        check_name(str(settings["name"]))
    except (ValueError, KeyError, RecursionError) as error:
        raise Damaged(f"{os.path.join(folder, SETTINGS)} cannot be read: {error}") from error
    return settings


def _verifying_keys(first: TripSeed, signing: Signing) -> tuple[bytes, ...]:
    keys, seed = [], first
    while True:
        signer = seed.signer(signing)
        keys.append(signer.secret if isinstance(signer, MacKey) else signer.verifier().public)
        if seed.number == MOST_PARCELS:
            return tuple(keys)
        seed = seed.ratchet()


def _write_trip(known: Trip) -> bytes:
    facts = {
        "trip": known.trip,
        "signing": known.signing,
        "keys": [key.hex() for key in known.keys],
        "route": known.route.secret.hex(),
        "receipts": known.receipts.hex(),
        "note": known.note,
    }
    return json.dumps(facts, ensure_ascii=False).encode()


def _parse_trip(written: bytes) -> Trip:
    """Sealed by this desk to itself, so it is ours or the disk's fault."""
    try:
        facts = json.loads(written)
        return Trip(
            trip=trip.check_trip(facts["trip"]),
            signing="mac" if facts["signing"] == "mac" else "signature",
            keys=tuple(map(bytes.fromhex, facts["keys"])),
            route=RouteKey(bytes.fromhex(facts["route"])),
            receipts=bytes.fromhex(facts["receipts"]),
            note=facts["note"],
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged("a trip of the archive cannot be read") from error


def _toml(settings: Mapping[str, object]) -> bytes:
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
    return (
        "# What this desk is called, and who else must agree to open what is sealed to it.\n" + "\n".join(lines) + "\n"
    ).encode()


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise Damaged("desk.toml names recipients in a way that cannot be read")
    return value
