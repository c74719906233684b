"""Replacing the config file: as a whole, with its mode, and never over somebody else's change."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from display.setup import config_file
from display.setup.config_file import FileChanged, NotWritable, check_text, diff_lines, read_file, replace_file
from monitor.errors import ConfigError

BRAND = '[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'


def test_the_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("old")
    file.chmod(0o604)
    replace_file(read_file(file), "new")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o604)
    assert os.listdir(tmp_path) == ["config.toml"]


def test_a_new_file_is_not_readable_by_everybody(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    replace_file(read_file(file), "new")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o640)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "real.toml", tmp_path / "config.toml"
    file.write_text("old")
    link.symlink_to(file)
    replace_file(read_file(link), "new")
    assert (link.is_symlink(), file.read_text()) == (True, "new")


def test_a_changed_file_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("old")
    before = read_file(file)
    file.write_text("of somebody else")
    with pytest.raises(FileChanged):
        replace_file(before, "new")
    assert file.read_text() == "of somebody else"
    with pytest.raises(FileChanged):
        replace_file(config_file.FileText(file, "", ""), "new")


def test_a_change_at_the_last_moment_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("old")
    monkeypatch.setattr(config_file, "_copy_owner", lambda *_: file.write_text("of somebody else"))
    with pytest.raises(FileChanged):
        replace_file(read_file(file), "new")
    assert (file.read_text(), os.listdir(tmp_path)) == ("of somebody else", ["config.toml"])


def test_a_failure_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("old")

    def fail(_from: Path, _to: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(NotWritable, match="cannot be replaced: Permission denied"):
        replace_file(read_file(file), "new", replace=fail)
    assert (file.read_text(), os.listdir(tmp_path)) == ("old", ["config.toml"])
    with pytest.raises(NotWritable, match="cannot be written"):
        replace_file(read_file(tmp_path / "no" / "config.toml"), "new")


def test_the_whole_text_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert check_text(BRAND, file).brands[0].name == "Acme"
    with pytest.raises(ConfigError) as caught:
        check_text(f'{BRAND}[[sources]]\nkind = "feed"\nname = "F"\n[[walls]]\nname = "X"\n', file)
    assert len(caught.value.problems) == 2
    assert not file.exists()


def test_the_lines_to_change_are_shown_with_those_around_them() -> None:
    before = "".join(f"line {n}\n" for n in range(9))
    found = diff_lines(before, before.replace("line 4", "LINE 4") + "new\n")
    shown = [f"{line.sign}{line.text}" for line in found]
    assert shown[:6] == [" line 2", " line 3", "-line 4", "+LINE 4", " line 5", " line 6"]
    assert shown[-1] == "+new"
