"""Where to go after signing in: our own pages only."""

from __future__ import annotations

import re

_OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")
MAX_PATH_CHARS = 4000


def own_path(target: str) -> str:
    """``target`` if it is a path of this site, else "/". It is untrusted: it may be the URL of another site.

    Browsers treat a backslash as a slash and drop tabs and line breaks, so "/\\evil.example" is another site as well.
    """
    is_own = len(target) <= MAX_PATH_CHARS and _OWN_PATH.fullmatch(target) and "\\" not in target
    return target if is_own else "/"
