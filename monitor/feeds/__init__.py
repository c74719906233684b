"""What a feed says, from bytes to entries.

    Parser --(pipe)--> child: reading.read --> JSON Feed | wellformed | loose (feedparser) --> Feed of Entries
      ^                                                                                          |
      +------------------------------ JSON, or killed after 10 s ---------------------------------+

Bytes from outside are parsed in a child process only, one document at a time. A feed that is as it should be takes the
fast way; all others, four in five of the odd ones included, get feedparser, so both ways must tell the same entries.
"""
