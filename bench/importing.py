"""The speed and peak memory of an import, compared with reading the same file with the csv module alone.

python -m bench.importing [ROWS]        100,000 by default

Imports a generated CSV in which two posts in three mention a brand.
"""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
BRANDS = ("Acme", "Globex", "Initech")
CONFIG = "[wallflower]\ndata = 'data'\n" + "".join(
    f"[[brands]]\nname = '{name}'\nours = {str(name == 'Acme').lower()}\nrule = '{name.lower()}'\n" for name in BRANDS
)
TOPICS = ("phone", "app", "update", "battery", "delivery", "shop", "price", "support line", "new logo", "invoice")
WORDS = ("great", "terrible", "slow", "fine", "broken again", "surprisingly good", "late", "okay", "useless", "lovely")
ENDS = ("!", ".", " and nobody answers.", " this week.", ", as always.", " - thanks for nothing.", ". I will stay.")
START = datetime(2025, 1, 1, tzinfo=UTC)


def rows(n: int) -> Iterator[tuple[str, str, str, str]]:
    """``n`` rows of id, author, text and time, the same in every run."""
    rng = random.Random(7)
    for number in range(n):
        subject = rng.choice(BRANDS) if rng.random() < 2 / 3 else "my neighbour"
        text = (
            f"The {rng.choice(TOPICS)} from {subject} is {rng.choice(WORDS)}{rng.choice(ENDS)} "
            f"Number {rng.randrange(10**6)} on my list of {rng.choice(TOPICS)} stories."
        )
        at = START + timedelta(seconds=number * 20)
        yield f"p{number}", f"user{rng.randrange(50_000)}", text, at.isoformat()


def write(file: Path, n: int) -> None:
    """Write the CSV."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "author", "text", "published"])
        writer.writerows(rows(n))


def read_alone(file: Path) -> float:
    """Seconds to read the file with the csv module and nothing else."""
    start = time.perf_counter()
    with file.open(newline="", encoding="utf-8") as lines:
        for _ in csv.DictReader(lines):
            pass
    return time.perf_counter() - start


def timed_import(folder: Path, file: Path) -> tuple[float, float, str]:
    """Seconds, the peak memory in MB of the import with its child processes, and its output."""
    command = [sys.executable, "-m", "display.cli.main", "import", "--config", str(folder / "config.toml"), str(file)]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        peaks = [0.0]
        watcher = threading.Thread(target=record_peak, args=(process.pid, peaks), daemon=True)
        watcher.start()
        output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"the import failed with {process.returncode}")
    return time.perf_counter() - start, peaks[0], output


def record_peak(pid: int, peaks: list[float]) -> None:
    """Keep the highest sum of resident memory of the process and its children in ``peaks``."""
    try:
        process = psutil.Process(pid)
        while True:
            family = [process, *process.children(recursive=True)]
            peaks[0] = max(peaks[0], sum(one.memory_info().rss for one in family) / 1e6)
            time.sleep(0.05)
    except psutil.Error:
        return


def main() -> None:
    """Print the figures."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "posts.csv"
        (folder / "config.toml").write_text(CONFIG)
        write(file, n)
        alone = read_alone(file)
        first, peak, output = timed_import(folder, file)
        second, _, _ = timed_import(folder, file)
        size = sum(p.stat().st_size for p in (folder / "data").iterdir()) / 1e6
    print(output)
    print(f"rows            {n:,}")
    print(
        f"import          {first:.1f} s   {n / first:,.0f} rows/s   peak memory {peak:.0f} MB   database {size:.0f} MB"
    )
    print(f"second import   {second:.1f} s   {n / second:,.0f} rows/s")
    print(f"ratio           {first / alone:.1f} times the csv module's time to read the file ({alone:.2f} s)")


if __name__ == "__main__":
    main()
