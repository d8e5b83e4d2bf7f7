"""How much of what could be tried is tried: a sample with every change, all of it in the long campaigns (`make deep`).

Each campaign gives up a part of its repetitions with every change, never its kind. What only repeats at length what
another test shows briefly is marked `deep`.
"""

import os

IS_DEEP = os.environ.get("JEBI_PROFILE") == "deep"


def often(deep: int, usual: int) -> int:
    """How often to repeat something: in the long campaigns, and with every change."""
    return deep if IS_DEEP else usual
