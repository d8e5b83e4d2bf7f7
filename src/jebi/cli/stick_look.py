"""x"""

import argparse

NAMES = ("stick-look",)
HELP = "x"


def configure(p): ...
def run(o, t):
    return 0
