"""Small exports that were read wrongly once, each with what is right. They are not part of the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.collector import Judge
from monitor.collector.importing import ImportFailed, ImportPlan, Summary, run_import
from monitor.model import Brand, MentionFilter, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from tests.fakes import FakeClock
from tests.import_setup import AFTER_ALL_EXAMPLES, read_posts

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "import"
BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))

Read = Callable[..., tuple[list[Post], Summary]]


@pytest.fixture
def read() -> Read:
    """Reads a case by name."""
    if not CASES.is_dir():
        pytest.skip("needs ../shared/cases: examples that are not part of the project")

    def read_case(name: str, **options: object) -> tuple[list[Post], Summary]:
        return read_posts(ImportPlan(CASES / name, "Old", "", UTC, "rules", **options))  # type: ignore[arg-type]

    return read_case


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened.register_brands(BRANDS, AFTER_ALL_EXAMPLES)
    yield opened
    opened.close()


def times(posts: list[Post]) -> list[str]:
    return [f"{post.published_at:%Y-%m-%d %H:%M}" for post in posts]


@pytest.mark.parametrize(
    ("name", "layout", "posts", "first"),
    [
        (
            "brandwatch-mentions.csv",
            "brandwatch",
            3,
            ("2026-03-02 09:15", "rider_one", "Still waiting for Acme to answer"),
        ),
        ("meltwater-2022.csv", "meltwater", 2, ("2026-08-24 23:47", "A. Writer", "The maker Acme said on Monday")),
        ("meltwater-2022-utf8.csv", "meltwater", 2, ("2026-08-24 23:47", "A. Writer", "The maker Acme")),
        ("sprinklr.csv", "sprinklr", 2, ("2026-03-02 09:15", "rider_one", "Acme app keeps crashing")),
        ("hootsuite-inbox.csv", "hootsuite", 2, ("2026-03-02 09:15", "@rider_one", "Acme please help")),
        ("awario.csv", "awario", 2, ("2026-03-02 09:15", "@rider_one", "Acme is late again")),
        ("talkwalker.csv", "talkwalker", 2, ("2026-03-02 09:59", "Rider One", "Acme again late")),
        ("talkwalker-semicolon.csv", "talkwalker", 2, ("2026-03-02 09:59", "Rider One", "Acme again late; with")),
        ("apify-tweets.json", "apify", 1, ("2026-03-02 09:15", "rider_one", "Acme is late")),
        ("apify-tweets.jsonl", "apify", 1, ("2026-03-02 09:15", "rider_one", "Acme is late")),
        ("snscrape.jsonl", "snscrape", 3, ("2023-01-30 12:01", "rider_one", "Acme bike stolen 0 https://t.co/x")),
        ("tweets.js", "x-archive", 2, ("2026-03-02 09:15", "", "Acme &amp; friends")),
        ("twint-cet.csv", "twint", 2, ("2021-01-30 11:01", "rider_one", "Acme bike stolen")),
        ("twint-windows.csv", "twint", 1, ("2021-01-30 17:01", "rider_one", "Acme bike stolen")),
        ("meta-business-suite.csv", "meta", 2, ("2026-09-28 18:12", "Acme Bikes", "An autumn favourite is back!")),
        ("play-console-reviews.csv", "play-console", 2, ("2026-03-02 09:15", "", "Acme app crashes")),
        ("play-console-reviews-utf8.csv", "play-console", 2, ("2026-03-02 09:15", "", "Acme app crashes")),
        ("reddit-comments.csv", "reddit-comments", 2, ("2026-03-02 09:15", "", "Acme sent the wrong part twice")),
        ("reddit-posts.csv", "reddit-posts", 2, ("2026-03-02 09:15", "", "")),
        ("crowdtangle.csv", "crowdtangle", 1, ("2022-03-01 19:22", "Acme Riders", "Acme raised prices again")),
        ("sprout-inbox-400-of-2025.csv", "sprout", 400, ("2025-01-01 00:00", "@rider0", "Acme please help")),
        ("excel-ids.csv", "", 6, ("2026-03-02 09:10", "rider0", "Acme post number 0")),
        ("excel-ids-formula.csv", "", 3, ("2026-03-02 09:10", "rider0", "Acme post number 0")),
        ("excel-sep.csv", "", 2, ("2026-03-02 09:15", "rider", "Acme is late")),
        ("excel-cp1252.csv", "", 2, ("2026-03-02 09:15", "Zo\u00eb", "Acme\u2019s caf\u00e9 \u2013 great")),
        ("dup-headers.csv", "", 2, ("2026-03-02 00:00", "", "Acme original text")),
        ("ampm-dates.csv", "", 4, ("2026-03-02 23:47", "a", "Acme one")),
        ("compact-dates.csv", "", 2, ("2026-03-02 00:00", "a", "Acme one")),
    ],
)
def test_a_file_is_read_without_options(
    read: Read, name: str, layout: str, posts: int, first: tuple[str, str, str]
) -> None:
    found, summary = read(name)
    assert (len(found), summary.refused) == (posts, 0)
    assert (summary.columns.layout.name if summary.columns.layout else "") == layout
    time, author, text = first
    assert (times(found)[0], found[0].author) == (time, author)
    assert found[0].text.startswith(text)


def test_ids_are_exact_or_not_used(read: Read) -> None:
    rounded, summary = read("excel-ids.csv")
    assert len({post.external_id for post in rounded}) == 6
    assert 'A spreadsheet rounded the numbers in "id"' in "\n".join(summary.notes)
    exact, _ = read("excel-ids-formula.csv")
    assert [post.external_id for post in exact] == [f"12215800000000000{n}" for n in range(3)]


def test_all_posts_of_the_inbox_are_of_their_year(read: Read) -> None:
    posts, _ = read("sprout-inbox-400-of-2025.csv")
    assert {post.published_at.year for post in posts} == {2025}
    assert len({post.published_at.month for post in posts}) > 6


def test_an_order_that_no_value_decides_is_asked_for(read: Read) -> None:
    with pytest.raises(
        ImportFailed, match=r"'03-02-2026 09:15 am', '03-02-2026 02:15 pm'.* --date-format day-first or"
    ):
        read("sprout-inbox.csv")
    assert times(read("sprout-inbox.csv", date_format="day-first")[0])[0] == "2026-02-03 09:15"
    assert times(read("sprout-inbox.csv", date_format="month-first")[0])[1] == "2026-03-02 14:15"
    assert times(read("sprout-inbox.csv", date_format="DD-MM-YYYY hh:mm A")[0])[0] == "2026-02-03 09:15"


def test_a_time_zone_with_several_meanings_is_asked_for(read: Read) -> None:
    with pytest.raises(ImportFailed, match=r"09:15:00 IST'.*India.*Israel.*Ireland.*--timezone IST=Asia/Kolkata"):
        read("zone-names.csv")
    posts, _ = read("zone-names.csv", zone_names={"IST": ZoneInfo("Asia/Kolkata")})
    assert [time[-5:] for time in times(posts)] == ["08:15", "03:45", "00:15", "08:15", "14:15"]


def test_the_month_comes_first_if_any_value_says_so(read: Read) -> None:
    assert times(read("meta-business-suite.csv")[0]) == ["2026-09-28 18:12", "2026-10-02 07:05"]


def test_the_clock_has_twelve_hours(read: Read) -> None:
    assert [time[-5:] for time in times(read("ampm-dates.csv")[0])] == ["23:47", "21:15", "23:47", "00:05"]


def test_reviews_have_stars_and_a_rating_without_text_is_counted(read: Read) -> None:
    posts, summary = read("play-console-reviews.csv")
    assert ([post.stars for post in posts], summary.ratings) == ([1, 5], 1)


def test_links_are_permalinks_and_removed_comments_are_counted(read: Read) -> None:
    comments, summary = read("reddit-comments.csv")
    assert [post.url[-5:] for post in comments] == ["/kx1/", "/kx3/"]
    assert summary.removed == 1
    assert read("reddit-posts.csv")[0][0].url == "https://www.reddit.com/r/cycling/comments/p1/x/"


def test_another_map_duplicates_nothing(read: Read, store: Store) -> None:
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS))
    for mapping in ("", "published=Post Created", "author="):
        plan = ImportPlan(CASES / "crowdtangle-2.csv", "Old", mapping, UTC, "rules")
        run_import(plan, judge, store, FakeClock(datetime(2026, 12, 1, tzinfo=UTC)))
    assert len(list(store.export(MentionFilter()))) == 2
