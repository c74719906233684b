"""lemon24/reader's side of bench.feeds: ``PYTHON _feeds_reader.py FOLDER WORKERS``, with a Python that has reader.

Reads the feeds of FOLDER/urls twice and prints one line of JSON for each round. It imports nothing of Wallflower.
"""

import json
import logging
import resource
import sys
import time
import urllib.request
from pathlib import Path

from reader import make_reader  # type: ignore[import-not-found, unused-ignore]


def main(folder: Path, workers: int) -> None:
    """Read all feeds twice. The start of the program and adding the feeds are not measured."""
    logging.disable(logging.CRITICAL)
    urls = (folder / "urls").read_text().split()
    reader = make_reader(str(folder / "reader.sqlite"))
    for url in urls:
        reader.add_feed(url)
    for _ in range(2):
        cpu, wall = time.process_time(), time.perf_counter()
        reader.update_feeds(scheduled=False, workers=workers)
        cost = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        with urllib.request.urlopen(urls[0].rpartition("/")[0] + "/count") as response:
            cost["answers"] = json.load(response)
        cost["entries"] = reader.get_entry_counts().total
        cost["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(cost), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
