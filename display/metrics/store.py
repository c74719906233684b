"""Metrics of the database: faults, queue, transactions, space, backups."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prometheus_client import Metric

from display.metrics.families import Measured, counters, gauge, gauges, histogram, timestamp
from monitor.model import FaultKind
from monitor.store import database_files


def store_metrics(measured: Measured) -> Iterator[Metric]:
    """What is known about the store without reading it, so that it is reported in any state of the database."""
    store = measured.context.store
    health = store.health()
    yield gauge("wallflower_store_ready", "1 while everything that is known says that the store works.", health.ready)
    yield gauges(
        "wallflower_store_fault",
        "1 while nothing can be stored for this reason.",
        ("kind",),
        [((str(kind),), health.fault is not None and health.fault.kind is kind) for kind in FaultKind],
    )
    is_paused = health.pause is not None
    yield gauge("wallflower_store_erasing", "1 while nothing can be stored because posts are being erased.", is_paused)
    yield gauge("wallflower_store_queue_depth", "Transactions that are waiting to be run.", health.waiting)
    yield gauge(
        "wallflower_store_oldest_queued_seconds",
        "How long the oldest transaction has been waiting; 0 without any.",
        health.oldest_queued_seconds,
    )
    yield gauge(
        "wallflower_store_last_commit_timestamp_seconds",
        "When the last transaction was committed, in seconds since 1970; 0 for never.",
        timestamp(health.last_commit_at),
    )
    yield histogram(
        "wallflower_store_commit_seconds",
        "Duration of transactions, with the wait for locks, whether they succeeded or not.",
        store.commit_durations(),
    )


def space_metrics(measured: Measured) -> Iterator[Metric]:
    """The size of the database, and the space left for it."""
    status = measured.context.store.database_status()
    free = math.nan if status.free_bytes is None else status.free_bytes
    yield gauge("wallflower_database_bytes", "Size of the database and its write-ahead log.", status.used_bytes)
    yield gauge("wallflower_disk_free_bytes", "Free space where the database is; NaN if unknown.", free)


def opinion_metrics(measured: Measured) -> Iterator[Metric]:
    """The language model, and the posts that wait for it."""
    opinions = measured.context.opinions()
    yield gauge("wallflower_language_model_ready", "1 while the language model is used and works.", opinions.is_working)
    judged = [((), float(opinions.judged))]
    yield counters("wallflower_opinions_posts_total", "Posts judged by the language model.", (), judged)
    waiting = measured.context.store.opinions.waiting() if opinions.is_used else 0
    yield gauge("wallflower_opinions_queue_depth", "Posts that wait for the language model, up to 100,000.", waiting)


def backup_metrics(measured: Measured) -> Iterator[Metric]:
    """The backups in their folder."""
    config, now = measured.context.config, measured.context.clock.machine_time()
    files = database_files(config.database_url)
    backups = files.backups(config.backups)
    without = math.nan if files.backup_advice else math.inf
    age = max(0.0, (now - backups[0].made_at).total_seconds()) if backups else without
    text = "Age of the newest backup in the folder; +Inf without any, NaN if others make them."
    yield gauge("wallflower_backup_age_seconds", text, age)
    yield gauge("wallflower_backups", "Backups in the folder.", len(backups))
