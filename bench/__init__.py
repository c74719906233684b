"""Benchmarks. ``python -m bench.<name>`` runs one, ``make bench`` all except the soak, which takes an hour.

Most print a ratio to a reference measured in the same run, because the figures alone depend on the machine. A benchmark
generates the data that it needs, or says what is missing and exits with status 0. A status of 1 means that a limit was
exceeded.
"""
