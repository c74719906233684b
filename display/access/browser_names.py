"""A browser in words that people recognise it by: "Firefox on Windows"."""

from __future__ import annotations

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
"""Part of a User-Agent -> browser; the first that is found counts, because most browsers also name others."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
PHONES = ("iPhone", "Android")


def browser_name(user_agent: str) -> str:
    """The browser and its system. ``user_agent`` is untrusted; nothing of it is in the result."""
    browser = next((name for part, name in BROWSERS if part in user_agent), "")
    system = next((name for part, name in SYSTEMS if part in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"


def is_phone(browser: str) -> bool:
    """Whether a name that ``browser_name`` returned is that of a phone."""
    return browser.endswith(PHONES)
