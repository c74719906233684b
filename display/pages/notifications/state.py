"""The notifications of the app that serves the current request."""

from __future__ import annotations

from typing import cast

from flask import current_app

from monitor.notifications.service import Notifications


def notifications() -> Notifications:
    """What sends messages and computes previews."""
    return cast("Notifications", current_app.extensions["notifications"])
