"""A host that is reached by SSH, on the loopback: a real SFTP server over a folder."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko  # type: ignore[import-untyped, unused-ignore]

USER, PASSWORD = "desk", "not a secret"


class Door(paramiko.ServerInterface):  # type: ignore[misc, unused-ignore]
    """Who comes in."""

    def check_auth_password(self, username: str, password: str) -> int:
        is_ours = (username, password) == (USER, PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if is_ours else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)

    def get_allowed_auths(self, username: str) -> str:
        return "password"


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    def told(*values: Any) -> Any:
        try:
            return function(*values)
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno))

    return told


class Handle(paramiko.SFTPHandle):  # type: ignore[misc, unused-ignore]
    """An open file."""

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


def folder_server(root: str) -> type:
    """What serves one folder."""

    class Folder(paramiko.SFTPServerInterface):  # type: ignore[misc, unused-ignore]
        def _real(self, path: str) -> str:
            return root + str(self.canonicalize(path))

        @_told
        def stat(self, path: str) -> Any:
            return paramiko.SFTPAttributes.from_stat(os.stat(self._real(path)))

        lstat = stat

        @_told
        def open(self, path: str, flags: int, attr: object) -> Any:
            file = os.fdopen(os.open(self._real(path), flags, 0o644), "wb" if flags & os.O_WRONLY else "rb")
            handle = Handle(flags)
            handle.readfile = handle.writefile = file
            return handle

        @_told
        def remove(self, path: str) -> int:
            os.remove(self._real(path))
            return int(paramiko.SFTP_OK)

        @_told
        def posix_rename(self, old: str, new: str) -> int:
            os.replace(self._real(old), self._real(new))
            return int(paramiko.SFTP_OK)

        @_told
        def mkdir(self, path: str, attr: object) -> int:
            os.mkdir(self._real(path))
            return int(paramiko.SFTP_OK)

        @_told
        def rmdir(self, path: str) -> int:
            os.rmdir(self._real(path))
            return int(paramiko.SFTP_OK)

    return Folder


@contextmanager
def host(root: Path, known_hosts: Path) -> Iterator[int]:
    """Serve a folder; its key goes into `known_hosts`. Gives the port."""
    key = paramiko.ECDSAKey.generate()
    transports = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        keys = paramiko.HostKeys()
        keys.add(f"[127.0.0.1]:{port}", key.get_name(), key)
        keys.save(str(known_hosts))

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                transport = paramiko.Transport(connection)
                transports.append(transport)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, folder_server(str(root)))
                try:
                    transport.start_server(server=Door())
                except (paramiko.SSHException, EOFError):
                    transport.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield port
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for transport in transports:
                transport.close()
            thread.join(10)
