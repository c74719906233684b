"""The data folder: its owner, the modes of its files, and what interrupted commands left."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from display.cli.diagnosis.findings import DoctorContext, Finding, Level
from display.formatting import join_with_and

MAX_NAMED = 3


def data_folder(context: DoctorContext) -> Iterator[Finding]:
    """Whether the folder exists and can be used, and by nobody else."""
    folder = context.data
    if not folder.exists():
        advice = "If it existed before, a disk or volume is not mounted. Otherwise run `wallflower run --create`."
        yield Finding("data folder", Level.WARNING, f"The data folder {folder} does not exist.", advice)
        return
    if not folder.is_dir():
        yield Finding("data folder", Level.PROBLEM, f"{folder} is not a folder.", "Set another `data` in [wallflower].")
        return
    try:
        files = sorted(file for file in folder.iterdir() if file.is_file())
    except OSError as error:
        text = f"The data folder {folder} cannot be read: {error.strerror}."
        yield Finding("data folder", Level.UNKNOWN, text, f"Run this as its owner: `sudo -u {_owner(folder)} …`.")
        return
    yield from _owners(folder, files)
    yield from _modes(folder, files)


def leftovers(context: DoctorContext) -> Iterator[Finding]:
    """Files of interrupted commands, and what is stored from sources that left the config."""
    found = context.examination
    if found.leftovers:
        text = f"Interrupted commands left {_named(found.leftovers)} in {context.data}."
        advice = "Delete them while no Wallflower command runs. An interrupted import continues when you run it again."
        yield Finding("leftovers", Level.WARNING, text, advice)
    if found.unfinished_erasure:
        text = "An erasure was not finished: bytes of the erased posts may be left in the files."
        yield Finding("leftovers", Level.WARNING, text, "Run the same `wallflower erase` again.")
    configured = {source.name for source in context.config.sources} if context.config else set(found.sources)
    samples = [name for name in found.samples if name not in configured]
    removed = [name for name in found.sources if name not in configured and name not in samples]
    if samples:
        text = f"Made-up posts of {_named(samples)} are stored beside real ones."
        yield Finding("leftovers", Level.WARNING, text, f'Run `wallflower remove-source "{samples[0]}"`.')
    if removed:
        text = f"Posts of {_named(removed)} are stored, but the config does not have these sources any more."
        yield Finding("leftovers", Level.OK, text, f'To delete them, run `wallflower remove-source "{removed[0]}"`.')
    if not (found.leftovers or found.unfinished_erasure or samples or removed or found.forbidden):
        yield Finding("leftovers", Level.OK, "Interrupted commands and removed sources have left nothing.")


def _owners(folder: Path, files: list[Path]) -> Iterator[Finding]:
    owner = folder.stat().st_uid
    foreign = [file.name for file in files if file.stat().st_uid != owner]
    if foreign:
        text = f"{_named(foreign)} in {folder} {'belong' if len(foreign) > 1 else 'belongs'} to another user."
        advice = f"Run `chown -R {_owner(folder)}: {folder}`, and run commands as that user, not as root."
        yield Finding("permissions", Level.PROBLEM, text, advice)
    me = os.geteuid()
    locked = [file.name for file in (folder, *files) if not os.access(file, os.W_OK)]
    if me not in (0, owner) and locked:
        text = f"This user cannot write to {_named(locked)}; {folder} belongs to {_owner(folder)}."
        yield Finding("permissions", Level.WARNING, text, f"Run commands as that user: `sudo -u {_owner(folder)} …`.")
    elif locked and me != 0:
        text = f"{_named(locked)} cannot be written."
        yield Finding("permissions", Level.PROBLEM, text, f"Run `chmod -R u+rwX {folder}`, or check the mount.")


def _modes(folder: Path, files: list[Path]) -> Iterator[Finding]:
    """Posts, password hashes and keys of sessions are nobody else's business."""
    is_open = [file.name for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077]
    closed = not stat.S_IMODE(folder.stat().st_mode) & 0o077
    if closed or not is_open:
        yield Finding("permissions", Level.OK, f"Only {_owner(folder)} can read {folder}.")
        return
    text = f"Other users of this machine can read {_named(is_open)} in {folder}."
    advice = f"Run `chmod -R go-rwx {folder}`."
    yield Finding("permissions", Level.WARNING, text, advice)


def _owner(path: Path) -> str:
    uid = path.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _named(names: list[str] | tuple[str, ...]) -> str:
    shown = list(names[:MAX_NAMED])
    rest = len(names) - len(shown)
    return join_with_and([*shown, f"{rest} more"] if rest else shown)
