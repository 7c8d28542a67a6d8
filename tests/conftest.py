"""Options and profiles of the whole test run."""

import functools
import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

from tests.golden import Golden, compare

# Most runs try the same examples, so a failure is of the change at hand; CI looks further and
# prints what it takes to see a failure again. How fast a machine is proves nothing.
common = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.filter_too_much,
    ],
}
hypothesis.settings.register_profile("default", derandomize=True, max_examples=50, **common)
hypothesis.settings.register_profile("ci", max_examples=400, **common)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/")


@pytest.fixture(scope="session")
def of_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run that all its workers share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def _own_cache(of_run: Path) -> None:
    """Nothing reads or fills the user's cache; what one build of the run kept serves the others."""
    os.environ["QCPH_CACHE"] = str(of_run / "cache")


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(of_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """`once(name, make)`: the folder that `make` fills for the first worker that asks for it.
    It serves all workers until the run ends, so nobody may change it.
    """

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = of_run / name
        with FileLock(of_run / f"{name}.lock"):
            if not folder.exists():
                fresh = tmp_path_factory.mktemp(name)
                make(fresh)
                fresh.rename(folder)
        return folder

    return made


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(path, actual)`: compare with the file, or rewrite it."""
    return functools.partial(compare, update=request.config.getoption("--update-golden"))
