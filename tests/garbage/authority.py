"""An authority that stamps one checkpoint, made anew with openssl for every campaign: no key of it is kept anywhere."""

import functools
import subprocess
import tempfile
from pathlib import Path

CHECKPOINT = "example.org/desk\n5\n" + "A" * 43 + "=\n"
SETTINGS = """
[req]
distinguished_name = name
prompt = no
[name]
CN = root
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[desk]
serial = serial
signer_cert = stamping.pem
signer_key = stamping.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:2, millisecs:500
ess_cert_id_alg = sha256
"""
STEPS = (
    "req -x509 -newkey rsa:2048 -nodes -days 30 -config tsa.cnf -extensions authority -keyout root.key -out root.pem",
    "req -new -newkey rsa:2048 -nodes -config tsa.cnf -subj /CN=stamping -keyout stamping.key -out stamping.csr",
    (
        "x509 -req -in stamping.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile tsa.cnf"
        " -extensions stamping -out stamping.pem"
    ),
    "ts -query -data checkpoint -sha256 -cert -out request.tsq",
    "ts -reply -config tsa.cnf -section desk -queryfile request.tsq -out response.tsr",
)


@functools.cache
def stamped() -> Path:
    """A folder with `checkpoint`, its `response.tsr`, `root.pem` and `stamping.key`; it goes when this process goes."""
    kept.append(tempfile.TemporaryDirectory())
    folder = Path(kept[-1].name)
    (folder / "tsa.cnf").write_text(SETTINGS)
    (folder / "checkpoint").write_text(CHECKPOINT)
    (folder / "serial").write_text("01\n")
    for step in STEPS:
        subprocess.run(["openssl", *step.split()], cwd=folder, check=True, capture_output=True)
    return folder


kept: list["tempfile.TemporaryDirectory[str]"] = []
