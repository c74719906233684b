"""The incidents of ten days of sample data, as ``wallflower demo-wall`` shows them: minutes."""

from __future__ import annotations

from pathlib import Path

from bench.incident_screen import replay, seeds


def test_incidents_of_ten_seeds_have_a_title_and_voices_about_them(tmp_path: Path) -> None:
    results = []
    for seed in seeds(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        results.append(replay(seed, folder))
    assert sum(bool(one.titles) for one in results) >= 9
    assert sum(one.about_it for one in results) >= 0.95 * sum(one.voices for one in results) > 0
    assert sum(one.positive for one in results) == 0, "all these incidents are bad news"
    assert all(one.since and abs((one.since - one.began).total_seconds()) <= 10 * 60 for one in results)
