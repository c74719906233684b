"""The layouts of exports that Wallflower knows, one entry each. ``layouts.Layout`` says what its fields mean.

CONTRIBUTING.md says how to add one. Of two layouts that fit a file equally well, the first counts.
"""

from monitor.collector.importing.layout_table.accounts import ACCOUNTS
from monitor.collector.importing.layout_table.tools import LISTENING_TOOLS
from monitor.collector.importing.layout_table.tweets import TWEETS

__all__ = ["LAYOUTS"]

LAYOUTS = (*LISTENING_TOOLS, *TWEETS, *ACCOUNTS)
