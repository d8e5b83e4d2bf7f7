"""Over SSH only hosts that are known are spoken to."""

from pathlib import Path

import pytest

from jebi.errors import Unable
from jebi.vault.hosts import known_only
from jebi.vault.outlet import Outlet
from vault.sftp import PASSWORD, USER, host


def test_a_host_that_is_not_known_or_has_another_key_is_given_nothing(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with host(tmp_path / "served", tmp_path / "known") as port:
        url, given = f"sftp://127.0.0.1:{port}/", {"username": USER, "password": PASSWORD}
        other = tmp_path / "other"
        with host(tmp_path / "served", other) as its_port:
            other.write_text(other.read_text().replace(str(its_port), str(port)))
            for known in (tmp_path / "nothing", other):
                with pytest.raises(Unable, match="is not in"):
                    Outlet(url, {**given, "known_hosts": str(known)})
        assert Outlet(url, {**given, "known_hosts": str(tmp_path / "known")}).read("nothing", 1) is None


def test_what_the_driver_asks_is_of_its_own_kind() -> None:
    assert callable(known_only().missing_host_key)
