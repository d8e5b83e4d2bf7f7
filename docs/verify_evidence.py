"""Verify a jebi evidence package with nothing but Python 3.10 or newer (docs/formats/evidence.md).

    python3 -I verify.py [FOLDER [LOG-KEY [WITNESS-KEY ...]]]

FOLDER is the unpacked package; without it, the one that this file lies in. LOG-KEY is the public key of the desk's log,
NAME+HEX+BASE64, and so are the WITNESS-KEYs; you have them from elsewhere. Without them those in the package are used,
and all that this can show is that the package agrees with itself: whoever forges one puts in keys of their own. Whoever
forges one may alter this file, too: have it, and verify_proof.py, which must lie beside it, from elsewhere as well.

Prints what holds and exits with 0, or says what is wrong and exits with 1. Writes nothing, and runs nothing of FOLDER.
Its four steps: every file against the manifests; every proof against the log's key; every signed manifest of a parcel
against the events; every original against those manifests.
"""

# fmt: off
import base64, contextlib, hashlib, io, json, os, re, stat, sys, time, types
HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST = 1 << 26  # bytes of a note or a proof
HEX = "([0-9a-f]{64})"
RECEIVED = re.compile(f"sealed sha256 {HEX}, manifest sha256 {HEX}, number ([0-9]+)(?:, after manifest {HEX})?")
CLIP = re.compile(f"file {HEX} ([0-9]+) [0-9]+ .+")

def main(folder=HERE, *keys):
    os.chdir(folder)
    sums = check_files()
    say(f"{len(sums)} files: none is missing, none was added, all have the SHA-256 and SHA-512 of the manifests", "")
    log, *witnesses = keys or keys_in("data/custody/log-key.txt") + keys_in("data/custody/witness-keys.txt")
    event, _ = proven("package.tlog-proof", log, witnesses)
    need((event["kind"], event["detail"]) == ("evidence-exported", "payload sha256 " + sums["manifest-sha256.txt"]),
         "package.tlog-proof is of another package: the desk did not log this list of the files in data/")
    clips, parcels = check_manifests(sums, check_events(sums, log, witnesses))
    originals = [path for path in sums if path.startswith("data/originals/")]
    need(any("/clip-" in path for path in originals), "there is no clip in data/originals")
    for path in originals:
        found = clips.get((sums[path], os.path.getsize(path))) if "/clip-" in path else parcels.get(sums[path])
        need(found, f"{path} is in no manifest that the log names: nothing here proves anything of it")
        say("", path, f"  sha256 {sums[path]}", *(f"  {line}" for line in found))
    for path in (path for path in sums if path.endswith(".tsr")):
        note = path[:-3] + "note"
        need(note in sums and bytes.fromhex(sums[note]) in read(path), f"{path} is no timestamp of {note}")
        under = [os.path.basename(one) for one in sums if one.endswith("proof") and read(one).endswith(read(note))]
        need(under, f"{path} is of a checkpoint that no proof here is under")
        say("", f"{path} is over the checkpoint of {', '.join(under)}. Whose it is, of when, and whether it is true:",
            f"  openssl ts -verify -data {note} -in {path} -CAfile ROOT-CERTIFICATE-OF-THE-AUTHORITY",
            f"  openssl ts -reply -in {path} -text")
    say("", "Nothing here proves when, where or by whom anything was filmed, or that what was said is true: see README")
    say("All of this holds under the keys that you gave" if keys else "THE KEYS CAME WITH THE PACKAGE. It agrees with "
        f"itself, which a forged one does, too. Ask the desk another way whether the key of its log is {log}")

def check_files():
    """Every file against all manifests; the SHA-256 of each, by path."""
    there, folders, wrong = {}, set(), []
    for place, below, names in os.walk(".", onerror=throw):
        for path in (os.path.relpath(os.path.join(place, name)).replace(os.sep, "/") for name in below + names):
            mode = os.lstat(path).st_mode
            need(stat.S_ISDIR(mode) or stat.S_ISREG(mode), f"{path} is neither a file nor a folder")
            folders.add(path) if stat.S_ISDIR(mode) else there.update({path: digests(path)})
    for kind in ("manifest", "tagmanifest"):
        due = {one for one in there if one.startswith("data/") == (kind == "manifest") and one[:11] != "tagmanifest"}
        for column, name in enumerate((f"{kind}-sha256.txt", f"{kind}-sha512.txt")):
            need(name in there, f"{name} is missing")
            lines = [line.partition("  ") for line in read(name).decode().removesuffix("\n").split("\n")]
            listed = {path: digest for digest, _, path in lines}
            need(len(listed) == len(lines), f"{name} names a file twice")
            wrong += [f"{path} is missing: {name} names it" for path in listed.keys() - due]
            wrong += [f"{path} was added or renamed: {name} does not name it" for path in due - listed.keys()]
            wrong += [f"{path} was altered: it is not what {name} says" for path in due & listed.keys()
                      if there[path][column] != listed[path]]
    above = {path[:place] for path in there for place, letter in enumerate(path) if letter == "/"}
    wrong += [f"the folder {path} was added" for path in folders - above]
    need(not wrong, "; ".join(sorted(wrong)))
    return {path: there[path][0] for path in sorted(there)}

def proven(path, log, witnesses):
    """The event of a proof, and who of the known witnesses says when its checkpoint was there."""
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    try:
        with contextlib.redirect_stdout(said): PROOF.main(log, path)
    except SystemExit as ended: need(False, f"{path}: {str(ended).removeprefix('NOT PROVEN: ')}")
    except UNREADABLE: need(False, f"{path} cannot be read")
    event, place = said.buffer.getvalue().decode().split("\n")[:2]
    entry = re.findall("[0-9]+", path)[:2]  # a package's own proof has no numbers in its name
    need(not entry or place.split()[1:4:2] == entry, f"{path} is of another event than its name says")
    note, times = read(path).partition(b"\n\n")[2], []
    for witness in witnesses:
        key, signed = signatures(note, witness, 4)
        for one in signed:  # c2sp.org/tlog-cosignature
            when = int.from_bytes(one[:8], "big")
            text = b"cosignature/v1\ntime %d\n" % when + text_of(note)
            need(PROOF.verify(key, text, one[8:]), f"{path} has a false cosignature")
            times.append((when, witness.split("+")[0]))
    return json.loads(event), times

def check_events(sums, log, witnesses):
    """Every proof: where each event is in the log, what it says, and who bounds its time."""
    events = {}
    for path in (path for path in sums if path.startswith("data/") and path.endswith(".tlog-proof")):
        event, times = proven(path, log, witnesses)
        events.setdefault((int(path.split("-")[1]), json.dumps(event)), []).extend(times)
    events = [(index, json.loads(event), times) for (index, event), times in sorted(events.items())]
    say(f"The log {log.split('+')[0]} holds these events, with times by the desk's own clock:")
    for index, event, _ in events:
        say("  {0}  {1}  {kind} {subject}, by {actor}: {detail}".format(index, utc(event["time"]), **event))
    return events

def check_manifests(sums, events):
    """Every signed manifest against the events; what holds of clips by SHA-256 and size, and of parcels by SHA-256."""
    received, clips, parcels = {}, {}, {}
    for index, event, times in events:
        match = RECEIVED.fullmatch(event["detail"]) if event["kind"] == "parcel-received" else None
        if match:
            when = f"at the desk no later than {utc(min(times)[0])}, by the clock of {min(times)[1]}" if times else None
            when = when or "when it came, only the desk says: no witness whose key is known here"
            lines = [f"came in parcel {event['subject']}, number {match[3]} of {event['actor']} (event {index})", when]
            received.setdefault(match[2], (event["actor"], match[3], lines))  # the earliest, if it came twice
            parcels.setdefault(match[1], lines)
    for path in (path for path in sums if path.endswith(".manifest.note")):
        text, key = text_of(read(path)), path.replace("manifest.note", "trip-key.txt")
        actor, number, lines = received.get(hashlib.sha256(text).hexdigest(), ("", "", ""))
        need(lines, f"{path} is not the manifest that a parcel-received event here names")
        need(text.startswith(f"jebi parcel\nnumber {number}\n".encode()), f"{path} has another number than its event")
        need(f"\n\n\u2014 jebi/{actor} ".encode() in read(path), f"{path} is not signed in the name of {actor}")
        who = "who sealed it, only the desk can check: its trip signs with a secret that both have"
        if key in sums:
            trip = keys_in(key)[0]
            public, signed = signatures(read(path), trip, 1)
            is_true = signed and all(PROOF.verify(public, text, one) for one in signed)
            need(trip.startswith(f"jebi/{actor}+") and is_true, f"{path} is not signed by the key in {key}")
            who = f"was sealed by the holder of the trip key {trip}"
        for match in filter(None, map(CLIP.fullmatch, text.decode().split("\n"))):
            clips.setdefault((match[1], int(match[2])), []).extend([*lines, f"stands in {path}", who])
    return clips, parcels

def signatures(note, vkey, kind):
    """A key (c2sp.org/signed-note), and what stands in the signature lines under its name and hint."""
    name, hint, packed = vkey.split("+", 2)
    key = base64.b64decode(packed, validate=True)
    is_one = len(key) == 33 and key[0] == kind and hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8] == hint
    need(is_one, f"the key of {name} was mistyped, or is none of the kind that belongs there")
    lines = [line.rpartition(" ") for line in note.rpartition(b"\n\n")[2].decode().split("\n")]
    signed = [base64.b64decode(line[2], validate=True) for line in lines if line[0] == f"\u2014 {name}"]
    return key[1:], [one[4:] for one in signed if one[:4].hex() == hint]

def digests(path):
    sums = hashlib.sha256(), hashlib.sha512()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20): [one.update(piece) for one in sums]
    return [one.hexdigest() for one in sums]

def read(path):
    with open(path, "rb") as file: return file.read(LONGEST)

def load(path):
    """verify_proof.py as it lies beside this file: run without a key and a proof, it ends by saying how it is used."""
    names, given, sys.argv = {"__name__": "verify_proof"}, sys.argv, [path]
    with contextlib.suppress(SystemExit): exec(compile(read(path), path, "exec"), names)
    sys.argv = given
    return types.SimpleNamespace(**names)

def keys_in(path): return re.findall("^[^#\n].*", read(path).decode() if os.path.exists(path) else "", re.MULTILINE)
def text_of(note): return note.rpartition(b"\n\n")[0] + b"\n"
def utc(seconds): return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(min(seconds, 253402300799)))
def shown(text): return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
def say(*lines): print(*map(shown, lines), sep="\n")
def need(is_so, what): return is_so or sys.exit("NOT PROVEN: " + shown(what))
def throw(error): raise error

UNREADABLE = ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError
try:
    sys.stdout.reconfigure(errors="backslashreplace")
    PROOF = load(os.path.join(HERE, "verify_proof.py"))
    main(*sys.argv[1:]) if not any(word.startswith("-") for word in sys.argv[1:]) else sys.exit(__doc__)
except UNREADABLE as error:
    need(False, f"it cannot be read ({type(error).__name__})")
