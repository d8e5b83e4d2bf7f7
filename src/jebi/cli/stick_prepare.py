"""x"""

import argparse

NAMES = ("stick-prepare",)
HELP = "x"


def configure(p): ...
def run(o, t):
    return 0
