"""Addresses that sites have for one page: of copies in archives, of players, of mobile and AMP pages."""

from __future__ import annotations

import re

from monitor.text.links import link_key

_MOBILE_PREFIXES = ("m.", "mobile.", "amp.", "touch.")
_MOBILE_HOST = re.compile(r"^(?:m|mobile|amp|touch)\.(?=[^/]+\.[^/]+)")
_AMP_PATH = re.compile(
    r"/amp(?:\.html)?(?=[?#]|\Z)|(?<=/)amp/|\.amp(?=\.html|[?#]|\Z)|[?&](?:amp|outputtype=amp)(?:=1?)?(?=&|\Z)", re.I
)
_COPY = re.compile(
    r"^(?:web\.archive\.org/web/\w+|archive\.(?:is|ph|today|li|md|vn|fo)(?:/(?:\d+|newest|o/\w+))?|12ft\.io|"
    r"removepaywall\.com)/(?=https?://)"
)
"""Before the address of a page that somebody archived or passed through a reader."""
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)(?=[?#]|\Z)", re.I)
_SAME_HOSTS = {
    **dict.fromkeys(("old.reddit.com", "np.reddit.com", "new.reddit.com", "sh.reddit.com"), "reddit.com"),
    **dict.fromkeys(("twitter.com", "nitter.net", "fxtwitter.com", "vxtwitter.com", "fixupx.com"), "x.com"),
    "music.youtube.com": "youtube.com",
}
_VIDEO = re.compile(
    r"^(?:youtube\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|embed/|live/|v/)|youtu\.be/)([\w-]{11})(?![\w-])"
)
_PAPER = re.compile(r"^arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?(?=[?#]|\Z)")


def page_key(url: str) -> str:
    """A string that is equal for two links to one page: as ``link_key``, also where its site has several addresses."""
    key = link_key(url)
    if copied := _COPY.match(key):
        key = link_key(key[copied.end() :])
    if key.startswith(_MOBILE_PREFIXES):
        key = _MOBILE_HOST.sub("", key)
    if "amp" in key:
        key = _AMP_PATH.sub("", key).rstrip("/")
    if "index." in key or "default." in key:
        key = _INDEX.sub("", key)
    host, slash, rest = key.partition("/")
    return _of_video_or_paper(f"{_SAME_HOSTS.get(host, host)}{slash}{rest}")


def _of_video_or_paper(key: str) -> str:
    if key.startswith("youtu") and (video := _VIDEO.match(key)):
        return f"youtube.com/watch?v={video[1]}"
    if key.startswith("arxiv.org/") and (paper := _PAPER.match(key)):
        return f"arxiv.org/abs/{paper[1]}"
    return key
