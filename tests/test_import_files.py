"""Reading a file as rows: every format and encoding, and files that are damaged or hostile."""

# ruff: noqa: RUF001  texts in many languages

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector.importing.files import containers, open_rows
from monitor.collector.importing.rows import ImportFailed, Row

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "import"


def write(folder: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def read(folder: Path, content: str | bytes, name: str = "posts.csv", encoding: str = "") -> list[Row]:
    with open_rows(write(folder, content, name), encoding) as rows:
        return list(rows)


def texts(rows: Sequence[Row], column: str = "text") -> list[Any]:
    return [row.values.get(column) for row in rows if not row.problem]


def problems(rows: Sequence[Row]) -> dict[int, str]:
    return {row.line: row.problem for row in rows if row.problem}


def refusal(folder: Path, content: str | bytes, name: str = "posts.csv", encoding: str = "") -> str:
    with pytest.raises(ImportFailed) as raised:
        read(folder, content, name, encoding)
    return str(raised.value)


# The interface


def test_peeking_consumes_nothing(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, "id,text\n1,a\n2,b\n3,c\n")) as rows:
        assert [row.values["id"] for row in rows.peek(2)] == ["1", "2"]
        assert [row.values["id"] for row in rows.peek(9)] == ["1", "2", "3"]
        assert [row.line for row in rows] == [2, 3, 4]
        assert rows.peek(1) == []


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not on this machine")
@pytest.mark.parametrize(
    ("name", "n", "file_format", "encoding"),
    [
        ("brandwatch-mentions.csv", 3, "CSV with commas", "UTF-8"),
        ("meltwater-2022.csv", 2, "CSV with tabs", "UTF-16"),
        ("play-console-reviews.csv", 3, "CSV with commas", "UTF-16"),
        ("talkwalker-semicolon.csv", 2, "CSV with semicolons", "UTF-8"),
        ("excel-sep.csv", 2, "CSV with semicolons", "UTF-8"),
        ("excel-cp1252.csv", 2, "CSV with semicolons", "Windows-1252"),
        ("apify-tweets.json", 1, "JSON array", "UTF-8"),
        ("apify-tweets.jsonl", 1, "JSON Lines", "UTF-8"),
        ("tweets.js", 2, "JSON array in JavaScript", "UTF-8"),
    ],
)
def test_exports_of_other_tools(name: str, n: int, file_format: str, encoding: str) -> None:
    with open_rows(CASES / name) as rows:
        assert (rows.format, rows.encoding) == (file_format, encoding)
        assert [row.problem for row in rows] == [""] * n


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not on this machine")
def test_every_export_is_read_without_a_problem() -> None:
    for file in sorted(CASES.iterdir()):
        with open_rows(file) as rows:
            assert [row.problem for row in rows if row.problem] == [], file.name


# Encodings

GERMAN = "id;text\n1;Die Bestellung bei Acme dauert schon ewig, das ist ärgerlich. Schöne Grüße\n2;Größere Räder\n"
TEXTS = {
    "cp1252": "Le vélo Acme est arrivé en retard, déçu. C’est la troisième fois que ça m’arrive",
    "iso8859-15": "Für 20 € mehr hätte ich größere Räder bekommen, schöne Grüße aus Köln",
    "mac-roman": "Die Bestellung dauert schon ewig, das ist ärgerlich. Schöne Grüße aus Köln, größere Räder",
    "cp1250": "Rower Acme przyjechał z opóźnieniem. Właśnie dzwoniłem do obsługi klienta, śmieszne",
    "iso8859-2": "Kolo přišlo pozdě. Příště koupím jiné, žádná odpověď už tři týdny",
    "cp1251": "Велосипед пришёл с опозданием. Служба поддержки не отвечает уже третий день",
    "koi8-r": "Очень плохо, больше не куплю ничего у них. Служба поддержки не отвечает",
    "cp1253": "Το ποδήλατο ήρθε αργά. Η υποστήριξη δεν απαντά εδώ και τρεις μέρες",
    "cp1254": "Acme bisikleti geç geldi, çok üzgünüm. Şikayet ettim ama değişen bir şey yok, yazık",
    "cp932": "自転車が遅れて届きました。カスタマーサービスは三日間返事をくれません。とても残念です。",
    "euc-jp": "自転車が遅れて届きました。カスタマーサービスは三日間返事をくれません。とても残念です。",
    "iso2022_jp": "自転車が遅れて届きました。とても残念です。",
    "gb18030": "自行车送晚了。客服已经三天没有回复。非常差，再也不会买他们的东西了。",
    "cp950": "自行車送晚了。客服已經三天沒有回覆。非常差，再也不會買他們的東西了。",
    "cp949": "자전거가 늦게 도착했습니다. 고객 서비스는 사흘째 대답이 없습니다. 정말 별로예요",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_are_detected_by_their_letters(tmp_path: Path, encoding: str) -> None:
    content = f"id\ttext\r\n1\t{TEXTS[encoding]}\r\n2\t{TEXTS[encoding]}\r\n"
    assert texts(read(tmp_path, content.encode(encoding))) == [TEXTS[encoding]] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [TEXTS["cp1252"], TEXTS["cp932"], TEXTS["cp1251"], "Acme"])
def test_unicode_with_and_without_a_mark(tmp_path: Path, encoding: str, text: str) -> None:
    content = f"id\ttext\r\n1\t{text}\r\n2\t{text}\r\n".encode(encoding)
    assert texts(read(tmp_path, content)) == [text] * 2
    assert texts(read(tmp_path, json.dumps([{"text": text}]).encode(encoding), "p.json")) == [text]


def test_utf_16_be_with_its_mark(tmp_path: Path) -> None:
    content = codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be")
    assert texts(read(tmp_path, content))[1] == "Größere Räder"


def test_the_first_letter_that_is_not_ascii_may_come_late(tmp_path: Path) -> None:
    """It decides the encoding of the whole file."""
    start = "id,text\n" + "".join(f"{n},Acme is late again\n" for n in range(60_000))
    for encoding in ("cp1252", "utf-8"):
        content = (start + "x,Räder für große Leute\n").encode(encoding)
        assert texts(read(tmp_path, content))[-1] == "Räder für große Leute"


def test_rows_with_broken_bytes_in_utf_8_are_refused_and_the_others_read(tmp_path: Path) -> None:
    lines = [f"{n},Größere Räder" for n in range(50)]
    content = "\n".join(["id,text", *lines]).encode() + b"\n50,caf\xe9\n51,ok\n"
    with open_rows(write(tmp_path, content)) as rows:
        assert rows.encoding == "UTF-8"
        found = list(rows)
    assert len(texts(found)) == 51
    assert problems(found) == {
        52: '"text" contains bytes that are not UTF-8; if the file has another encoding, name it with --encoding'
    }


def test_broken_bytes_in_json(tmp_path: Path) -> None:
    content = '{"text": "Größe"}\n'.encode() * 9 + b'{"text": "caf\xe9", "user": {"name": "x"}}\n'
    found = read(tmp_path, content, "p.jsonl")
    assert (len(texts(found)), list(problems(found))) == (9, [10])


def test_an_odd_byte_at_the_end_of_utf_16(tmp_path: Path) -> None:
    found = read(tmp_path, "id,text\n1,Räder\n2,Räder\n3,x".encode("utf-16") + b"\x00")
    assert texts(found) == ["Räder", "Räder"]
    assert "bytes that are not UTF-16" in problems(found)[4]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("СРОЧНО НЕ РАБОТАЕТ", "cp1251"),
        ("It costs 20 €, or 25 €", "cp1252"),
        ("Only £5 each", "cp1252"),
        ("1½ cups at 25°C", "cp1252"),
    ],
)
def test_capitals_and_lone_signs_in_an_old_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    assert texts(read(tmp_path, f"id;text\n1;{text}\n".encode(encoding))) == [text]


@pytest.mark.parametrize(("word", "encoding"), [("כן", "cp1255"), ("Ναι", "cp1253"), ("김", "cp949")])
def test_a_few_letters_are_not_read_as_accented_ones(tmp_path: Path, word: str, encoding: str) -> None:
    assert "its encoding is not clear" in refusal(tmp_path, f"id,text\n1,{word}\n".encode(encoding))


def test_the_encoding_is_asked_for_if_it_is_not_clear(tmp_path: Path) -> None:
    said = refusal(tmp_path, b"id,text\n1,\xab\xcc\xf9 \xd8\x80\xff\xfd\n")
    assert "its encoding is not clear" in said
    assert "--encoding NAME" in said


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    content = "id,text\n1,caf\xe9 \u010d\n".encode("cp1250")
    assert texts(read(tmp_path, content, encoding="windows-1250")) == ["caf\xe9 \u010d"]
    assert texts(read(tmp_path, GERMAN, encoding="UTF8"))[1] == "Größere Räder"
    assert "Did you mean 'windows-1252'?" in refusal(tmp_path, GERMAN, encoding="windows-12522")
    for name in ("rot13", "base64", "idna", "undefined", "unicode_escape", "x" * 999, "../x", "\0"):
        assert "there is no such encoding" in refusal(tmp_path, GERMAN, encoding=name)


def test_a_named_encoding_that_does_not_fit(tmp_path: Path) -> None:
    said = refusal(tmp_path, "Größe;text\n1;x\n".encode("cp1252"), encoding="utf-8")
    assert "contains bytes that are not UTF-8. Name the encoding" in said


LETTERS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"), max_size=30)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030", "cp1252", "shift_jis"])
@given(
    separator=st.sampled_from(",;\t|"),
    cells=st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_text_in_any_encoding_with_any_separator_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    separator: str,
    encoding: str,
    cells: list[tuple[str, str]],
    end: str,
) -> None:
    cells = [tuple(cell.encode(encoding, "ignore").decode(encoding) for cell in row) for row in cells]  # type: ignore[misc]
    cells = [(one or "x", other) for one, other in cells]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(
        [("id", "text", "n"), *((*c, "1") for c in cells)]
    )
    file = write(tmp_path_factory.mktemp("any"), out.getvalue().encode(encoding))
    with open_rows(file, "" if encoding.startswith("utf") and "-be" not in encoding else encoding) as rows:
        assert [(row.values["id"], row.values["text"]) for row in rows] == cells


# Separators, headers, cells


def test_a_line_that_states_the_separator(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, '"sep=|"\r\nid|text\r\n1|acme, late; again\r\n')) as rows:
        assert rows.format == "CSV with vertical bars"
        assert [(row.line, row.values) for row in rows] == [(3, {"id": "1", "text": "acme, late; again"})]


def test_decimal_commas_and_commas_in_names(tmp_path: Path) -> None:
    content = "id;reach, total;text, full\n1;12,5;Acme, late, again\n2;1,5;Acme, on time\n"
    assert texts(read(tmp_path, content), "text, full") == ["Acme, late, again", "Acme, on time"]


PREAMBLE = 'Report:,Mentions\nFrom:,"Mon Mar 02, 2026"\nMade for Acme\n\n'


@pytest.mark.parametrize(
    ("preamble", "skipped"), [(PREAMBLE, 4), ("Mentions of Acme\nMade on 2 March, 2026\n", 2), ("# x\n#\n", 2)]
)
def test_lines_before_the_header_are_skipped(tmp_path: Path, preamble: str, skipped: int) -> None:
    with open_rows(write(tmp_path, preamble + 'id,date,text\n1,2026-03-02,"Acme, late"\n2,2026-03-02,\n')) as rows:
        assert rows.columns == ("id", "date", "text")
        assert rows.notes == [f"Skipped {skipped} lines before the header."]
        assert [row.line for row in rows] == [skipped + 2, skipped + 3]


@pytest.mark.parametrize(
    "content",
    [
        "text\nAcme is late, again\nNever, ever, again\nAcme\n",
        "id,text\na,Acme,x\nb,Acme,y\nc,Acme\n",
        "id,text\n",
        "2024,2025\n1,2\n",
    ],
)
def test_a_narrow_header_is_not_taken_for_a_title(tmp_path: Path, content: str) -> None:
    with open_rows(write(tmp_path, content)) as rows:
        assert ",".join(rows.columns) == content.split("\n")[0]
        assert rows.notes == []


def test_a_header_that_is_repeated_is_skipped_and_noted(tmp_path: Path) -> None:
    part = "\ufeffid,text\n1,Größe\n"
    with open_rows(write(tmp_path, part * 3)) as rows:
        assert texts(list(rows)) == ["Größe"] * 3
        assert rows.notes == ["Skipped the header where it was repeated, in lines 3, 5."]


def test_of_columns_with_the_same_name_the_first_filled_one_counts(tmp_path: Path) -> None:
    found = read(tmp_path, "id,text,text\n1,acme,\n2,,globex\n3,acme,globex\n4,,\n")
    assert texts(found) == ["acme", "globex", "acme", ""]


def test_rows_with_fewer_or_more_cells(tmp_path: Path) -> None:
    found = read(tmp_path, "id,text,\n1\n2,acme,,,\n3,acme,,x\n,,\n\n4,acme\n")
    assert [row.values.get("text") for row in found] == [None, "acme", "acme", "acme"]
    assert problems(found) == {4: "has 4 cells, but the header has 2; is a separator or quote missing?"}


def test_columns_without_a_name(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, ",text,,lang,,\n0,acme,x,en,,\n")) as rows:
        assert rows.columns == ("column 1", "text", "column 3", "lang")
        assert next(iter(rows)).values == {"column 1": "0", "text": "acme", "column 3": "x", "lang": "en"}


def test_quotes_in_the_header_and_spaces_before_quotes(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, '"id", "text ""full"""\n"1", "Acme, late"\n')) as rows:
        assert rows.columns == ("id", 'text "full"')
        assert next(iter(rows)).values['text "full"'] == "Acme, late"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_characters_that_are_none(tmp_path: Path, end: str) -> None:
    text = "Acme\x85is\u2028late\u2029again\x0b\x0c\x1c"
    found = read(tmp_path, f'id,text{end}1,"{text}"{end}2,"one{end}two"{end}3,x{end}')
    assert texts(found) == [text, f"one{end}two", "x"]
    assert [row.line for row in found] == [2, 3, 5]


def test_nul_characters_are_removed_and_noted(tmp_path: Path) -> None:
    with open_rows(write(tmp_path, b"id,text\n1,Ac\0me\0\n2,ok\n")) as rows:
        assert texts(list(rows)) == ["Acme", "ok"]
        assert rows.notes == ["Removed NUL characters in line 2."]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"{n},Acme {n},x\n" for n in range(5_000))
    found = read(tmp_path, f'id,text,more\n1,"closed\nlater",x\n2,"open,x\n{rows}')
    assert len(texts(found)) == 5_001
    assert problems(found) == {4: "a quote that opens in line 4 is never closed"}


def test_a_quote_that_the_quote_of_a_later_row_closes_costs_one_row(tmp_path: Path) -> None:
    found = read(tmp_path, 'id,text,more\n1,"open,x\n2,Acme,x\n3,"Acme, late",x\n4,"x",x\n')
    assert texts(found) == ["Acme", "Acme, late", "x"]
    assert problems(found) == {2: "a quote that opens in line 2 is never closed"}


def test_a_text_that_is_cut_off_in_a_quote(tmp_path: Path) -> None:
    found = read(tmp_path, 'id,text\n1,x\n2,"Dear Acme,\nyou are late\nand I am sad')
    assert problems(found) == {3: "reaches from line 3 to 5 and was not read; is a quote not closed?"}


def test_a_long_text_in_quotes_is_rejected_as_a_whole(tmp_path: Path) -> None:
    found = read(tmp_path, 'id,text\n1,"' + "a line\n" * 3_000 + '"\n2,ok\n')
    assert texts(found) == ["ok"]
    assert list(problems(found)) == [2]


def test_a_line_over_the_limit_is_rejected(tmp_path: Path) -> None:
    found = read(tmp_path, f"id,text\n1,{'x' * 2_500_000}\n2,ok\n")
    assert texts(found) == ["ok"]
    assert problems(found) == {2: "line 2 is longer than 1,000,000 characters"}
    assert found[1].line == 3
    assert "line 1 is longer than" in refusal(tmp_path, "x" * 2_500_000)


def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = ["text", *(f"c{n}" for n in range(10_000))]
    found = read(tmp_path, ",".join(names) + "\n" + ",".join(["acme"] * 10_001) + "\n")
    assert (texts(found), len(found[0].values)) == (["acme"], 10_001)


QUOTABLE = st.text(st.sampled_from("ab,;|\t\"\n\r '\\"), max_size=12)


@given(rows=st.lists(st.tuples(QUOTABLE, QUOTABLE), min_size=1, max_size=6), separator=st.sampled_from(",;\t|"))
def test_cells_with_quotes_and_separators_survive(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], separator: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "text", "number"), *((*row, n) for n, row in enumerate(rows))])
    file = write(tmp_path_factory.mktemp("any"), out.getvalue())
    with open_rows(file) as found:
        assert [(row.values["id"], row.values["text"]) for row in found] == rows


# JSON


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]',
        '{"meta": {"n": 2}, "data": [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}], "more": [1]}',
        '{\n "errors": [{"x": 1}],\n "tweets": [\n{"text": "a"},\n{"text": "b"}\n]\n}\n',
        'window.YTD.tweets.part0 = [ {"tweet": {"text": "a"}}, {"tweet": {"text": "b"}} ]',
        'var posts = [{"text": "a"},\n{"text": "b"}];\n',
        '{"text": "a"}\n\n{"text": "b"}',
        '{"text": "a"}\r{"text": "b"}\r',
        '{\n "text": "a"\n}\n{\n "text": "b"\n}\n',
        '\ufeff{"text": "a"}\n\ufeff{"text": "b"}\n',
        '{"data": [{"text": "a"}], "meta": {}}\n{"data": [{"text": "b"}], "meta": {}}\n',
    ],
)
def test_shapes_of_json(tmp_path: Path, content: str) -> None:
    for name in ("posts.json", "posts.txt"):
        assert texts(read(tmp_path, content, name)) == ["a", "b"]


def test_an_array_is_read_in_parts(tmp_path: Path) -> None:
    objects = [{"id": 10**17 + n, "text": f'Acme "{n}", {{late}} ' + "ä" * (n % 50)} for n in range(20_000)]
    with open_rows(write(tmp_path, json.dumps({"data": objects}), "p.json")) as rows:
        assert rows.format == "JSON array 'data'"
        assert [row.values for row in rows] == objects


def test_lines_of_an_indented_array(tmp_path: Path) -> None:
    objects = [{"text": f"{n}", "user": {"name": "x"}} for n in range(30_000)]
    found = read(tmp_path, json.dumps(objects, indent=1), "p.json")
    assert [row.line for row in found[:3]] == [2, 8, 14]
    assert found[-1].line == 2 + 6 * 29_999


BROKEN_OBJECTS = ['{"id": 2, "text": "open}', '{"id": 2 "text": "x"}', '{"id": 2, "text": x}', '{"id": 2, "t": [}']


@pytest.mark.parametrize("broken", BROKEN_OBJECTS)
@pytest.mark.parametrize("separator", [",", ",\n", "\n,"])
def test_an_object_that_is_not_valid_does_not_end_the_array(tmp_path: Path, broken: str, separator: str) -> None:
    good = [json.dumps({"id": n, "text": "a", "urls": [{"x": 1}, {"x": 2}]}) for n in (1, 3, 4)]
    found = read(tmp_path, f"[{separator.join([good[0], broken, *good[1:]])}]", "p.json")
    assert [row.values["id"] for row in found if not row.problem] == [1, 3, 4]
    assert [row.line for row in found if row.problem] == [2 if "\n" in separator else 1]
    assert "is not JSON" in found[1].problem


@pytest.mark.parametrize("stray", ["}", "},", "}}} ,}\n", "}" * 100_000])
@pytest.mark.parametrize("end", ["", "]", '{"text": "b"}]'])
def test_brackets_that_close_nothing(tmp_path: Path, stray: str, end: str) -> None:
    with open_rows(write(tmp_path, f'[{{"text": "a"}},{stray}{end}', "p.json")) as rows:
        found = list(islice(rows, 10))
    assert texts(found) == (["a", "b"] if "b" in end else ["a"])
    assert len(problems(found)) == 1


def test_json_nested_too_deeply(tmp_path: Path) -> None:
    deep = '{"x":' + "[" * 100_000 + "]" * 100_000 + "}"
    found = read(tmp_path, f'[{{"text": "a"}},\n{deep},\n{{"text": "b"}}]', "p.json")
    assert (texts(found), list(problems(found))) == (["a", "b"], [2])
    assert "nested too deeply" in problems(found)[2]
    assert "nested too deeply" in refusal(tmp_path, "[" * 100_000, "p.json")
    lines = read(tmp_path, f'{{"text": "a"}}\n{deep}\n{{"text": "b"}}\n', "p.jsonl")
    assert (texts(lines), list(problems(lines))) == (["a", "b"], [2])


def test_an_array_that_is_cut_off(tmp_path: Path) -> None:
    found = read(tmp_path, '[{"text": "a"},\n{"text": "b"},\n{"text": "c', "p.json")
    assert (texts(found), list(problems(found))) == (["a", "b"], [3])
    assert "nothing after it was read" in problems(found)[3]


def test_text_after_an_array_is_reported(tmp_path: Path) -> None:
    found = read(tmp_path, '[{"text": "a"}]\n[{"text": "b"}]', "p.json")
    assert (texts(found), problems(found)) == (["a"], {2: "there is text after the end of the array, at column 1"})


def test_an_object_over_the_limit_and_numbers_without_end(tmp_path: Path) -> None:
    long = json.dumps({"text": "x" * 1_500_000})
    found = read(tmp_path, f'[{{"text": "a"}},\n{long},\n{{"text": {"1" * 5_000}}},\n{{"text": "b"}}]', "p.json")
    assert (texts(found), list(problems(found))) == (["a", "b"], [2, 3])
    assert "longer than 1,000,000 characters" in problems(found)[2]
    assert "too many digits" in problems(found)[3]


# Excel


def workbook(folder: Path, rows: Sequence[Sequence[object]], title: str = "Data") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(folder / "posts.xlsx")
    return folder / "posts.xlsx"


def test_a_workbook(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        [
            ["Mentions", "of Acme"],
            [],
            ["id", "date", "text", "reach"],
            [122158000000000000, datetime(2026, 3, 2, 9, 15, 1), "Acme läuft", 0.5],
            [None, None, None],
            ["1.5e3", datetime(2026, 3, 2), "Acme\nagain", True],
        ],
    )
    with open_rows(file) as rows:
        assert (rows.format, rows.encoding) == ("Excel workbook, sheet 'Data'", "")
        assert rows.columns == ("id", "date", "text", "reach")
        first, second = rows
        assert rows.notes == ["Skipped 2 rows before the header."]
    assert first.values == {
        "id": "122158000000000000",
        "date": "2026-03-02T09:15:01",
        "text": "Acme läuft",
        "reach": "0.5",
    }
    assert (first.line, second.line) == (4, 6)
    assert (second.values["id"], second.values["text"], second.values["reach"]) == ("1.5e3", "Acme\nagain", "TRUE")


def test_the_sheet_with_the_data_is_read(tmp_path: Path) -> None:
    file = workbook(tmp_path, [["Report", "Mentions"], ["From", "2 March"]], "About")
    book = openpyxl.load_workbook(file)
    book.create_sheet("Posts").append(["id", "date", "text"])
    book["Posts"].append(["1", "2026-03-02", "Acme"])
    book.create_sheet("Empty")
    book.save(file)
    with open_rows(file) as rows:
        assert rows.format == "Excel workbook, sheet 'Posts'"
        assert texts(list(rows)) == ["Acme"]
        assert rows.notes == ["Other sheets were not read: About."]


def test_formulas_without_a_result_are_noted(tmp_path: Path) -> None:
    with open_rows(workbook(tmp_path, [["id", "text", "n"], ['="122158000000000001"', "acme", "=1+1"]])) as rows:
        assert [row.values["id"] for row in rows] == [""]
        assert "2 formulas have no stored result and count as empty." in rows.notes[0]


def edited(file: Path, old: bytes, new: bytes) -> Path:
    """The workbook with another text in the XML of its sheet."""
    with zipfile.ZipFile(file) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, part in parts.items():
            out.writestr(name, part.replace(old, new) if "worksheets/" in name else part)
    return file


def test_a_million_empty_rows_and_wrong_dimensions(tmp_path: Path) -> None:
    """They are not parsed at all: the test would take a minute."""
    file = workbook(tmp_path, [["id", "text"], ["1", "acme"]])
    empty = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_048_577))
    edited(file, b"</sheetData>", empty + b"</sheetData>")
    edited(file, b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    with open_rows(file) as rows:
        assert texts(list(rows)) == ["acme"]


def test_dimensions_that_are_too_small(tmp_path: Path) -> None:
    file = edited(workbook(tmp_path, [["id", "text"], ["1", "acme"], ["2", "b"]]), b'ref="A1:B3"', b'ref="A1"')
    with open_rows(file) as rows:
        assert texts(list(rows)) == ["acme", "b"]


@pytest.mark.parametrize("old", [b"<row ", b'r="A2"', b'<c r="B2"'])
def test_a_damaged_sheet(tmp_path: Path, old: bytes) -> None:
    file = edited(workbook(tmp_path, [["id", "text"], ["1", "acme"]]), old, b"<\0&")
    with pytest.raises(ImportFailed, match="is damaged or not complete"), open_rows(file) as rows:
        list(rows)


def test_a_workbook_that_is_cut_off_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(tmp_path, [["id", "text"], ["1", "acme"]])
    assert "is damaged or not complete" in refusal(tmp_path, file.read_bytes()[:-200], "cut.xlsx")
    assert "is not a .xlsx file, although its name says so" in refusal(tmp_path, "id,text\n1,a\n", "x.xlsx")
    assert "old Excel file (.xls), or has a password" in refusal(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(600), "x.xls")
    monkeypatch.setattr("monitor.collector.importing.files.spreadsheet.MAX_PART_BYTES", 100)
    with pytest.raises(ImportFailed, match="Save the sheet as CSV"), open_rows(file):
        pass


# Compressed files

CSV = "id,text\n1,acme\n"


def zipped(folder: Path, files: dict[str, str | bytes], name: str = "posts.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, content in files.items():
            archive.writestr(inner, content)
    return folder / name


def test_gzip_is_recognised_by_its_content(tmp_path: Path) -> None:
    assert texts(read(tmp_path, gzip.compress(CSV.encode()), "posts.csv")) == ["acme"]
    assert texts(read(tmp_path, gzip.compress(CSV.encode()) + gzip.compress(b"2,b\n"), "p.gz")) == ["acme", "b"]
    assert "although its name says so" in refusal(tmp_path, CSV, "posts.csv.gz")


def test_a_zip_with_one_data_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a/posts.csv": CSV, "__MACOSX/a/._posts.csv": b"x", "a/.DS_Store": b"x"}
    with open_rows(zipped(tmp_path, files)) as rows:
        assert (texts(list(rows)), rows.notes) == (["acme"], [])
    with open_rows(zipped(tmp_path, {"posts.csv": CSV, "readme.pdf": b"%PDF"})) as rows:
        assert rows.notes == ["Read posts.csv of 2 files in the zip; the others were not read."]
    with open_rows(zipped(tmp_path, {"tweets.js": 'window.YTD.tweets.part0 = [{"tweet": {"text": "a"}}]'})) as rows:
        assert texts(list(rows)) == ["a"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.csv": CSV, "b.csv": CSV}, "must contain one file with posts, but it contains: a.csv, b.csv."),
        ({}, "but it contains: none."),
        ({"inner.zip": b"PK\x03\x04rest"}, "contains another compressed file"),
        ({"posts.csv": gzip.compress(CSV.encode())}, "contains another compressed file"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "x.xml": ""}, "is an OpenDocument file"),
    ],
)
def test_zips_that_cannot_be_imported(tmp_path: Path, files: dict[str, str | bytes], said: str) -> None:
    with pytest.raises(ImportFailed) as raised, open_rows(zipped(tmp_path, files)):
        pass
    assert said in str(raised.value)


def test_damaged_and_encrypted_archives_are_refused_before_the_first_row(tmp_path: Path) -> None:
    lines = "id,text\n" + "".join(f"{n},acme {n * 7919}\n" for n in range(20_000))
    packed = gzip.compress(lines.encode())
    damaged = bytearray(zipped(tmp_path, {"posts.csv": lines}).read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    for content in (packed[:-300], packed[:-8] + bytes(8), packed + b"garbage", bytes(damaged), bytes(damaged[:-99])):
        with pytest.raises(ImportFailed, match="is damaged or not complete"), open_rows(write(tmp_path, content)):
            pytest.fail("a damaged file was opened")
    file = zipped(tmp_path, {"posts.csv": CSV})
    locked = bytearray(file.read_bytes())
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in refusal(tmp_path, bytes(locked), "locked.zip")


BOMB_WORKBOOK: dict[str, str | bytes] = {"[Content_Types].xml": "", "xl/worksheets/sheet1.xml": b" " * 2_000_000}


def test_zip_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MIN_BOMB_BYTES", 100_000)
    content = b"id,text\n" + b"1,acme\n" * 2_000_000
    assert "as a zip bomb does" in refusal(tmp_path, gzip.compress(content))
    with pytest.raises(ImportFailed, match="as a zip bomb does"), open_rows(zipped(tmp_path, {"a.csv": content})):
        pass
    with pytest.raises(ImportFailed, match="as a zip bomb does"), open_rows(zipped(tmp_path, BOMB_WORKBOOK)):
        pass
    monkeypatch.setattr(containers, "BUFFER_BYTES", 4_096)
    assert "as a zip bomb does" in refusal(tmp_path, gzip.compress(content) + gzip.compress(os.urandom(500_000)))
    monkeypatch.setattr(containers, "MAX_DIRECTORY_BYTES", 1_000)
    many: dict[str, str | bytes] = {f"{n}.csv": "" for n in range(100)}
    with pytest.raises(ImportFailed, match="too many files"), open_rows(zipped(tmp_path, many)):
        pass


# Files that are no data


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (bytes(5_000), "contains nothing but NUL bytes"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        (b"<?xml version='1.0'?><posts/>", "is XML"),
        (b"PAR1....", "is a Parquet file"),
        (b'"id,text\n1,acme\n', "line 1: a quote is never closed"),
        (b"[]", "contains no JSON objects"),
        (b"[1, 2]", "line 1: is not a JSON object"),
    ],
)
def test_files_without_rows(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def test_a_header_without_rows(tmp_path: Path) -> None:
    assert read(tmp_path, "id,text\n") == []
    assert read(tmp_path, "id,text") == []


def test_directories_and_pipes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, said in ((".", "is a directory"), ("pipe", "not a regular file"), ("none", "No such file")):
        with pytest.raises(ImportFailed, match=said), open_rows(tmp_path / name):
            pass


def test_a_file_that_grows_is_read_up_to_its_first_size(tmp_path: Path) -> None:
    file = write(tmp_path, "id,text\n1,acme\n2,ac")
    with open_rows(file) as rows, file.open("a") as more:
        more.write("me\n3,acme\n")
        more.flush()
        found = list(rows)
    assert texts(found) == ["acme"]
    assert problems(found) == {3: "posts.csv grew while it was read; import it again to read its end"}


def test_a_file_that_becomes_shorter(tmp_path: Path) -> None:
    file = write(tmp_path, "id,text\n" + "1,acme\n" * 200_000)
    with open_rows(file) as rows:
        os.truncate(file, 100_000)
        with pytest.raises(ImportFailed, match="became shorter"):
            list(rows)


@given(data=st.binary(max_size=300), name=st.sampled_from(["p.csv", "p.json", "p.jsonl", "p.js", "p.xlsx", "p.zip"]))
def test_any_bytes_are_rows_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    for start in (b"", b"id,text\n", b'[{"text": "a"},', b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe"):
        with suppress(ImportFailed):
            read(folder, start + data, name)
