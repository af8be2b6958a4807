"""A running sandbox for clients that know nothing of it, filled with the sample or empty."""

from collections.abc import Iterator

import pytest

from tandem.sandbox.server import SandboxThread


@pytest.fixture(scope="session")
def started() -> Iterator[SandboxThread]:
    """One sandbox on two real ports; `sandbox` and `empty_sandbox` start it over for each test."""
    with SandboxThread(data="empty") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(started: SandboxThread) -> SandboxThread:
    """Both CRMs with the sample data."""
    started.run(lambda each: each.control.reset(data="sample"))
    return started


@pytest.fixture
def empty_sandbox(started: SandboxThread) -> SandboxThread:
    """Both CRMs with nothing in them."""
    started.run(lambda each: each.control.reset(data="empty"))
    return started
