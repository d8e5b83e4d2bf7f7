"""Verify a .tlog-proof of a jebi custody log with nothing but Python (docs/formats/custody.md, "Proof").

    python3 -I verify_proof.py VKEY FILE

VKEY is the log's public key, NAME+HEX+BASE64, which you have from elsewhere: not from whoever gave you FILE.
Prints the event that the log holds and exits with 0, or says which step failed and exits with 1. It checks the log's
signature, not that of witnesses. What it proves: this event was in the log when the log signed this checkpoint. Not
that the event is true, and not when anything was filmed.

The second half is Ed25519 verification as in RFC 8032, section 5.1.7, on points in extended coordinates (5.1.4).
"""

# fmt: off
import base64, hashlib, json, sys
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # the field's prime and the group's order
D = -121665 * pow(121666, -1, P) % P

def main(vkey, path):
    head, _, note = open(path, "rb").read(1 << 19).partition(b"\n\n")
    title, extra, index, *hashes = head.decode("ascii").split("\n")
    need(title == "c2sp.org/tlog-proof@v1" and extra[:6] == "extra " and index[:6] == "index ", "it is no proof")
    record, index = json.loads(unbase64(extra[6:])), int(index[6:])
    text, _, signatures = note.rpartition(b"\n\n")
    origin, size, root, *_ = text.decode().split("\n")
    event = json.dumps(record["event"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = unbase64(record["salt"])
    need(len(salt) == 32 and 0 <= index < int(size) <= 1 << 62, "it names an entry that cannot be")
    node = sha256(b"\0", sha256(salt, event.encode()))  # RFC 6962: the leaf, then one sibling after the other
    inner = (index ^ int(size) - 1).bit_length()
    need(len(hashes) == inner + (index >> inner).bit_count(), "the way up the tree has the wrong length")
    for height, sibling in enumerate(map(unbase64, hashes)):
        is_left = height >= inner or index >> height & 1
        node = sha256(b"\1", sibling, node) if is_left else sha256(b"\1", node, sibling)
    need(node == unbase64(root), "the way up the tree ends elsewhere: the event is not in the log")
    name, hint, key = vkey.split("+", 2)
    key = unbase64(key)
    need(len(key) == 33 and key[0] == 1 and sha256(name.encode(), b"\n", key).hex()[:8] == hint, "the key was mistyped")
    lines = [line.rpartition(" ") for line in signatures.decode().splitlines()]
    signed = [unbase64(line[2]) for line in lines if line[0] == f"\u2014 {name}"]
    signed = [verify(key[1:], text + b"\n", one[4:]) for one in signed if one[:4].hex() == hint]
    need(origin == name and signed and all(signed), "the log did not sign this checkpoint")
    sys.stdout.buffer.write(f"{event}\nentry {index} of {size} in the log {origin}, root {root}\n".encode())

def need(is_so, what): return is_so or sys.exit(f"NOT PROVEN: {what}")
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def unbase64(text): return base64.b64decode(text, validate=True)

def verify(key, message, signature):  # S·B = R + h·A
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    one, other = times(s, base), add(point(signature[:32]), times(h % L, point(key)))
    return len(signature) == 64 and s < L and all((one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1))

def point(packed):
    y, sign = int.from_bytes(packed, "little") % 2**255, packed[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    need(y < P and x * x % P == square and not (x == 0 and sign), "a key or a signature is no point of the curve")
    return (x if x & 1 == sign else P - x), y, 1, (x if x & 1 == sign else P - x) * y % P

def times(n, p): return add(times(n >> 1, add(p, p)), p if n & 1 else (0, 1, 1, 0)) if n else (0, 1, 1, 0)
def add(p, q):
    a, b, c, d = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0]), 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P

try:
    main(*sys.argv[1:]) if len(sys.argv) == 3 else sys.exit(__doc__)
except (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
    need(False, f"it cannot be read ({type(error).__name__})")
