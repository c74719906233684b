"""The rule language: one grammar and one tree for rules, the search box and previews.

    acme phone            both words (AND is optional)        "acme corp"     these words in this order
    acme OR globex        OR binds less tightly than AND      acme -jobs      without that word (or NOT jobs)
    refund*               3 letters or more, then anything    =Apple          exact case and accents
    acme NEAR/5 refund    at most 5 words between them        @acme  #acme    the handle, the hashtag
    lang:en  author:bob  source:"Acme forum"  site:example.com (including its subdomains)

Case and accents are ignored, but signs are not: AT&T, Yahoo!, C++. ``parse`` returns a ``Query``, whose ``matches``
needs no index. A search index compiles the query's tree: ``query.fts`` does so for FTS5 tables whose columns were
written with ``index_text`` under ``TOKENIZER``.
"""

from monitor.query.document import Document, field_value, post_site, url_host
from monitor.query.query import Query, parse, parse_search, search_of
from monitor.query.text_index import TOKENIZER, index_text

__all__ = [
    "TOKENIZER",
    "Document",
    "Query",
    "field_value",
    "index_text",
    "parse",
    "parse_search",
    "post_site",
    "search_of",
    "url_host",
]
