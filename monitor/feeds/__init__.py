"""Feeds, from the bytes of a document to entries.

    Parser --(pipe)--> parser_process: parse_document --> json_feed | strict_parser | feedparser_fallback --> Feed
      ^                                                                                                         |
      +--------------------------------- JSON, or killed after 10 s --------------------------------------------+

Documents from outside are parsed in a child process only, one at a time. Well-formed feeds take the fast strict parser,
all others feedparser. Both must return the same entries. ``repair`` prepares documents that are compressed, cut off or
inside a page. ``identity`` then recognises the entries of the last pass, which ``feed_cursor`` keeps.
"""
