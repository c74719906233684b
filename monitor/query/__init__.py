"""The rule language: one grammar and one compiled form for rules, the search box and previews.

    acme phone            both words (AND may be written)     "acme corp"     these words in this order
    acme OR globex        OR is weaker than AND               acme -jobs      not that (NOT may be written)
    refund*               at least 3 letters, then anything   =Apple          as written: case and accents count
    acme NEAR/5 refund    at most 5 words between them        @acme  #acme    the handle, the tag
    lang:en  author:bob  source:"Acme forum"  site:example.com (and what is below it)

Case and accents do not count, but signs do: AT&T, Yahoo!, C++. ``parse`` gives a ``Query``, whose ``matches`` needs no
index. A search index compiles the query's tree: ``query.fts`` does so for FTS5 tables whose columns were written with
``index_text`` under ``TOKENIZER``.
"""

from monitor.query.document import Document, field_value, site_of
from monitor.query.reading import TOKENIZER, index_text
from monitor.query.rule import FieldCondition, Query, parse

__all__ = ["TOKENIZER", "Document", "FieldCondition", "Query", "field_value", "index_text", "parse", "site_of"]
