"""What tests of several packages share by name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
