"""The style sheets of the page for a file that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from display.pages.assets import Assets
from display.pages.mentions.cards import BRAND_COLOURS
from display.pages.mentions.colours import brand_css
from monitor.model import Brand

ENTRIES = ("mentions/main.ts", "compare/main.ts")
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")


def inlined_styles(static: Path, brands: Sequence[Brand]) -> Markup:
    """The built style sheets in ``static`` without fonts, which are files of their own; then the colours of brands."""
    assets = Assets(static, "{}".format)
    names = dict.fromkeys(name for entry in ENTRIES for name in assets.styles(entry))
    sheets = [_FONT.sub("", Path(static, name).read_text(encoding="utf-8")) for name in names]
    colours = [brand_css(n % BRAND_COLOURS + 1, brand.colour) for n, brand in enumerate(brands) if brand.colour]
    # they are our own files, and a colour is checked when the config is loaded
    return Markup("\n".join([*sheets, *colours]))
