"""Fixtures that every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import FakeClock

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
