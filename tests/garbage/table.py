"""All parsers, by name."""

from collections.abc import Callable

from garbage import (
    of_contents,
    of_credentials,
    of_custody,
    of_desk,
    of_films,
    of_going_out,
    of_packets,
    of_pockets,
    of_release,
    of_seal,
    of_sensors,
    of_site,
    of_volumes,
    of_weights,
)
from garbage.campaign import Parser

PARSERS: dict[str, Callable[[], Parser]] = {
    **of_packets.PARSERS,
    **of_volumes.PARSERS,
    **of_films.PARSERS,
    **of_seal.PARSERS,
    **of_contents.PARSERS,
    **of_pockets.PARSERS,
    **of_custody.PARSERS,
    **of_credentials.PARSERS,
    **of_desk.PARSERS,
    **of_site.PARSERS,
    **of_going_out.PARSERS,
    **of_weights.PARSERS,
    **of_release.PARSERS,
    **of_sensors.PARSERS,
}
