"""Fixtures that every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes import FakeClock

# Neither a slow example nor slow input is a fault: other work may share the machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recordings of real sites and real tweets, which are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data: recordings of real sites, not part of the project")
    return SHARED_DATA
