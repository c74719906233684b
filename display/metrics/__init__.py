"""What ``/metrics`` reports, computed when it is requested from the store and from the parts of the program.

    sources     each source: passes, posts, errors, lateness, limits, spend
    store       the database: queue, transactions, faults, space, backups
    screens     sockets, walls, how long a mention takes to reach them
    notifications  messages by the kind of their channel
    program     parts, requests, build, threads
    exposition  all of them in a registry of its own, as text

A scrape reads the statuses of sources, a few single rows and files, and never a table of posts.
"""
