"""Redirect wrappers: addresses that only lead to another one, which they contain.

Most hold it in a parameter. Those of Proofpoint, Google's AMP pages, Cisco and Check Point hold it in their path.
"""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_WRAPPERS = tuple(
    (re.compile(address), parameters)
    for address, parameters in (
        (r"(?:www\.)?google\.(?:com?\.)?[a-z]{2,3}/url", ("url", "q")),
        (r"news\.google\.com/.*", ("url",)),
        (r"(?:www\.)?bing\.com/news/apiclick\.aspx", ("url",)),
        (r"(?:html\.|lite\.)?duckduckgo\.com/l/?", ("uddg",)),
        (r"lm?\.(?:facebook|instagram|messenger|threads)\.(?:com|net)/.*", ("u",)),
        (r"(?:www\.|m\.)?facebook\.com/(?:l\.php|flx/warn/?)", ("u",)),
        (
            r"(?:[a-z0-9-]+\.)?safelinks\.protection\.(?:outlook\.(?:com|de)|partner\.outlook\.cn|office365\.us)/.*",
            ("url",),
        ),
        (r"[a-z0-9-]+\.safelink\.emails\.azure\.net/redirect/?", ("destination",)),
        (r"urldefense\.(?:com|us|proofpoint\.com)/v1/url", ("u",)),
        (r"clicktime\.symantec\.com/.*", ("u",)),
        (r"[a-z0-9.-]+\.urlsand\.com/.*", ("u",)),
        (r"statics\.teams\.cdn\.office\.net/.*safelinks.*", ("url",)),
        (r"out\.reddit\.com/.*", ("url",)),
        (r"(?:www\.|m\.)?youtube\.com/redirect", ("q",)),
        (r"t\.co/.*", ("url", "expanded_url")),
        (r"(?:www\.)?linkedin\.com/(?:redir/redirect|safety/go)/?", ("url",)),
        (r"t\.umblr\.com/redirect", ("z",)),
        (r"(?:www\.|m\.|away\.)?vk\.(?:com|ru)/away(?:\.php)?", ("to",)),
        (r"slack-redir\.net/link", ("url",)),
        (r"steamcommunity\.com/linkfilter/?", ("url", "u")),
        (r"disq\.us/url", ("url",)),
        (r"medium\.com/r/?", ("url",)),
        (r"linkprotect\.cudasvc\.com/url", ("a",)),
        (r"(?:www\.|[a-z]{2}\.)?pinterest\.(?:com|co\.uk|[a-z]{2})/offsite/?", ("url",)),
        (r"t\.me/iv", ("url",)),
        (r"redirect\.viglink\.com/?", ("u",)),
        (r"go\.(?:skimresources|redirectingat)\.com/?", ("url",)),
        (r"(?:www\.)?awin1\.com/(?:cread|awclick)\.php", ("ued", "p")),
    )
)
"""Host and path of addresses that only redirect, and the parameters that may hold the target."""

_WRAPPER = re.compile("|".join(f"(?:{form.pattern})" for form, _ in _WRAPPERS))

_PROOFPOINT_2 = re.compile(r"urldefense\.(?:com|us|proofpoint\.com)/v2/url\?(?:[^#]*&)?u=([^&#]+)(?:[&#].*)?", re.I)
_PROOFPOINT_3 = re.compile(r"urldefense\.(?:com|us|proofpoint\.com)/v3/__(.+?)__;([^!]*)!.*", re.I)
_AMP = re.compile(
    r"(?:(?:www\.)?(?:google\.(?:com?\.)?[a-z]{2,3}|bing\.com)/amp|(?:[a-z0-9-]+\.)?cdn\.ampproject\.org/(?:c|v|wp|r))"
    r"/(s/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#].*)?)",
    re.IGNORECASE,
)
_AMP_FRAGMENT = re.compile(r"#(?:[^#]*&)?(?:aoh|amp_tf|amp_ct|referrer|csi)=.*")
_ENCODED_IN_PATH = re.compile(
    r"secure-web\.cisco\.com/[^/?#]+/(https?(?::|%3a).+)|protect\.checkpoint\.com/v\d/(?:[^/]+/)?___(https?:.+?)___\..*",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"\*(?:\*(.))?")
"""What Proofpoint writes for one character, or for as many as the letter after two asterisks says."""
_RUN_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_SINGLE_SLASH = re.compile(r"(https?:)/(?!/)", re.IGNORECASE)


def is_wrapper(address: str) -> bool:
    """Whether an address, without its scheme and query, is that of a wrapper with the target in a parameter."""
    return _WRAPPER.fullmatch(address) is not None


def may_wrap_in_path(text: str) -> bool:
    """Whether a wrapper with the target in its path may occur in ``text``: a cheap test, for every post."""
    return (
        "urldefense." in text
        or "/amp/" in text
        or "ampproject.org/" in text
        or "secure-web.cisco." in text
        or "protect.checkpoint." in text
    )


def unwrapped(url: str) -> str | None:
    """The target of a redirect wrapper; None if ``url`` is none. Raises ValueError if it is malformed."""
    if may_wrap_in_path(url) and (target := _unwrapped_path(url)):
        return target
    if "?" not in url:
        return None
    parts = urlsplit(url)
    address = f"{parts.hostname}{parts.path}"
    if not _WRAPPER.fullmatch(address):
        return None
    names = next(names for form, names in _WRAPPERS if form.fullmatch(address))
    values = dict(parse_qsl(parts.query.replace("&amp;", "&")))
    return next((target for name in names if (target := _target(values.get(name, "")))), None)


def _target(value: str) -> str:
    """The http(s) address in a parameter, which may be percent-encoded more than once; '' if it holds none."""
    while not value.startswith(("http://", "https://")):
        decoded = unquote(value)
        if decoded == value:
            return ""
        value = decoded
    parts = urlsplit(value)
    if not parts.hostname or "@" in parts.netloc or "\\" in parts.netloc:
        return ""
    return re.sub(r'[\s\x00-\x20\x7f"<>\\^`{|}]', lambda found: quote(found[0]), value)


def _unwrapped_path(url: str) -> str:
    """The target in the path of a wrapper; '' if there is none."""
    address = url.partition("://")[2].replace("&amp;", "&")
    if found := _PROOFPOINT_2.fullmatch(address):
        return _target(found[1].replace("-", "%").replace("_", "/"))
    if found := _PROOFPOINT_3.fullmatch(address):
        return _target(_SINGLE_SLASH.sub(r"\1//", _with_replaced(unquote(found[1]), found[2]), count=1))
    if found := _AMP.fullmatch(address):
        return _target(f"http{'s' if found[1] else ''}://{_AMP_FRAGMENT.sub('', found[2])}")
    found = _ENCODED_IN_PATH.fullmatch(address)
    return _target(_SINGLE_SLASH.sub(r"\1//", found[1] or found[2], count=1)) if found else ""


def _with_replaced(text: str, encoded: str) -> str:
    """``text`` with the characters that Proofpoint took out of it; with asterisks if they are not all there."""
    try:
        characters = iter(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    except ValueError:
        return text
    return _REPLACED.sub(lambda found: _next_characters(found, characters), text)


def _next_characters(found: re.Match[str], characters: Iterator[str]) -> str:
    count = _RUN_LETTERS.find(found[1]) + 2 if found[1] else 1
    return "".join(char for _, char in zip(range(count), characters, strict=False)) or found[0]
