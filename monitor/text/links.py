"""Links as their publisher gives them: without a redirect around them, and without tracking parameters.

    canonical_link(url)   the link to store and show; it leads to the same page
    link_key(url)         for comparison only: ignores the scheme, "www.", escapes, order of parameters, last slash
    urls_in_text(text)    the links in a text
    strip_tracking(text)  the same for the links in a text: nobody wrote those parameters as words

None of them raises, and none changes its own result.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from monitor.text.link_wrappers import is_wrapper, may_wrap_in_path, unwrapped

_MAX_URL_CHARS = 8_000
_PREFIXES = "utm_ mtm_ matomo_ piwik_ hsa_ oly_ at_custom guce_ pf_rd_ pd_rd_ __cft__ itm_ stm_ wt_ wt. gad_ elq ns_m"
_NAMES = (
    "utm fbclid gclid dclid gclsrc gbraid wbraid msclkid yclid ysclid twclid ttclid wickedid rb_clickid li_fat_id "
    "irclickid epik sccid srsltid _ga _gl mc_cid mc_eid igsh igshid mibextid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp "
    "hsctatracking vero_id vero_conv ml_subscriber ml_subscriber_hash s_kwcid s_cid ef_id pk_campaign pk_kwd "
    "pk_keyword pk_source pk_medium pk_content pk_cid at_medium at_campaign at_link_id at_link_type at_link_origin "
    "at_format at_bbc_team at_ptr_name ref ref_ ref_src ref_url ref_source ref_campaign cmp cmpid icid ncid ocid smid "
    "smtyp spm scm xtor echobox guccounter soc_src soc_trk wprov __twitter_impression __s __tn__ trk_contact trk_msg "
    "trk_module trk_sid rss_campaign ns_source ns_campaign ns_linkname ns_fee sc_campaign sc_channel sc_outcome sc_geo "
    "ito usqp aoh ampshare amp_js_v amp_gsa amp_tf amp_ct amp_kit "
    "cx_testid cx_testvariant cx_artpos dm_i fb_action_ids fb_action_types fb_source fb_ref action_object_map "
    "action_type_map action_ref_map hss_channel _openstat awc cjevent cjdata irgwc ga_source ga_medium ga_campaign "
    "ga_content ga_term mkevt mkcid mkrid campid toolid bbeml _branch_match_id campaign_id campaignid adgroupid "
    "adset_id affid aff_id affiliate_id nr_email_referer trackingid sponsor_id sms_ss srcid tduid zanpid"
)
_AMAZON_DOMAINS = "com de fr it es nl se pl ca in com.au com.br com.mx co.uk co.jp"
_NAMES_BY_SITE = {
    "youtube.com": "si feature pp ab_channel",
    "youtu.be": "si feature",
    "spotify.com": "si",
    "twitter.com": "s t",
    "x.com": "s t",
    "reddit.com": "share_id rdt correlation_id",
    "facebook.com": "rdid sfnsn refid refsrc hc_location fref paipv eav _rdr",
    "linkedin.com": "trk trackingid lipi lici rcm",
    "tiktok.com": "_r _t is_from_webapp sender_device web_id is_copy_url u_code share_app_id",
    "medium.com": "source sk",
    "news.google.com": "oc ceid hl gl",
    **dict.fromkeys(
        (f"amazon.{end}" for end in _AMAZON_DOMAINS.split()),
        "tag linkcode linkid camp creative creativeasin ascsubtag qid sr crid sprefix smid psc dib dib_tag",
    ),
}
"""Site -> names that mean something else on other sites."""
_TRACKING_NAMES = frozenset(_NAMES.split())
_TRACKING_PREFIXES = tuple(_PREFIXES.split())
_SITE_NAMES = {site: frozenset(names.split()) for site, names in _NAMES_BY_SITE.items()}
_NUMBER = re.compile(r"\d{3,}")
_SEPARATOR = re.compile(rf"&(?:amp;)*|[;?](?=(?:{'|'.join(map(re.escape, _TRACKING_PREFIXES))}|fbclid=|gclid=))", re.I)
"""Separates parameters. Some sites write a second "?", or ";", before those that they add."""
_EMPTY_FRAGMENT = re.compile(r"(?:comments|respond|disqus_thread|top|more(?:-\d+)?|rss(?:owlmlink)?|:~:.*)?", re.I)
"""Fragments that do not identify a part of the page that somebody wrote, as #comment-5 does."""

_PLAIN = re.compile(r"https?://([a-z0-9.-]+)(/[^\s?#]*)?(?:\?([^\s#]+))?")
"""Host, path and query of nearly all links. A port, a fragment or an upper-case host needs more care."""
_SIMPLE = re.compile(r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9_.~-]+)*)/?")
"""Links of which the first group is the key: ten times as fast as computing it."""
_PARAMETER = re.compile(r"[?&;#][^\s?&;#=]{1,40}=")
_URL_CHAR = r"[A-Za-z0-9._~!$&'()*+,;=:@%/?#\[\]{}|\u00c0-\u060b\u060d-\u061a\u0620-\u06d3\u06d5-\u0dff-]"
"""Up to the Indic scripts, without Arabic punctuation. Later scripts are written without spaces around an address."""
_URL_IN_TEXT = re.compile(
    rf"(?:(?<![a-z])[a-z]+://|(?<![\w@.-])(?:[\w-]+\.)+[a-z]{{2,}}(?::\d+)?[/?]){_URL_CHAR}*", re.I
)
_TRAILING_PUNCTUATION = ".,;:!?'*_~|"
_CLOSING = {")": "(", "]": "[", "}": "{"}
_BRACKET = re.compile(r"[()\[\]{}]")
_HOST_IN_TEXT = re.compile(r"(?:[a-z]+://)?([^/?#:]+)", re.IGNORECASE)


def canonical_link(url: str) -> str:
    """``url`` without redirect wrappers and tracking parameters, its scheme and host in lower case.

    Returns ``url`` unchanged, except for space around it, if it is not an http(s) address. A fragment stays unless it
    is known to mean nothing: ``#!…`` may name a page, and ``#comment-5`` is the permalink of a comment.
    """
    url = url.strip()
    if len(url) > _MAX_URL_CHARS or _is_canonical(url):
        return url
    try:
        for _ in range(len(url)):
            target = unwrapped(url)
            if target is None:
                break
            url = target
        return _normalised(url)
    except ValueError:
        return url


def link_key(url: str) -> str:
    """A string that is equal for two links to the same page, as far as their addresses show it. Not a link itself."""
    simple = _SIMPLE.fullmatch(url)
    return simple[1] if simple and not may_wrap_in_path(simple[1]) else _computed_key(url)


def _computed_key(url: str) -> str:
    link = canonical_link(url)
    try:
        key = canonicalize_url(link, keep_fragments=True)
    except ValueError:
        return link
    key = re.sub(r"^https?://(?:www\.)?", "", key)
    return re.sub(r"/(?=[?#]|\Z)", "", key, count=1)


def urls_in_text(text: str) -> list[str]:
    """The web addresses with a scheme in a text, without the punctuation around them."""
    found = (match[0] for match in _URL_IN_TEXT.finditer(text)) if "://" in text else ()
    return [_before_closing_bracket(url).rstrip(_TRAILING_PUNCTUATION) for url in found if "://" in url]


def strip_tracking(text: str) -> str:
    """``text`` without the tracking parameters of the web addresses in it, with or without a scheme, and wrappers."""
    has_parameters = ("?" in text or "#" in text) and _PARAMETER.search(text)
    if not has_parameters and not may_wrap_in_path(text):
        return text
    return _URL_IN_TEXT.sub(_without_tracking_in_text, text)


def _is_canonical(url: str) -> bool:
    """Whether ``url`` surely needs no change. Five times as fast as finding out what has to change."""
    plain = _PLAIN.fullmatch(url)
    if not plain:
        return False
    host, path, query = plain.groups("")
    if may_wrap_in_path(host + path):
        return False
    return not query or (not is_wrapper(host + path) and _without_tracking(query, host) == query)


def _normalised(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return url
    default_port = ":80" if parts.scheme == "http" else ":443"
    host = parts.netloc.lower().removesuffix(default_port)
    query = _without_tracking(parts.query, host)
    fragment = "" if _EMPTY_FRAGMENT.fullmatch(parts.fragment) else _without_tracking(parts.fragment, host)
    return urlunsplit((parts.scheme, host, parts.path, query, fragment))


def _without_tracking(query: str, host: str) -> str:
    """``query`` without its tracking parameters; unchanged, even in its separators, if it has none."""
    if not query:
        return ""
    parameters, site_names = _SEPARATOR.split(query), _site_names(host)
    kept = [parameter for parameter in parameters if not _is_tracking(parameter, site_names)]
    return query if len(kept) == len(parameters) else "&".join(filter(None, kept))


@lru_cache(maxsize=4096)
def _site_names(host: str) -> frozenset[str]:
    """The names that serve for tracking on ``host`` in particular."""
    suffixes = (host[start:] for start in (0, *(n + 1 for n, char in enumerate(host) if char == ".")))
    return next((_SITE_NAMES[suffix] for suffix in suffixes if suffix in _SITE_NAMES), frozenset())


def _is_tracking(parameter: str, site_names: frozenset[str]) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote(name).lower()
    if name == "ref" and _NUMBER.fullmatch(value):
        return False  # on many sites the number of an item
    return name in _TRACKING_NAMES or name in site_names or name.startswith(_TRACKING_PREFIXES)


def _without_tracking_in_text(found: re.Match[str]) -> str:
    url = _before_closing_bracket(found[0]).rstrip(_TRAILING_PUNCTUATION)
    rest = found[0][len(url) :]
    if (target := _unwrapped_in_text(url)) is not None:
        return target + rest
    host = _HOST_IN_TEXT.match(url)
    address, hash_sign, fragment = url.partition("#")
    page, question_mark, query = address.partition("?")
    name = host[1].lower() if host else ""
    kept_query, kept_fragment = _without_tracking(query, name), _without_tracking(fragment, name)
    if (kept_query, kept_fragment) == (query, fragment):
        return found[0]
    query_part = f"{question_mark}{kept_query}" if kept_query else ""
    return f"{page}{query_part}{hash_sign if kept_fragment else ''}{kept_fragment}{rest}"


def _before_closing_bracket(url: str) -> str:
    """``url`` up to a bracket that was opened before it, or an end tag, as in ``[url=https://a.example/]lamp[/url]``."""
    url = url.partition("[/")[0]
    depths = dict.fromkeys(_CLOSING.values(), 0)
    for bracket in _BRACKET.finditer(url):
        opening = _CLOSING.get(bracket[0], "")
        if opening and not depths[opening]:
            return url[: bracket.start()]
        depths[opening or bracket[0]] += -1 if opening else 1
    return url


def _unwrapped_in_text(url: str) -> str | None:
    """The link behind the redirect wrapper ``url``; None if it is none."""
    try:
        return canonical_link(url) if unwrapped(url) else None
    except ValueError:
        return None
