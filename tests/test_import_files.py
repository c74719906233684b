"""Reading a file as rows: every format and encoding, and files that are damaged or hostile."""

from __future__ import annotations

from pathlib import Path

from monitor.collector.importing.files import open_rows


def write(folder: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_peeking_consumes_nothing(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, "id,text\n1,a\n2,b\n3,c\n")) as rows:
        assert [row.values["id"] for row in rows.peek(2)] == ["1", "2"]
        assert [row.values["id"] for row in rows.peek(9)] == ["1", "2", "3"]
        assert [row.line for row in rows] == [2, 3, 4]
        assert rows.peek(1) == []


def test_of_columns_with_the_same_name_the_first_filled_one_counts(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, "id,text,text\n1,acme,\n2,,globex\n3,acme,globex\n4,,\n")) as rows:
        assert [row.values["text"] for row in rows] == ["acme", "globex", "acme", ""]
