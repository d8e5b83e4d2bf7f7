"""x"""

import argparse

NAMES = ("stick-verify",)
HELP = "x"


def configure(p): ...
def run(o, t):
    return 0
