"""Places that offer feeds at addresses one has to know: from a few words in the config to the address. Pure.

    address("google-news", {"query": "acme", "country": "GB"})

A preset names the keys that it needs and takes; ``problem`` tells in words what is wrong with those that were given.
The forms are those of the sites' own documents and programs. Some of them put a secret into the address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

Given = Mapping[str, str]
"""Keys of the config that were set, and what they hold; under ``secret`` the secret itself."""

DISCOURSE_PAGES = "latest|top|hot|new|posts|categories|tags?|search|c|t|u"
"""Where the pages of a Discourse forum begin, below the place where it is set up."""
NEWS_DAYS = 7
"""Google's search for news otherwise mixes in what is years old."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of feed and how its address is made."""

    about: str
    """What it brings, in a few words."""
    address: Callable[[Given], str]
    """Raises ValueError that says what is wrong."""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    """At least one of these is needed."""
    not_both: tuple[str, ...] = ()
    how: str = ""
    """Where its secret is found."""
    directory: bool = False
    """The address does not lead to a feed, but to JSON that names it (``podcast_feed_url``)."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All that it knows."""
        return tuple(dict.fromkeys((*self.needs, *self.any_of, *self.takes)))


def key_problem(name: str, given: Collection[str]) -> str:
    """What would be allowed, where ``given`` keys are not what the preset needs; empty where they are."""
    preset = PRESETS[name]
    missing = [key for key in preset.needs if key not in given]
    strange = sorted(set(given) - set(preset.keys))
    if strange:
        return f'for preset "{name}" only {_listed(preset.keys, "and")}, not {_listed(strange, "nor")}'
    if missing:
        return f'preset "{name}" together with {_listed(missing, "and")}'
    if preset.any_of and not set(preset.any_of) & set(given):
        return f'preset "{name}" together with {_listed(preset.any_of, "or")}'
    if preset.not_both and set(preset.not_both) <= set(given):
        return f'for preset "{name}" one of {_listed(preset.not_both, "and")}, not both'
    return ""


def feed_url(name: str, given: Given) -> str:
    """Where the feed is. Raises ValueError in words for a value that makes no address, such as a secret of another."""
    return PRESETS[name].address(given)


def base_url(site: str) -> str:
    """A host or an address, as an address without query and without a slash at its end."""
    text = site.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def podcast_feed_url(answer: Any) -> str:
    """The feed that Apple's directory of podcasts names in its ``answer``; empty where it names none."""
    results = answer.get("results") if isinstance(answer, dict) else None
    first = results[0] if isinstance(results, list) and results else None
    found = first.get("feedUrl") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def edition(country: str, language: str) -> dict[str, str]:
    """What Google calls an edition of its news: hl, gl and ceid."""
    country, language = country.upper(), language.lower()
    speech, script = _SPEECHES.get((language, country), (language, language))
    if language == "en":
        speech = f"en-{country}"
    elif language == "es" and country != "ES":
        speech = script = "es-419"
    return {"hl": speech, "gl": country, "ceid": f"{country}:{script}"}


_SPEECHES = {
    ("pt", "BR"): ("pt-BR", "pt-419"),
    ("pt", "PT"): ("pt-PT", "pt-150"),
    ("zh", "CN"): ("zh-CN", "zh-Hans"),
    ("zh", "HK"): ("zh-HK", "zh-Hant"),
    ("zh", "TW"): ("zh-TW", "zh-Hant"),
}
"""(language, country) -> how Google writes it in hl and in ceid, where that is not the language alone."""

_ALERT = re.compile(r"(?:https?://(?:www\.)?google\.[a-z.]{2,6}/alerts/feeds/)?([0-9]{1,30}/[0-9]{1,30})/?")


def _listed(words: Collection[str], joint: str) -> str:
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


def _google_news(given: Given) -> str:
    where = f" site:{urlsplit(base_url(given['site'])).netloc}" if "site" in given else ""
    query = f"{given['query']}{where} when:{NEWS_DAYS}d"
    of = edition(given.get("country", "US"), given.get("language", "en"))
    return f"https://news.google.com/rss/search?{urlencode({'q': query, **of})}"


def _google_alerts(given: Given) -> str:
    found = _ALERT.fullmatch(given["secret"])
    if not found:
        raise ValueError("The secret is not the address of a Google Alert's feed, google.com/alerts/feeds/…")
    return f"https://www.google.com/alerts/feeds/{found[1]}"


def _bing_news(given: Given) -> str:
    return f"https://www.bing.com/news/search?{urlencode({'q': given['query'], 'format': 'RSS'})}"


def root_url(site: str, pages: str) -> str:
    """``site`` without what stands behind the place where it is set up, from the first of its ``pages`` on."""
    parts = urlsplit(base_url(site))
    path = re.sub(rf"/(?:{pages})(?:[./].*)?$", "", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _named_by(given: Given, **keys: str) -> dict[str, str]:
    """What the address ``site`` names, by patterns of its path; nothing where a key of the config names it."""
    path = urlsplit(base_url(given["site"])).path
    found = {key: match[1].strip("/") for key, form in keys.items() if (match := re.search(form, path))}
    return {} if set(keys) & set(given) else found


def _discourse(given: Given) -> str:
    base = root_url(given["site"], DISCOURSE_PAGES)
    given = {**given, **_named_by(given, section=r"/c/([\w/-]+)", tag=r"/tag/([\w-]+)")}
    if "section" in given:
        return f"{base}/c/{quote(given['section'])}.rss"
    return f"{base}/tag/{quote(given['tag'])}.rss" if "tag" in given else f"{base}/posts.rss"


def _phpbb(given: Given) -> str:
    section = f"/forum/{quote(given['section'])}" if "section" in given else ""
    return f"{root_url(given['site'], '(?:index|app|ucp|search|view[a-z]+)[.]php')}/app.php/feed{section}"


def _youtube(key: str) -> Callable[[Given], str]:
    named = key.removesuffix("_id")
    return lambda given: f"https://www.youtube.com/feeds/videos.xml?{key}={given[named]}"


def _lobsters(given: Given) -> str:
    if "site" in given:
        return f"https://lobste.rs/domains/{urlsplit(base_url(given['site'])).netloc}.rss"
    return f"https://lobste.rs/t/{quote(given['tag'])}.rss" if "tag" in given else "https://lobste.rs/newest.rss"


def _reddit(given: Given) -> str:
    asked = {"user": given["user"], "feed": given["secret"]}
    place = f"/r/{given['subreddit']}" if "subreddit" in given else ""
    if "query" not in given:
        return f"https://www.reddit.com{place}/new.rss?{urlencode(asked)}"
    search = {"q": given["query"], "sort": "new"} | ({"restrict_sr": "on"} if place else {})
    return f"https://www.reddit.com{place}/search.rss?{urlencode({**search, **asked})}"


def _public_inbox(given: Given) -> str:
    base = root_url(given["site"], "new[.](?:atom|html)")
    return f"{base}/?{urlencode({'q': given['query'], 'x': 'A'})}" if "query" in given else f"{base}/new.atom"


def _lemmy(given: Given) -> str:
    given = {**given, **_named_by(given, community=r"/c/([\w.@-]+)")}
    part = f"c/{quote(given['community'], safe='@')}" if "community" in given else "all"
    return f"{root_url(given['site'], '.*')}/feeds/{part}.xml?sort=New"


def _mastodon(given: Given) -> str:
    part = f"tags/{quote(given['tag'])}" if "tag" in given else f"@{given['user'].removeprefix('@')}"
    return f"{root_url(given['site'], '.*')}/{part}.rss"


def _medium(given: Given) -> str:
    part = f"tag/{quote(given['tag'])}" if "tag" in given else f"@{given['user'].removeprefix('@')}"
    return f"https://medium.com/feed/{part}"


def _wordpress(given: Given) -> str:
    base = root_url(given["site"], "feed")
    return f"{base}/?{urlencode({'s': given['query'], 'feed': 'rss2'})}" if "query" in given else f"{base}/feed/"


def _apple_podcasts(given: Given) -> str:
    asked = {"id": given["podcast"], "entity": "podcast", "country": given.get("country", "US").lower()}
    return f"https://itunes.apple.com/lookup?{urlencode(asked)}"


PRESETS: Mapping[str, Preset] = {
    "google-news": Preset(
        "news that Google finds for a search, of the last seven days",
        _google_news,
        needs=("query",),
        takes=("site", "country", "language"),
    ),
    "google-alerts": Preset(
        "an alert of a Google account, delivered as a feed",
        _google_alerts,
        needs=("secret",),
        how="Make an alert at https://www.google.com/alerts that is delivered to an RSS feed: its address is it.",
    ),
    "bing-news": Preset("news that Bing finds for a search", _bing_news, needs=("query",)),
    "discourse": Preset(
        "the newest posts of a Discourse forum, of a category (its slug/number) or with a tag",
        _discourse,
        needs=("site",),
        takes=("section", "tag"),
        not_both=("section", "tag"),
    ),
    "phpbb": Preset(
        "the newest posts of a phpBB board, or of one of its forums (its number)",
        _phpbb,
        needs=("site",),
        takes=("section",),
    ),
    "youtube-channel": Preset("the newest videos of a channel", _youtube("channel_id"), needs=("channel",)),
    "youtube-playlist": Preset("the videos of a playlist", _youtube("playlist_id"), needs=("playlist",)),
    "lobsters": Preset(
        "new stories of Lobsters, with a tag or about a site",
        _lobsters,
        takes=("tag", "site"),
        not_both=("tag", "site"),
    ),
    "lobsters-comments": Preset("new comments on Lobsters", lambda given: "https://lobste.rs/comments.rss"),
    "reddit": Preset(
        "Reddit's newest of a subreddit or for a search, through the feeds of an account",
        _reddit,
        needs=("user", "secret"),
        any_of=("subreddit", "query"),
        how="It stands in the addresses at https://www.reddit.com/prefs/feeds, after feed= .",
    ),
    "public-inbox": Preset(
        "a mailing list's archive that runs on public-inbox, such as lore.kernel.org",
        _public_inbox,
        needs=("site",),
        takes=("query",),
    ),
    "mailing-list": Preset(
        "a list of Mailman 3: the address of its page in the archive (HyperKitty)",
        lambda given: f"{root_url(given['site'], 'feed|latest')}/feed/",
        needs=("site",),
    ),
    "lemmy": Preset("a Lemmy instance, or one community", _lemmy, needs=("site",), takes=("community",)),
    "mastodon": Preset(
        "a hashtag, or an account, on a Mastodon instance",
        _mastodon,
        needs=("site",),
        any_of=("tag", "user"),
        not_both=("tag", "user"),
    ),
    "medium": Preset("a tag, or an author, on Medium", _medium, any_of=("tag", "user"), not_both=("tag", "user")),
    "wordpress": Preset("a WordPress blog, or a search in it", _wordpress, needs=("site",), takes=("query",)),
    "apple-podcasts": Preset(
        "a podcast's episodes, by its number in Apple Podcasts",
        _apple_podcasts,
        needs=("podcast",),
        takes=("country",),
        directory=True,
    ),
}
"""In the order in which the README lists them."""
