"""How the desk is served is checked once, before anybody can call it."""

import pytest

from jebi.web.settings import Settings

SECRET = b"a secret of dice"


def served_at(*origins: str) -> Settings:
    return Settings(origins=origins, clock=lambda: 7.9, dice=lambda count: SECRET[:count], complain=print)


@pytest.mark.parametrize(
    "origins",
    [(), ("127.0.0.1:8765",), ("ftp://desk.example",), ("",), ("https://desk.example", "http://127.0.0.1:8765")],
    ids=["none", "no scheme", "another scheme", "an empty one", "one is https and one is not"],
)
def test_an_address_under_which_no_desk_can_be_served_is_a_mistake(origins: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="origins"):
        served_at(*origins)


@pytest.mark.parametrize(
    ("origins", "hosts", "is_https"),
    [
        (("http://127.0.0.1:8765", "http://[::1]:8765"), {"127.0.0.1:8765", "[::1]:8765"}, False),
        (("https://desk.example",), {"desk.example"}, True),
        (("http://https.example",), {"https.example"}, False),
    ],
    ids=["on this machine", "behind https", "a host that only sounds like it"],
)
def test_hosts_and_https_are_those_of_the_addresses(
    origins: tuple[str, ...], hosts: set[str], *, is_https: bool
) -> None:
    settings = served_at(*origins)

    assert (set(settings.hosts), settings.is_https) == (hosts, is_https)


def test_the_clock_has_whole_seconds_and_nothing_shows_what_makes_secrets() -> None:
    settings = served_at("http://127.0.0.1:8765")

    assert settings.now() == 7
    assert "dice" not in repr(settings)
