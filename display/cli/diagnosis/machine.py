"""The machine: disk, file system, clock, file descriptors."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from display.cli.diagnosis.findings import DoctorContext, Finding, Level
from display.formatting import format_duration
from display.pages.sources.system_status import format_bytes

MIN_FREE_BYTES, LOW_FREE_BYTES = 100 << 20, 1 << 30
MIN_FREE_FILES = 1_000
NETWORK_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "afs"})
TEMPORARY_SYSTEMS = frozenset({"tmpfs", "ramfs", "overlay"})
MAX_CLOCK_ERROR = timedelta(minutes=5)
CLOCK_UNSYNCHRONISED = 5
"""TIME_ERROR, which adjtimex(2) returns while the clock is not synchronised."""
TIMEX_BYTES = 512
"""More than the size of struct timex on any architecture."""
MIN_DESCRIPTORS = 1_024
_FREE_SOME = "Free some space, set `keep` in [wallflower] to delete old posts, or move the data folder."


def disk(context: DoctorContext) -> Iterator[Finding]:
    """Space and files left where the data are."""
    folder = existing_folder(context.data)
    free = shutil.disk_usage(folder).free
    text = f"{format_bytes(free)} are free in {folder}."
    if free < MIN_FREE_BYTES:
        yield Finding("disk", Level.PROBLEM, text, _FREE_SOME)
    elif free < LOW_FREE_BYTES:
        yield Finding("disk", Level.WARNING, text, _FREE_SOME)
    else:
        yield Finding("disk", Level.OK, text)
    files = os.statvfs(folder)
    if files.f_files and files.f_favail < MIN_FREE_FILES:
        text = f"Only {files.f_favail} more files can be created in {folder}."
        yield Finding("disk", Level.PROBLEM, text, "Delete small files, or move the data folder to another disk.")


def file_system(context: DoctorContext) -> Iterator[Finding]:
    """Whether SQLite is safe where the data are, and whether they survive."""
    if context.is_on_server:
        return
    folder = existing_folder(context.data)
    kind = file_system_of(folder, context.proc / "self" / "mounts")
    if kind in NETWORK_SYSTEMS:
        text = f"{folder} is on a network file system ({kind}), on which SQLite can damage the database."
        yield Finding("file system", Level.PROBLEM, text, "Move the data folder to a local disk.")
    elif kind in TEMPORARY_SYSTEMS:
        text = f"{folder} is on {kind}, whose files are lost when the machine or the container is recreated."
        yield Finding("file system", Level.WARNING, text, "Put the data folder on a disk or a volume.")
    elif kind:
        yield Finding("file system", Level.OK, f"{folder} is on {kind}.")
    else:
        yield Finding("file system", Level.UNKNOWN, f"The file system of {folder} is not known.")


def clock(context: DoctorContext) -> Iterator[Finding]:
    """Whether the clock is synchronised, and not behind what was stored."""
    newest = context.examination.newest
    times = [("the database", newest)] if newest else []
    state = context.state
    times += [("the program", state.at)] if state else []
    for what, at in times:
        if at - context.now > MAX_CLOCK_ERROR:
            text = f"The clock shows {context.now:%Y-%m-%d %H:%M} UTC, but {what} has a time "
            text += f"{format_duration(at - context.now)} later, {at:%Y-%m-%d %H:%M} UTC."
            advice = (
                "If the clock is wrong, correct it with `timedatectl`. If it was ahead before, stop Wallflower and run "
            )
            advice += "`wallflower repair-clock`."
            yield Finding("clock", Level.PROBLEM, text, advice)
            return
    synchronised = is_clock_synchronised()
    if synchronised is None:
        yield Finding("clock", Level.UNKNOWN, "Whether the clock is synchronised cannot be found out here.")
    elif synchronised:
        yield Finding("clock", Level.OK, "The clock is synchronised.")
    else:
        advice = "Run `timedatectl set-ntp true`, or install chrony. In a container, this is done on its host."
        yield Finding("clock", Level.WARNING, "The clock is not synchronised with a time server.", advice)


def descriptors(context: DoctorContext) -> Iterator[Finding]:
    """How many files and sockets the program may open."""
    limit = _limit_of(context.proc / str(context.running_pid)) if context.running_pid else None
    whose = "The running Wallflower" if limit else "A program started from here"
    limit = limit or resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    unlimited = limit == resource.RLIM_INFINITY
    text = f"{whose} may open {'any number of' if unlimited else f'{limit:,}'} files and sockets."
    if unlimited or limit >= MIN_DESCRIPTORS:
        yield Finding("descriptors", Level.OK, text)
    else:
        yield Finding("descriptors", Level.WARNING, text, "Set LimitNOFILE=65536 in the unit, or `ulimit -n 65536`.")


def existing_folder(folder: Path) -> Path:
    """``folder``, or the nearest one above it that exists."""
    return next((one for one in (folder, *folder.parents) if one.is_dir()), Path("/"))


def file_system_of(folder: Path, mounts: Path) -> str:
    """The type of the file system that contains ``folder``; empty if unknown."""
    found, kind = "", ""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for fields in map(str.split, lines):
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[1])
        if folder.resolve().is_relative_to(point) and len(point) >= len(found):
            found, kind = point, fields[2]
    return kind


def is_clock_synchronised() -> bool | None:
    """What the kernel says; None if it cannot be asked. chrony, ntpd and systemd-timesyncd all report to the kernel."""
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != CLOCK_UNSYNCHRONISED


def _limit_of(process: Path) -> int | None:
    try:
        text = (process / "limits").read_text(encoding="ascii")
    except OSError:
        return None
    match = re.search(r"^Max open files\s+(\d+)", text, re.MULTILINE)
    return int(match[1]) if match else None
