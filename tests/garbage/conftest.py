"""Lets the tests here import the campaign as the package that the command line knows it as."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
