"""Recognises the pages with which sites check whether a visitor uses a browser, instead of what was requested."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SEARCHED_BYTES = 200_000
_HEADERS = {
    "cf-mitigated": "Cloudflare",
    "x-datadome": "DataDome",
    "x-amzn-waf-action": "AWS WAF",
    "x-vercel-mitigated": "Vercel",
    "x-kpsdk-ct": "Kasada",
    "sg-captcha": "SiteGround",
}
"""Header that marks such a page -> its product. Their value is "challenge", "captcha" or the like."""
_BLOCKING_STATUSES = (401, 403, 405, 429, 503)
_MARKERS = tuple(
    (product, re.compile(pattern, re.IGNORECASE))
    for product, pattern in (
        # not /cdn-cgi/challenge-platform/ and challenges.cloudflare.com, which are on ordinary pages too
        (
            "Cloudflare",
            rb"_cf_chl_opt|cf-chl-|__cf_chl_|cf-browser-verification|<title>just a moment\.{0,3}</title>"
            rb"|attention required! \| cloudflare|cf-error-details|cloudflare ray id",
        ),
        ("DDoS-Guard", rb"ddos-guard"),
        ("DataDome", rb"captcha-delivery\.com"),
        ("Imperva", rb"_incapsula_resource|incapsula incident id|<title>pardon our interruption"),
        ("HUMAN", rb"px-captcha|_pxappid"),
        ("Sucuri", rb"sucuri_cloudproxy_js|sucuri website firewall"),
        ("Anubis", rb"making sure you(?:'|&#39;|&rsquo;|\xe2\x80\x99)re not a bot|/\.within\.website/"),
        ("AWS WAF", rb"awswafintegration|\.awswaf\.com/"),
        ("Akamai", rb"errors(?:\.|&#46;)edgesuite(?:\.|&#46;)net|/_sec/(?:cp_challenge|verify\?)|[?&]bm-verify="),
        ("F5", rb"window\[\"bobcmn\"\]|requested url was rejected\. please consult with your administrator"),
        ("SiteGround", rb"/\.well-known/sgcaptcha/"),
        ("Kasada", rb"window\.kpsdk\s*="),
        ("Vercel", rb"vercel security checkpoint"),
        (
            "a captcha",
            rb"checking your browser|enable javascript and cookies to continue|complete the security check"
            rb"|verify(?:ing)? (?:that )?you are (?:a )?human|you(?:'| a)re not a robot"
            rb"|unusual traffic from your computer"
            rb"|<title>[^<]{0,40}(?:captcha|robot check|security check)[^<]{0,40}</title>",
        ),
    )
)


def bot_check(status: int, headers: Mapping[str, str], page: bytes) -> str:
    """The product whose check for browsers the response is, or "a captcha"; '' if it is none.

    Pass only a response that is not what was requested: an article about such a check contains the same words.
    ``headers`` is case-insensitive.
    """
    for name, product in _HEADERS.items():
        if name in headers and (name == "cf-mitigated" or status in (202, *_BLOCKING_STATUSES)):
            return product
    start = page[:_SEARCHED_BYTES]
    return next((product for product, marker in _MARKERS if marker.search(start)), "")
