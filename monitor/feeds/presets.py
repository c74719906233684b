"""Feeds of well-known sites: builds a feed's URL from a few keys of the config, without any request.

    feed_url("google-news", {"query": "acme", "country": "GB"})

A preset declares which keys it requires and accepts; ``key_problem`` describes what is wrong with the given ones.
The URL forms are those of the sites' own documentation and software. Some of them contain a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

PresetKeys = Mapping[str, str]
"""The keys set in the config, with their values. ``secret`` holds the secret itself, not its name."""

DISCOURSE_PAGES = "latest|top|hot|new|posts|categories|tags?|search|c|t|u"
"""First path segments of the pages of a Discourse forum, below the path where it is installed."""
GOOGLE_NEWS_DAYS = 7
"""Without a limit, Google's news search also returns articles that are years old."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of feed, and how its URL is built."""

    description: str
    """What the feed contains, in a few words."""
    build_url: Callable[[PresetKeys], str]
    """Raises ValueError with a message for the user."""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    """At least one of these is required."""
    mutually_exclusive: tuple[str, ...] = ()
    """At most one of these is allowed."""
    secret_help: str = ""
    """Where to find its secret."""
    is_directory: bool = False
    """The URL leads not to a feed but to JSON that contains the feed's URL (``podcast_feed_url``)."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All accepted keys."""
        return tuple(dict.fromkeys((*self.required, *self.any_of, *self.optional)))


def key_problem(name: str, given: Collection[str]) -> str:
    """A phrase that says which keys are expected, if ``given`` is not valid for the preset; else empty."""
    preset = PRESETS[name]
    missing = [key for key in preset.required if key not in given]
    unknown = sorted(set(given) - set(preset.keys))
    if unknown:
        return f'for preset "{name}" only {_join(preset.keys, "and")}, not {_join(unknown, "or")}'
    if missing:
        return f'preset "{name}" together with {_join(missing, "and")}'
    if preset.any_of and not set(preset.any_of) & set(given):
        return f'preset "{name}" together with {_join(preset.any_of, "or")}'
    if preset.mutually_exclusive and set(preset.mutually_exclusive) <= set(given):
        return f'for preset "{name}" one of {_join(preset.mutually_exclusive, "and")}, not both'
    return ""


def feed_url(name: str, given: PresetKeys) -> str:
    """The URL of the feed. Raises ValueError for a value of the wrong form, such as another site's secret."""
    return PRESETS[name].build_url(given)


def base_url(site: str) -> str:
    """A host or a URL, as a URL without query and trailing slash."""
    text = site.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def podcast_feed_url(response: Any) -> str:
    """The feed URL in a response of Apple's podcast directory; empty if there is none."""
    results = response.get("results") if isinstance(response, dict) else None
    first = results[0] if isinstance(results, list) and results else None
    found = first.get("feedUrl") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def google_news_edition(country: str, language: str) -> dict[str, str]:
    """The parameters that choose an edition of Google News: hl, gl and ceid."""
    country, language = country.upper(), language.lower()
    hl, script = _GOOGLE_LANGUAGES.get((language, country), (language, language))
    if language == "en":
        hl = f"en-{country}"
    elif language == "es" and country != "ES":
        hl = script = "es-419"
    return {"hl": hl, "gl": country, "ceid": f"{country}:{script}"}


_GOOGLE_LANGUAGES = {
    ("pt", "BR"): ("pt-BR", "pt-419"),
    ("pt", "PT"): ("pt-PT", "pt-150"),
    ("zh", "CN"): ("zh-CN", "zh-Hans"),
    ("zh", "HK"): ("zh-HK", "zh-Hant"),
    ("zh", "TW"): ("zh-TW", "zh-Hant"),
}
"""(language, country) -> its hl and ceid code, if these are not just the language."""

_GOOGLE_ALERT = re.compile(r"(?:https?://(?:www\.)?google\.[a-z.]{2,6}/alerts/feeds/)?([0-9]{1,30}/[0-9]{1,30})/?")


def _join(keys: Collection[str], conjunction: str) -> str:
    *first, last = keys
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def _google_news(given: PresetKeys) -> str:
    site_filter = f" site:{urlsplit(base_url(given['site'])).netloc}" if "site" in given else ""
    query = f"{given['query']}{site_filter} when:{GOOGLE_NEWS_DAYS}d"
    edition = google_news_edition(given.get("country", "US"), given.get("language", "en"))
    return f"https://news.google.com/rss/search?{urlencode({'q': query, **edition})}"


def _google_alerts(given: PresetKeys) -> str:
    found = _GOOGLE_ALERT.fullmatch(given["secret"])
    if not found:
        raise ValueError("The secret is not the address of a Google Alerts feed, google.com/alerts/feeds/…")
    return f"https://www.google.com/alerts/feeds/{found[1]}"


def _bing_news(given: PresetKeys) -> str:
    return f"https://www.bing.com/news/search?{urlencode({'q': given['query'], 'format': 'RSS'})}"


def root_url(site: str, pages: str) -> str:
    """The URL where the software of ``site`` is installed: ``site`` without its path from the first of ``pages`` on."""
    parts = urlsplit(base_url(site))
    path = re.sub(rf"/(?:{pages})(?:[./].*)?$", "", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _keys_from_path(given: PresetKeys, **patterns: str) -> dict[str, str]:
    """Keys found in the path of ``site`` by ``patterns``; none if the config sets one of them itself."""
    path = urlsplit(base_url(given["site"])).path
    if set(patterns) & set(given):
        return {}
    return {key: match[1].strip("/") for key, form in patterns.items() if (match := re.search(form, path))}


def _discourse(given: PresetKeys) -> str:
    base = root_url(given["site"], DISCOURSE_PAGES)
    given = {**given, **_keys_from_path(given, section=r"/c/([\w/-]+)", tag=r"/tag/([\w-]+)")}
    if "section" in given:
        return f"{base}/c/{quote(given['section'])}.rss"
    return f"{base}/tag/{quote(given['tag'])}.rss" if "tag" in given else f"{base}/posts.rss"


def _phpbb(given: PresetKeys) -> str:
    section = f"/forum/{quote(given['section'])}" if "section" in given else ""
    return f"{root_url(given['site'], '(?:index|app|ucp|search|view[a-z]+)[.]php')}/app.php/feed{section}"


def _youtube(key: str) -> Callable[[PresetKeys], str]:
    name = key.removesuffix("_id")
    return lambda given: f"https://www.youtube.com/feeds/videos.xml?{key}={given[name]}"


def _lobsters(given: PresetKeys) -> str:
    if "site" in given:
        return f"https://lobste.rs/domains/{urlsplit(base_url(given['site'])).netloc}.rss"
    return f"https://lobste.rs/t/{quote(given['tag'])}.rss" if "tag" in given else "https://lobste.rs/newest.rss"


def _reddit(given: PresetKeys) -> str:
    login = {"user": given["user"], "feed": given["secret"]}
    path = f"/r/{given['subreddit']}" if "subreddit" in given else ""
    if "query" not in given:
        return f"https://www.reddit.com{path}/new.rss?{urlencode(login)}"
    search = {"q": given["query"], "sort": "new"} | ({"restrict_sr": "on"} if path else {})
    return f"https://www.reddit.com{path}/search.rss?{urlencode({**search, **login})}"


def _public_inbox(given: PresetKeys) -> str:
    base = root_url(given["site"], "new[.](?:atom|html)")
    return f"{base}/?{urlencode({'q': given['query'], 'x': 'A'})}" if "query" in given else f"{base}/new.atom"


def _lemmy(given: PresetKeys) -> str:
    given = {**given, **_keys_from_path(given, community=r"/c/([\w.@-]+)")}
    part = f"c/{quote(given['community'], safe='@')}" if "community" in given else "all"
    return f"{root_url(given['site'], '.*')}/feeds/{part}.xml?sort=New"


def _mastodon(given: PresetKeys) -> str:
    part = f"tags/{quote(given['tag'])}" if "tag" in given else f"@{given['user'].removeprefix('@')}"
    return f"{root_url(given['site'], '.*')}/{part}.rss"


def _medium(given: PresetKeys) -> str:
    part = f"tag/{quote(given['tag'])}" if "tag" in given else f"@{given['user'].removeprefix('@')}"
    return f"https://medium.com/feed/{part}"


def _wordpress(given: PresetKeys) -> str:
    base = root_url(given["site"], "feed")
    return f"{base}/?{urlencode({'s': given['query'], 'feed': 'rss2'})}" if "query" in given else f"{base}/feed/"


def _apple_podcasts(given: PresetKeys) -> str:
    params = {"id": given["podcast"], "entity": "podcast", "country": given.get("country", "US").lower()}
    return f"https://itunes.apple.com/lookup?{urlencode(params)}"


PRESETS: Mapping[str, Preset] = {
    "google-news": Preset(
        "Google News results for a search, from the last seven days",
        _google_news,
        required=("query",),
        optional=("site", "country", "language"),
    ),
    "google-alerts": Preset(
        "an alert of a Google account, delivered as a feed",
        _google_alerts,
        required=("secret",),
        secret_help="Create an alert at https://www.google.com/alerts that delivers to an RSS feed. Use its address.",
    ),
    "bing-news": Preset("Bing News results for a search", _bing_news, required=("query",)),
    "discourse": Preset(
        "the newest posts of a Discourse forum, one category (slug/number) or one tag",
        _discourse,
        required=("site",),
        optional=("section", "tag"),
        mutually_exclusive=("section", "tag"),
    ),
    "phpbb": Preset(
        "the newest posts of a phpBB board, or of one forum (its number)",
        _phpbb,
        required=("site",),
        optional=("section",),
    ),
    "youtube-channel": Preset("the newest videos of a channel", _youtube("channel_id"), required=("channel",)),
    "youtube-playlist": Preset("the videos of a playlist", _youtube("playlist_id"), required=("playlist",)),
    "lobsters": Preset(
        "new Lobsters stories, optionally with a tag or about a site",
        _lobsters,
        optional=("tag", "site"),
        mutually_exclusive=("tag", "site"),
    ),
    "lobsters-comments": Preset("new comments on Lobsters", lambda given: "https://lobste.rs/comments.rss"),
    "reddit": Preset(
        "the newest Reddit posts in a subreddit or for a search, through the feeds of an account",
        _reddit,
        required=("user", "secret"),
        any_of=("subreddit", "query"),
        secret_help="The part after feed= in the addresses at https://www.reddit.com/prefs/feeds.",
    ),
    "public-inbox": Preset(
        "a mailing list archive that runs on public-inbox, such as lore.kernel.org",
        _public_inbox,
        required=("site",),
        optional=("query",),
    ),
    "mailing-list": Preset(
        "a Mailman 3 list: the address of its page in the archive (HyperKitty)",
        lambda given: f"{root_url(given['site'], 'feed|latest')}/feed/",
        required=("site",),
    ),
    "lemmy": Preset("a Lemmy instance, or one community", _lemmy, required=("site",), optional=("community",)),
    "mastodon": Preset(
        "a hashtag or an account on a Mastodon instance",
        _mastodon,
        required=("site",),
        any_of=("tag", "user"),
        mutually_exclusive=("tag", "user"),
    ),
    "medium": Preset(
        "a tag or an author on Medium", _medium, any_of=("tag", "user"), mutually_exclusive=("tag", "user")
    ),
    "wordpress": Preset("a WordPress blog, or a search in it", _wordpress, required=("site",), optional=("query",)),
    "apple-podcasts": Preset(
        "the episodes of a podcast, by its number in Apple Podcasts",
        _apple_podcasts,
        required=("podcast",),
        optional=("country",),
        is_directory=True,
    ),
}
"""In the order in which the documentation lists them."""
