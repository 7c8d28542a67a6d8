"""Options and profiles of the whole test run."""

import functools
import os

import hypothesis
import pytest

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


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(path, actual)`: compare with the file, or rewrite it."""
    return functools.partial(compare, update=request.config.getoption("--update-golden"))
