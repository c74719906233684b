"""Drills: what only a whole machine shows, or takes minutes. `make drills` runs them; `make test` does not.

Which test injects which fault into a real process:

- 60 kills with -9: drill_kills, drill_notifications.
- A full disk, a lock of a minute, damaged pages: drill_store_faults.
- A clock that jumps: drill_clock. A worker that hangs, ten minutes without a network: drill_offline.
- Ten times too many deliveries, walls that do not read: drill_overload.
- DNS, TLS, 402, 429, 5xx, bombs, drips, lies: tests/test_run_sources.py.
- A backup while writing: tests/test_run_backup.py.
- 64 descriptors, slow and silent clients: tests/attack/test_slow_clients.py.
- SIGTERM with walls and a source that hangs: tests/test_run.py. A bad config on reload: tests/test_reload.py.
- A database that is missing, moved, damaged or locked: tests/test_run.py, tests/test_run_faults.py.
- systemd, the container, packages, Prometheus: the drills of these names.
- An hour of sources that fail, while an organisation works with the pages: bench/soak.py (`make soak`).
"""
