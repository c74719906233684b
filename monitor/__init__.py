"""Wallflower's collectors, from a source to the database.

    sources/*.py     collector.poll                                    store        events      display/
    Source.fetch --> Batch(posts, cursor) --> Judge --> Store.save --> Tail ------> Socket.IO --> wall, pages
         ^                                      |  one transaction:
         +-------------- cursor ----------------+  posts + mentions + cursor + status + change log

One way, and the database is the bus: no signal runs from a collector to a socket. Judge cleans a post, finds its
language, matches it against every brand's rule and scores it towards each brand that it mentions. ``Tail`` follows the
change log, so either half may restart and nothing is lost.
"""
