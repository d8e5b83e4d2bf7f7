"""What every test stands on: Hypothesis profiles and sample films."""

import os
import signal
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as jebi does, before anything loads NumPy

import pytest
from hypothesis import HealthCheck, settings

# A shell's job in the background ignores Ctrl-C, and so would every process that is started here to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True, suppress_health_check=SLOW)
# A million examples of every property would take days: Hypothesis makes about a thousand a second. The million inputs
# that every parser must stand come from tests/garbage, which makes them far faster.
settings.register_profile("deep", max_examples=5_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("JEBI_PROFILE", "fast"))

ROOT = Path(__file__).resolve().parent.parent
SLOW_FIRST = ("faults", "browser", "docs", "office", "web", "cli")  # folders whose files take longest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, so that in the end no worker does one of them alone while the others have nothing to do."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        return SLOW_FIRST.index(folder) if folder in SLOW_FIRST else len(SLOW_FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real films out of published packages; `make test` fetches them."""
    folder = ROOT / ".cache" / "samples"
    assert any(folder.glob("*.mp4")), "run make test once: it fetches the sample films"
    return folder
