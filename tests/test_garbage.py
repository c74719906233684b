"""Less frequent searches for garbage still find it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, weakref
from monitor.garbage import NEW_OBJECTS, search_for_garbage_less_often

class Circle:
    def __init__(self):
        self.own = self

search_for_garbage_less_often()
first = weakref.ref(Circle())
kept = [[] for _ in range(700)]
assert first() is not None, "found after 700 objects"
kept += [[] for _ in range(NEW_OBJECTS)]
assert first() is None, "not found"
assert gc.get_freeze_count() > 1000, "what existed before is searched again"
"""


def test_garbage_is_searched_for_after_many_new_objects() -> None:
    """In a process of its own, because the settings are those of the process."""
    result = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert result.stderr == ""
