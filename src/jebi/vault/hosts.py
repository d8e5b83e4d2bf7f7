"""Which hosts are trusted over SSH: those in the user's own list of known hosts, and no other.

The driver by itself believes any host that it meets for the first time; whoever sits between would be given what signs us in.

Invariant: a key that the list does not hold for that host ends the connection before anything of ours is sent.
"""

import importlib
import os
from typing import Any, Final

KNOWN: Final = "~/.ssh/known_hosts"


def known_only(known_hosts: str = KNOWN) -> Any:
    """What the SSH driver asks when it does not know a host's key.

    Raises:
        ImportError: the driver is not installed.
    """
    paramiko = importlib.import_module("paramiko")

    def missing_host_key(_policy: object, _client: object, hostname: str, key: object) -> None:
        keys = paramiko.HostKeys()
        path = os.path.expanduser(known_hosts)
        if os.path.exists(path):
            keys.load(path)
        if not keys.check(hostname, key):
            raise paramiko.SSHException(f"the key of {hostname} is not in {known_hosts}")

    policy = type("KnownOnly", (paramiko.MissingHostKeyPolicy,), {"missing_host_key": missing_host_key})
    return policy()
