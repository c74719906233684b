"""What spreadsheets and people in many countries do to files: names of columns, times in two columns, lost digits."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from monitor.collector.importing.account import Summary
from monitor.collector.importing.preparation import ImportPlan
from monitor.collector.importing.rows import ImportFailed
from monitor.model import Post
from tests.import_setup import read_posts


def imported(
    folder: Path, content: str | bytes, mapping: str = "", name: str = "posts.csv", **options: Any
) -> tuple[list[Post], Summary]:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_posts(ImportPlan(file, "Old", mapping, UTC, "rules", **options))


def refusal(folder: Path, content: str, mapping: str = "", **options: Any) -> str:
    with pytest.raises(ImportFailed) as raised:
        imported(folder, content, mapping, **options)
    return str(raised.value)


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        ("Datum;Uhrzeit;Inhalt;Autor;Link", "02.03.2026;14:05;Acme läuft;Jörg;https://a.example/1", "cp1252"),
        ("Date;Heure;Contenu;Auteur;Lien", "2 mars 2026;14h05;Acme déçoit;Zoé;https://a.example/1", "cp1252"),
        ("fecha,hora,autor,texto,enlace", "2026-03-02,14:05,Íñigo,acme sí,https://a.example/1", "utf-8"),
        ("Data;Testo;Autore;Link", "2 marzo 2026 14:05;Acme è buono;Lù;https://a.example/1", "utf-8"),
        ("Data;Treść;Autor;Link", "02.03.2026 14:05;Acme źle działa;Łukasz;https://a.example/1", "cp1250"),
        ("Дата;Текст;Автор;Ссылка", "02.03.2026 14:05;Акме не работает;Ваня;https://a.example/1", "cp1251"),
        ("日付,本文,投稿者,リンク", "2026年3月2日 14:05,アクメの電球は良いです,田中,https://a.example/1", "shift_jis"),
    ],
)
def test_names_of_columns_in_other_languages(tmp_path: Path, header: str, row: str, encoding: str) -> None:
    ((post,), _) = imported(tmp_path, f"{header}\r\n{row}\r\n".encode(encoding))
    assert post.published_at == datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
    assert post.text in row
    assert post.author in row
    assert post.author
    assert post.url == "https://a.example/1"


@pytest.mark.parametrize(
    "cells",
    [
        ("2026-03-02 00:00:00", "14:05"),
        ("02/03/2026 0:00", "2:05 PM"),
        ("2026-03-02T00:00:00", "1899-12-30T14:05:00"),
        ("2026-03-02", "1900-01-01 14:05:00"),
    ],
)
@pytest.mark.parametrize("mapping", ["", "published=Date+Time"])
def test_midnight_beside_a_time_of_day_is_no_time(tmp_path: Path, cells: tuple[str, str], mapping: str) -> None:
    content = f"text,Date,Time\nacme,{cells[0]},{cells[1]}\n"
    ((post,), _) = imported(tmp_path, content, mapping, date_format="day-first")
    assert post.published_at == datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


def test_a_date_and_an_hour(tmp_path: Path) -> None:
    posts, _ = imported(tmp_path, "text,Date,Hour\nacme a,2026-03-02,9\nacme b,2026-03-02,14\n")
    assert [post.published_at.hour for post in posts] == [9, 14]


def test_a_date_and_a_time_of_a_workbook(tmp_path: Path) -> None:
    rows = [["text", "Date", "Time"], ["acme", datetime(2026, 3, 2), time(14, 5)]]
    for mapping in ("", "published=Date+Time"):
        ((post,), _) = imported(tmp_path, workbook(*rows), mapping, "posts.xlsx")
        assert post.published_at == datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize("zero", ["1970-01-01T00:00:00Z", "1970-01-01 01:00:00", "1970-01-01", "1969-12-31 19:00"])
def test_the_first_moment_of_1970_is_a_missing_time(tmp_path: Path, zero: str) -> None:
    content = f"text,date\nacme one,{zero}\nacme two,2026-03-02\n"
    posts, summary = imported(tmp_path, content)
    assert [post.text for post in posts] == ["acme two"]
    assert summary.refused == 1
    posts, _ = imported(tmp_path, content, undated=True)
    assert [post.undated for post in posts] == [True, False]


def test_a_date_of_zeros_is_neither_day_first_nor_month_first(tmp_path: Path) -> None:
    posts, summary = imported(tmp_path, "text,date\nacme one,00/01/1900\nacme two,01/00/1900\nacme three,2026-03-02\n")
    assert [post.text for post in posts] == ["acme three"]
    assert summary.refused == 2


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2 days ago", "'days' is not part of a date"),
        ("46083.5867", "it looks like the number of a day in a spreadsheet"),
        ("1.77246E+12", "a spreadsheet has rounded it"),
        ("9999-12-31", "out of range"),
    ],
)
def test_a_column_of_times_that_cannot_be_read_says_why(tmp_path: Path, value: str, said: str) -> None:
    message = refusal(tmp_path, f"text,date\nacme,{value}\n")
    assert f"""No value of "date" is a time that can be read, such as '{value}'""" in message
    assert said in message
    assert "does not have the form %Y" in refusal(tmp_path, "text,date\nacme,2026-03-02 9:00\n", date_format="%Y-%m-%d")


def test_an_id_is_no_likely_column_of_times(tmp_path: Path) -> None:
    message = refusal(tmp_path, "id,text,seen\n7000000000000000001,acme,2026-03-02\n")
    assert 'published=seen"' in message
    assert 'published=id"' not in message


def test_numbers_that_a_program_wrote_with_sixteen_digits(tmp_path: Path) -> None:
    ids = [1900000000000000123 + n * 7919 for n in range(3)]
    rows = [["id", "text", "date"], *([own, f"acme {own}", datetime(2026, 3, 2)] for own in ids)]
    posts, summary = imported(tmp_path, workbook(*rows), name="posts.xlsx")
    assert all(post.external_id.startswith("row-") for post in posts)
    assert summary.notes == ['A spreadsheet rounded the numbers in "id", so they do not identify the posts.']


def test_a_layout_whose_text_the_file_lacks_is_refused(tmp_path: Path) -> None:
    content = "id,body copy,date\n1,acme,2026-03-02\n"
    message = refusal(tmp_path, content, layout="meltwater")
    assert "no column with the text of a Meltwater export. Columns of the file: id, body copy, date." in message
    assert len(imported(tmp_path, content, "text=body copy", layout="meltwater")[0]) == 1


def test_a_column_with_a_comma_in_its_name_can_be_mapped(tmp_path: Path) -> None:
    ((post,), _) = imported(tmp_path, '"Body, full",by,date\nacme,ann,2026-03-02\n', "text=Body, full,author=by,")
    assert (post.text, post.author) == ("acme", "ann")


def test_the_column_with_the_longest_values_may_hold_the_text(tmp_path: Path) -> None:
    message = refusal(tmp_path, "id,words,date\n1,acme rings all day and all night,2026-03-02\n")
    assert 'Name it with --map text=COLUMN. "words" has the longest values. Columns of the file: id' in message


@pytest.mark.parametrize("subreddit", ["bells", "r/bells", "/r/bells/"])
def test_a_subreddit_is_a_site(tmp_path: Path, subreddit: str) -> None:
    ((post,), _) = imported(tmp_path, f"text,subreddit,date\nacme,{subreddit},2026-03-02\n")
    assert post.site == "r/bells"
