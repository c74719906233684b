"""``wallflower erase``: delete posts for good, for example when their author asks for it."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.confirmation import confirm
from display.cli.dependencies import config_option, load_config, open_config_store, record
from display.formatting import pluralize
from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import StoreError
from monitor.model import Erasure, ErasureTarget, FaultKind, MentionFilter, PostCounts
from monitor.store import Store, database_files

MAX_NAMED_SOURCES = 5


class ErasureIncomplete(StoreError):
    """The posts are deleted, but bytes of them may be left."""


@click.command()
@config_option
@click.option("--author", help="Erase every post by this author, and refuse later ones.")
@click.option("--post", type=click.IntRange(min=1), metavar="MENTION", help="Erase the post of this mention's id.")
@click.option("--url", help="Erase every post with this link, and refuse later ones.")
@click.option("--source", default="", help="With --author or --url: only posts of this source.")
@click.option("--only-stored", is_flag=True, help="Do not refuse later posts by the author or with the link.")
@click.option("--allow-again", is_flag=True, help="Store posts by the author or with the link again. Erases nothing.")
@click.option("--dry-run", is_flag=True, help="Show how many posts would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def erase(
    config_path: Path | None,
    author: str | None,
    post: int | None,
    url: str | None,
    source: str,
    only_stored: bool,
    allow_again: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Erase posts: from the database, its search index and its log, and from all later backups.

    They are not stored again when a source or a file contains them. Wallflower may run meanwhile; walls and pages say
    that it stores nothing while the database is rewritten, for some seconds per GB.
    """
    target = _target(author, post, url, source)
    config = load_config(config_path)
    with open_config_store(config) as store:
        if allow_again:
            return _allow_again(store, target)
        counts = store.maintenance.find_posts(target)
        if source and not counts.posts:
            _require_known(store, config, source)
        click.echo(f"Found {_described(counts)}.")
        if dry_run:
            click.echo("Nothing was changed: this was a dry run.")
            return
        if not yes:
            confirm(f"{_consequence(target, only_stored)} Erase from {config.database_name}?")
        if counts.posts:
            click.echo("Erasing. The database is rewritten, which takes about 20 seconds per GB.")
        erasure = store.maintenance.erase(target, Clock().now(), refuse_later=not only_stored)
        _record(store, target, erasure)
    click.echo(f"Erased {_described(erasure.counts)}.{_why_rewritten(erasure)}")
    for line in _older_copies(config) if erasure.rewritten else ():
        click.echo(line)
    if erasure.remaining and config.postgres_url:
        click.echo(erasure.remaining)
    elif erasure.remaining:
        message = f"Bytes of the posts may still be in the files. {erasure.remaining} Run this again."
        raise ErasureIncomplete(message, FaultKind.LOCKED.value)


def _require_known(store: Store, config: Config, source: str) -> None:
    """Raise StoreError if ``source`` is unknown: with a typo, nothing would be found and all would seem done."""
    known = {value.value for value in store.facets(MentionFilter()).get("source", ())}
    known |= {configured.name for configured in config.sources}
    if source not in known:
        raise StoreError(f'There is no source called "{source}". Known: {", ".join(sorted(known)) or "none"}.')


def _record(store: Store, target: ErasureTarget, erasure: Erasure) -> None:
    """Record how much was erased. The log must not keep whose posts they were."""
    kind = "of an author" if target.author else "with a link" if target.url else "of one mention"
    counts = erasure.counts
    record(store, "erased posts", kind, posts=counts.posts, sources=dict(counts.by_source))


def _target(author: str | None, post: int | None, url: str | None, source: str) -> ErasureTarget:
    if sum(value is not None for value in (author, post, url)) != 1 or "" in (author, url):
        raise click.UsageError("Give exactly one of --author NAME, --post MENTION and --url URL.")
    if source and post is not None:
        raise click.UsageError("--source has no meaning with --post.")
    return ErasureTarget(author or "", url or "", post, source)


def _allow_again(store: Store, target: ErasureTarget) -> None:
    if target.mention is not None:
        raise click.UsageError("--allow-again needs --author or --url.")
    if store.maintenance.allow_again(target):
        record(store, "allowed erased posts again", "of an author" if target.author else "with a link")
        click.echo("Later posts are stored again. Posts that were erased stay refused.")
    else:
        click.echo("It was not refused, so nothing was changed.")


def _described(counts: PostCounts) -> str:
    if not counts.posts:
        return "no post"
    named = [f"{source} {n:,}" for source, n in list(counts.by_source.items())[:MAX_NAMED_SOURCES]]
    more = len(counts.by_source) - len(named)
    sources = ", ".join([*named, *([f"{more} more sources"] if more else [])])
    return f"{pluralize(counts.posts, 'post')} with {pluralize(counts.mentions, 'mention')} ({sources})"


def _consequence(target: ErasureTarget, only_stored: bool) -> str:
    if target.mention is not None or only_stored:
        return "This cannot be undone."
    what = "by this author" if target.author else "with this link"
    return f"This cannot be undone, and later posts {what} will not be stored."


def _why_rewritten(erasure: Erasure) -> str:
    if erasure.counts.posts:
        return ""
    if erasure.rewritten:
        return " Replies named the author, or an earlier erasure was not finished, so the database was rewritten."
    return " The database was not rewritten."


def _older_copies(config: Config) -> list[str]:
    """Where the posts may still be: outside of the database. A server's own copies are in ``Erasure.remaining``."""
    if config.postgres_url:
        return []
    backups = database_files(config.database_url).backups(config.backups)
    replaced = sorted(config.data.glob(f"{config.database.stem}-replaced-*"))
    lines = []
    if backups:
        n = pluralize(len(backups), "backup")
        lines.append(f"{n} in {config.backups} may still contain them, the newest from {backups[0].made_at:%Y-%m-%d}.")
    if replaced:
        lines.append(f"So may {replaced[0]}{' and others' if len(replaced) > 1 else ''}, which a restore replaced.")
    return [*lines, "Delete these files, or make new backups until they are gone."] if lines else []
