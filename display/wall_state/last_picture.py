"""What a wall shows while the store cannot even be read: its last picture, with the fault as its headline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from display.wall_state.document import ProofLine, WallFault
from display.wall_state.i18n import Locale
from display.wall_state.sentences import fault_headline
from monitor.clock import Clock, epoch_ms
from monitor.model import StoreFault


def last_picture(built: Mapping[str, Any], fault: StoreFault, clock: Clock, locale: Locale) -> dict[str, Any]:
    """The document ``built``, as of now, with the fault in place of its headline and proof."""
    now = clock.now()
    changes = WallFault(
        as_of=epoch_ms(now),
        clock=epoch_ms(clock.machine_time()),
        headline=fault_headline(fault, now, locale),
        proof=(ProofLine("", locale.phrases.no_source_read),),
    )
    return {**built, **changes.json()}
