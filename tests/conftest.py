"""What every test stands on: Hypothesis profiles and sample films."""

import gc
import os
import signal
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as jebi does, before anything loads NumPy

import pytest
from hypothesis import HealthCheck, settings

from depth import IS_DEEP

# A shell's job in the background ignores Ctrl-C, and so would every process that is started here to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True, suppress_health_check=SLOW)
# A million examples of every property would take days: Hypothesis makes about a thousand a second. The million inputs
# that every parser must stand come from tests/garbage, which makes them far faster.
settings.register_profile("deep", max_examples=5_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile("deep" if IS_DEEP else "fast")

ROOT = Path(__file__).resolve().parent.parent
SLOW_FIRST = ("faults", "browser", "docs", "office", "web", "cli")  # folders whose files take longest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow files first, so that in the end no worker does one of them alone while the others have nothing to do."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        return SLOW_FIRST.index(folder) if folder in SLOW_FIRST else len(SLOW_FIRST)

    items.sort(key=place)
    if not IS_DEEP:
        left = {item for item in items if item.get_closest_marker("deep")}
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


def pytest_collection_finish() -> None:
    """Ten thousand tests stay until the end: nobody needs to look again and again whether they may go."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real films out of published packages; `make test` fetches them."""
    folder = ROOT / ".cache" / "samples"
    assert any(folder.glob("*.mp4")), "run make test once: it fetches the sample films"
    return folder
