"""Wallflower's collectors, from a source to the database.

    sources/*.py     collector.passes                                  store        store.tail  display/
    Source.fetch --> Batch(posts, cursor) --> Judge --> Store.save --> Tail ------> Socket.IO --> wall, pages
         ^                                      |  one transaction:
         +-------------- cursor ----------------+  posts + mentions + cursor + status + change log

Data flows one way, through the database: a collector never sends anything to a socket. Judge cleans a post, detects its
language, matches it against every brand's rule and scores it towards each brand that it mentions. ``Tail`` follows the
change log, so either half can restart and nothing is lost.
"""
