"""``wallflower run`` whose SDKs find the soak's sites: ``python -m bench._soak_run run --config PATH``.

X and Reddit stand in their SDKs by name, so requests to them are led to the site at hand, below the SDK and above the
guarded adapter: where an adapter for these hosts would stand. Nothing else differs from ``wallflower``.
"""

from __future__ import annotations

import json
import os
from typing import Any

from display import serve
from display.cli import main
from monitor.http import Http
from tests.player import detour


class _Site:
    """Where a detour leads."""

    def __init__(self, url: str) -> None:
        self.url = url


class _Led(Http):
    """Leads the hosts that SOAK_DETOURS names to loopback; JSON: {site: address}."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for site, address in json.loads(os.environ["SOAK_DETOURS"]).items():
            detour(self, _Site(address), site)  # type: ignore[arg-type]


if __name__ == "__main__":
    vars(serve)["Http"] = _Led
    main()
