"""The README, the pages in docs/ and the shipped configs match the program."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from display.cli.dependencies import options_model
from display.cli.main import cli
from monitor import query, sources
from monitor.config import Config, load
from monitor.config.tables import FileTables
from monitor.config.validation import keys_at
from monitor.model import Answer, Brand, Health, Post, Sentiment
from monitor.quality import BANDS, CALLED, LANGUAGE_MODEL, RULES, WITH_LANGUAGE_MODEL, Confusion, Interval, Strength
from monitor.query.examples import EXAMPLES, FIELD_EXAMPLES
from monitor.query.matcher import Matcher
from monitor.text.language_codes import language_name
from tests.fakes import NOON

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
}
"""Path from the project's folder -> text."""
MAX_README_WORDS = 900
BRAND = '[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'
MINIMAL_TABLES = {
    "languages": "[languages]\n",
    "models": "[models]\n",
    "wallflower": "[wallflower]\n",
    "server": "[server]\n",
    "backup": "[backup]\n",
    "brands": '[[brands]]\nname = "Globex"\nrule = "globex"\n',
    "sources": '[[sources]]\nkind = "sample"\nname = "Sample"\n',
    "topics": '[[topics]]\nname = "delivery"\nrule = "parcel"\n',
    "walls": '[[walls]]\nname = "office"\n',
    "sign_in": "[sign_in]\n",
    "sign_in.oidc": '[sign_in.oidc]\nissuer = "https://login.example"\nclient_id = "wallflower"\n',
    "sign_in.header": '[sign_in.header]\nname = "X-Remote-User"\naddresses = ["10.0.0.7"]\n',
    "sign_in.roles": "[sign_in.roles]\n",
}
"""Table -> the table with its required keys."""
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """One text in the table of the rule language."""

    rule: str
    text: str
    found: bool


def section(document: str, title: str) -> str:
    found = re.search(rf"^##? {re.escape(title)}\n(.*?)(?=^## |\Z)", DOCUMENTS[document], re.MULTILINE | re.DOTALL)
    assert found, f"{document} has no section {title!r}"
    return found[1]


def rows(document: str, title: str) -> list[list[str]]:
    """The cells of the first table in a section, without its head."""
    return tables(document, title)[0]


def tables(document: str, title: str) -> list[list[list[str]]]:
    """The same for each table in a section."""
    found = re.findall(r"(?:^\|.*\n)+", section(document, title), re.MULTILINE)
    assert found, f"{document} has no table in {title!r}"
    return [[[cell.strip() for cell in line[1:-1].split("|")] for line in lines.splitlines()[2:]] for lines in found]


def blocks(language: str) -> list[str]:
    """The code blocks of that language in all documents, without their indentation."""
    return [
        "\n".join(line.removeprefix(m[1]) for line in m[3].splitlines())
        for text in DOCUMENTS.values()
        for m in FENCED.finditer(text)
        if m[2] == language
    ]


def code() -> Iterator[str]:
    """Every piece of inline code in the documents, and each line of their shell blocks."""
    for text in DOCUMENTS.values():
        yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", FENCED.sub("", text))
    for block in blocks("sh"):
        yield from (line.partition("#")[0].strip() for line in block.splitlines())


def commands() -> list[str]:
    found = {c.removeprefix(".venv/bin/") for c in code() if re.match(r"(\.venv/bin/)?wallflower [a-z]", c)}
    return sorted(c for c in found if "COMMAND" not in c)


@cache
def examples() -> list[Example]:
    """The texts in quotes; a cell that describes its meaning in words contains none."""
    quoted = re.compile(r'"[^"]+"(?:, "[^"]+")*')
    return [
        Example(rule, text, found)
        for write, _, *cells in rows("docs/rules.md", "The rule language")
        for rule in re.findall(r"`([^`]+)`", write)
        for cell, found in zip(cells, (True, False), strict=True)
        if quoted.fullmatch(cell)
        for text in re.findall(r'"([^"]+)"', cell)
    ]


def uncommented(config: str) -> str:
    """A config with its commented tables and keys activated; prose is not TOML and stays a comment."""
    return "\n".join(
        line[2:] if re.match(r"# \S", line) and is_toml(line[2:]) else line for line in config.splitlines()
    )


def is_toml(line: str) -> bool:
    try:
        return bool(tomllib.loads(line))
    except tomllib.TOMLDecodeError:
        return False


@pytest.mark.parametrize("line", commands())
def test_every_command_exists_with_its_options(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command: click.Command = cli.commands[name]
    if isinstance(command, click.Group) and arguments:
        command = command.commands[arguments.pop(0)]
    options = {opt for p in command.params for opt in p.opts if isinstance(p, click.Option)}
    assert {a for a in arguments if a.startswith("--")} <= options


def test_the_documents_show_every_command() -> None:
    assert {line.split()[1] for line in commands()} >= set(cli.commands)


def test_the_readme_is_short() -> None:
    assert len(DOCUMENTS["README.md"].split()) <= MAX_README_WORDS


@pytest.mark.parametrize("target", sorted({c.split()[1] for c in code() if re.fullmatch(r"make \w+", c)}))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_config_reference_matches_the_config(tmp_path: Path) -> None:
    documented: dict[str, dict[str, str]] = {}
    table = ""
    for first, _what, default in rows("docs/config.md", "Reference"):
        *heads, key = re.findall(r"`([^`]+)`", first)
        table = heads[0].strip("[]") if heads else table
        documented.setdefault(table, {})[key] = default.strip("`")
    inner = {name.rpartition(".")[2] for name in MINIMAL_TABLES if "." in name}
    assert {table: set(keys) for table, keys in documented.items()} == {
        table: set(keys_at(FileTables, table.split("."))) - (inner if table == "sign_in" else set())
        for table in MINIMAL_TABLES
    }
    for table, keys in documented.items():
        for key, default in keys.items():
            if default:
                assert config_of(table, f"{key} = {default}", tmp_path) == config_of(table, "", tmp_path), key


def config_of(table: str, line: str, folder: Path) -> Config:
    """A minimal config with ``line`` added to ``table``."""
    file = folder / "config.toml"
    file.write_text(f"{BRAND}{MINIMAL_TABLES[table]}{line}\n", encoding="utf-8")
    return load(file, options_model, sources.kinds())


@pytest.mark.parametrize("block", blocks("toml"))
def test_every_toml_block_loads(block: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(block if "[[brands]]" in block else BRAND + block, encoding="utf-8")
    load(file, options_model, sources.kinds()).check()


@pytest.mark.parametrize("name", ["config.toml", "demo.toml"])
def test_the_shipped_configs_load_with_and_without_what_they_offer_in_comments(name: str, tmp_path: Path) -> None:
    shipped = (ROOT / name).read_text(encoding="utf-8")
    for text in (shipped, uncommented(shipped)):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        config = load(file, options_model, sources.kinds())
        # Made-up posts are not read beside the sources in the comments.
        assert all(source.kind == "sample" for source in config.sources if source.problems)
        assert len([source for source in config.sources if not source.problems]) == max(len(config.sources) - 1, 1)
        assert [brand.name for brand in config.brands] == ["Acme", "Globex", "Initech"]
        assert config.sources[0].kind == "sample"


def test_the_shipped_config_offers_a_feed() -> None:
    kinds = [table["kind"] for table in tomllib.loads(uncommented((ROOT / "config.toml").read_text()))["sources"]]
    assert kinds.count("feed") >= 1


def test_the_rule_language_has_examples_of_both_kinds() -> None:
    assert len([e for e in examples() if e.found]) >= 10
    assert len([e for e in examples() if not e.found]) >= 10


@pytest.mark.parametrize("example", examples(), ids=lambda e: f"{e.rule} {'in' if e.found else 'not in'} {e.text}")
def test_every_row_of_the_rule_language_is_true(example: Example) -> None:
    rule = query.parse(example.rule)
    assert rule.matches(query.Document(example.text)) is example.found
    post = Post("Forum", "1", text=example.text, published_at=NOON)
    assert bool(Matcher([Brand("Acme", example.rule)]).match([post])[0]) is example.found


def test_the_table_of_the_language_has_the_examples_of_the_help_page() -> None:
    def quoted(texts: tuple[str, ...]) -> str:
        return ", ".join(f'"{text}"' for text in texts)

    expected = [[f"`{e.query}`", e.meaning, quoted(e.finds), quoted(e.misses)] for e in EXAMPLES]
    expected += [[f"`{e.query}`", e.meaning, "", ""] for e in FIELD_EXAMPLES.values()]
    assert rows("docs/rules.md", "The rule language") == expected


@pytest.mark.parametrize(
    "rule", [r for write, *_ in rows("docs/rules.md", "The rule language") for r in re.findall(r"`([^`]+)`", write)]
)
def test_every_rule_of_the_table_can_be_read(rule: str) -> None:
    assert query.parse(rule).text == rule


def test_every_kind_has_its_row() -> None:
    table = rows("docs/sources.md", "Sources")
    documented = {kind.strip("`"): (what, set(re.findall(r"`(\w+)`", keys))) for kind, what, keys in table}
    assert sorted(documented) == sources.kinds()
    for kind, (what, keys) in documented.items():
        module = sources.load(kind)
        assert what == (module.__doc__ or "").splitlines()[0]
        assert keys == set(module.Options.model_fields) - {"name"}, kind


def test_every_health_is_documented() -> None:
    documented = [health for health, _ in rows("docs/operations.md", "Sources")]
    assert documented == [health.value for health in Health]


def anchors(text: str) -> set[str]:
    """The fragment of each heading, as GitHub forms it."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_links_lead_to_a_file_and_a_heading(document: str) -> None:
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)]+)\)", FENCED.sub("", DOCUMENTS[document])):
        path, _, fragment = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.exists(), f"{document} links to {link}"
        if fragment:
            assert fragment in anchors(target.read_text(encoding="utf-8")), f"{document} links to {link}"


def test_every_page_of_the_documentation_is_linked_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)", DOCUMENTS["README.md"]))
    assert {name for name in DOCUMENTS if name != "README.md"} <= linked


def test_every_dependency_is_in_the_list_of_licences() -> None:
    listed = re.findall(r"^\| ([\w.@/-]+) \|", DOCUMENTS["THIRD_PARTY_LICENSES.md"], re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {Requirement(line).name for line in project["dependencies"]}
    packages = json.loads((ROOT / "display/web/package.json").read_text(encoding="utf-8"))
    needed |= set(packages["dependencies"])
    assert {canonicalize_name(name) for name in needed} <= {canonicalize_name(name) for name in listed}


# How often judgements are wrong: the pages state what ``monitor/quality/public_figures.py`` contains


STRENGTHS = {strength.value for strength in Strength}


def shown_table(document: str, title: str) -> dict[str, list[float]]:
    """Sign -> what people said of posts shown with it, in per cent: positive, neutral, negative."""
    table = [row for table in tables(document, title) for row in table if row[0] in CALLED]
    return {sign: [float(cell.partition(" ")[0]) for cell in cells] for sign, *cells in table}


def percentages(confusion: Confusion) -> dict[str, list[float]]:
    """The same by the counts. Unscored posts are shown as neutral there."""
    shown = {}
    for sign in CALLED:
        signs = (sign, Sentiment.UNSCORED) if sign is Sentiment.NEUTRAL else (sign,)
        n = sum(confusion.n(one) for one in signs)
        said = (Answer.POSITIVE, Answer.NEUTRAL, Answer.NEGATIVE)
        shown[sign.value] = [100 * sum(confusion.n(one, answer) for one in signs) / n for answer in said]
    return shown


@pytest.mark.parametrize(
    ("document", "title", "confusion"),
    [
        ("docs/sentiment.md", "How often scores are wrong", RULES.confusion),
        ("docs/languages.md", "How far it can be trusted", WITH_LANGUAGE_MODEL.confusion),
    ],
)
def test_the_figures_on_pages_are_those_of_the_documents(document: str, title: str, confusion: Confusion) -> None:
    """After a change of rules: copy the counts that the benchmark prints into the code, then correct the table."""
    expected = percentages(confusion)
    assert shown_table(document, title) == {
        sign: [pytest.approx(share, abs=0.51) for share in shares] for sign, shares in expected.items()
    }
    assert f"{confusion.n():,}" in section(document, title)


def test_the_figures_by_strength_are_those_of_the_document() -> None:
    every = [row for table in tables("docs/sentiment.md", "How often scores are wrong") for row in table]
    shown = {cells[0].partition(",")[0]: cells[1:] for cells in every if cells[0].partition(",")[0] in STRENGTHS}
    assert shown == {
        strength.value: [
            per_cent(RULES.by_strength[strength].wrong(called)) if (called, strength) in BANDS else ""
            for called in (Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.NEUTRAL)
        ]
        for strength in Strength
    }


def per_cent(share: Interval) -> str:
    return f"{100 * share.value:.0f} ({100 * share.low:.0f} to {100 * share.high:.0f})"


def test_the_figures_of_other_languages_are_those_of_the_document() -> None:
    every = [row for table in tables("docs/languages.md", "How far it can be trusted") for row in table]
    table = {name: cells for name, *cells in every if len(cells) == 2}
    expected = {}
    for code, figures in LANGUAGE_MODEL.items():
        wrong = [figures.confusion.wrong(sign) for sign in (Sentiment.NEGATIVE, Sentiment.POSITIVE)]
        expected[language_name(code)] = [per_cent(one) for one in wrong]
    assert {name: table[name] for name in expected} == expected
