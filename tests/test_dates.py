"""Dates of imports, feeds and headers: every form that is read, and what is refused instead of guessed."""

# ruff: noqa: RUF001 - dates in the scripts that people write them in

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.dates import (
    AmbiguousOrder,
    AmbiguousZone,
    ContradictoryOrder,
    DateColumn,
    DateError,
    InvalidFormat,
    NotADate,
    OutOfRange,
    UnknownZone,
    parse_date,
    parse_with_format,
    resolve_zone,
    zone_abbreviations,
)
from monitor.dates.names import LANGUAGES
from monitor.feeds import dates as feed_dates
from monitor.feeds.http_caching import not_before
from monitor.http import retry_after
from monitor.http.rate_limit_status import parse_rate_limit
from tests.fakes import NOON

LONDON, BERLIN, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def process_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run with another time zone of the process, on which no date may depend."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


TWELVE_HOUR_CLOCK = """
02 Mar 2026 11:47 PM                  | 2026-03-02T23:47
Mar 2, 2026, 9:15:00 PM               | 2026-03-02T21:15
Mon, 02 Mar 2026 12:05:00 AM GMT      | 2026-03-02T00:05
Mon, 02 Mar 2026 11:15:00 PM GMT      | 2026-03-02T23:15
24-Nov-2026 11:47PM                   | 2026-11-24T23:47
2 Mar 2026 12:05 AM                   | 2026-03-02T00:05
2 Mar 2026 12:30 p.m.                 | 2026-03-02T12:30
2 mar 2026 3:05 a. m.                 | 2026-03-02T03:05
2026-03-02 09:15:00 PM                | 2026-03-02T21:15
Mar 2 2026 9am                        | 2026-03-02T09:00
March 2nd, 2026 at 9:15pm             | 2026-03-02T21:15
9:15 PM · Mar 2, 2026                 | 2026-03-02T21:15
3/14/2026 9:15p                       | 2026-03-14T21:15
2026年3月2日 下午 3:05                | 2026-03-02T15:05
2026年3月2日(月) 下午3:05             | 2026-03-02T15:05
2026年3月2日 午後3時5分               | 2026-03-02T15:05
2026년 3월 2일 오후 3:05              | 2026-03-02T15:05
2026. 3. 2. 오전 12:05                | 2026-03-02T00:05
2 Μαρτίου 2026 3:05 μ.μ.              | 2026-03-02T15:05
"""
ZONES = """
Mon, 02 Mar 2026 09:15:00 CET         | 2026-03-02T08:15
Mon, 02 Mar 2026 09:15:00 JST         | 2026-03-02T00:15
Mon, 02 Mar 2026 09:15:00 AEST        | 2026-03-01T23:15
Mon, 02 Mar 2026 09:15:00 EST         | 2026-03-02T14:15
Mon, 06 Jul 2026 09:15:00 BST         | 2026-07-06T08:15
Mon, 06 Jul 2026 09:15:00 EST         | 2026-07-06T14:15
Mon, 02 Mar 2026 09:15:00 CEST        | 2026-03-02T07:15
2026-03-02 09:15 PDT                  | 2026-03-02T16:15
2026-03-02 09:15 MSK                  | 2026-03-02T06:15
2026-03-02 09:15 BRT                  | 2026-03-02T12:15
2026-03-02 09:15 NZDT                 | 2026-03-01T20:15
2022-03-01 14:22:11 EST               | 2022-03-01T19:22:11
2021-01-30 12:01:05 Eastern Standard Time | 2021-01-30T17:01:05
2021-07-30 12:01:05 Eastern Daylight Time | 2021-07-30T16:01:05
2021-07-30 12:01:05 W. Europe Daylight Time | 2021-07-30T10:01:05
2021-07-30 12:01:05 Eastern Time      | 2021-07-30T16:01:05
2021-01-30 12:01:05 Mitteleuropäische Zeit | 2021-01-30T11:01:05
2026-03-02 09:15 (Coordinated Universal Time) | 2026-03-02T09:15
2026-03-02 09:15 (PST)                | 2026-03-02T17:15
2026-03-02 09:15 GMT+2                | 2026-03-02T07:15
2026-03-02 09:15 UTC-05:00            | 2026-03-02T14:15
2026-03-02 09:15 +0530                | 2026-03-02T03:45
2026-03-02T09:15:00Z                  | 2026-03-02T09:15
Mon, 02 Mar 2026 09:15:00 -0000       | 2026-03-02T09:15
Mon, 02 Mar 2026 09:15:00 -0500 (EST) | 2026-03-02T14:15
Mon Mar 02 2026 09:15:00 GMT+0100 (Central European Standard Time) | 2026-03-02T08:15
2026-03-02 09:15:00 America/New_York  | 2026-03-02T14:15
2026-03-02T09:15:00+01:00[Europe/Berlin] | 2026-03-02T08:15
Mon Mar  2 09:15:00 CET 2026          | 2026-03-02T08:15
9:15 PM EST · Mar 2, 2026             | 2026-03-03T02:15
02 Mar 2026 CET                       | 2026-03-01T23:00
2026-03-02+01:00                      | 2026-03-01T23:00
"""
OTHER_LANGUAGES = """
sam., 28 nov. 2026                    | 2026-11-28
Sa, 28 Nov 2026                       | 2026-11-28
28. März 2026 14:05                   | 2026-03-28T14:05
28. maerz 2026 14:05                  | 2026-03-28T14:05
28. Marz 2026                         | 2026-03-28
Montag, 2. März 2026 um 14:05 Uhr     | 2026-03-02T14:05
2 de marzo de 2026 a las 9:15         | 2026-03-02T09:15
2 de março de 2026 às 14h05           | 2026-03-02T14:05
mar. 3 mars 2026 à 9h15               | 2026-03-03T09:15
mar, 3 mar 2026 9:15                  | 2026-03-03T09:15
1er décembre 2026                     | 2026-12-01
1 dec. 2026                           | 2026-12-01
mån 2 mars 2026 kl. 14:05             | 2026-03-02T14:05
tirsdag d. 3. marts 2026 kl. 14.05    | 2026-03-03T14:05
28. marraskuuta 2026 klo 14.05        | 2026-11-28T14:05
28 listopada 2026 r.                  | 2026-11-28
28. listopadu 2026                    | 2026-11-28
28 ноября 2026 г. в 14:05             | 2026-11-28T14:05
сб, 28 ноя 2026 14:05:00              | 2026-11-28T14:05
5 сен 2026 10:00 +0000                | 2026-09-05T10:00
5 гру 2026                            | 2026-12-05
2 березня 2026 р., 09:15              | 2026-03-02T09:15
28 Kasım 2026 Cumartesi 14:05         | 2026-11-28T14:05
2 Μαρτίου 2026                        | 2026-03-02
28 mei 2026 14:05 MEZ                 | 2026-05-28T13:05
2026年3月2日 9時15分                  | 2026-03-02T09:15
２０２６年３月２日                    | 2026-03-02
٢٠٢٦-٠٣-٠٢                            | 2026-03-02
"""
NUMBERS = """
20260302                              | 2026-03-02
20260302T091500Z                      | 2026-03-02T09:15
20260302091500                        | 2026-03-02T09:15
20260302091500.123                    | 2026-03-02T09:15:00.123
202603020915                          | 2026-03-02T09:15
20260302 09:15                        | 2026-03-02T09:15
1772442901                            | 2026-03-02T09:15:01
1772442901.5                          | 2026-03-02T09:15:01.500
1772442901123                         | 2026-03-02T09:15:01.123
1772442901123456                      | 2026-03-02T09:15:01.123456
1772442901123456789                   | 2026-03-02T09:15:01.123456
"""
OTHER_FORMS = """
Mon Mar 02 09:15:01 +0000 2026        | 2026-03-02T09:15:01
02.03.2026                            | 2026-03-02
02.03.2026 14.05.33                   | 2026-03-02T14:05:33
2026-03-02 09.15                      | 2026-03-02T09:15
2026/03/02                            | 2026-03-02
2026.03.02 9:15                       | 2026-03-02T09:15
2026:03:02 09:15:00                   | 2026-03-02T09:15
02/Mar/2026:09:15:00 +0000            | 2026-03-02T09:15
2026-03-02 09:15:00,123               | 2026-03-02T09:15:00.123
2026-03-02T09:15:00.123456789Z        | 2026-03-02T09:15:00.123456
2026-03-02 24:00                      | 2026-03-03
2026-03-02 23:59:60                   | 2026-03-03
Mon, 2 Mar 26 09:15:00 GMT            | 2026-03-02T09:15
02-MAR-26                             | 2026-03-02
3/14/26 9:15                          | 2026-03-14T09:15
02/02/2026                            | 2026-02-02
09/28/2026 18:12                      | 2026-09-28T17:12
2026-03-29 01:30                      | 2026-03-29T01:30
2026-10-25 01:30                      | 2026-10-25T00:30
1970-01-01T00:00:00Z                  | 1970-01-01
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(text.strip(), at.strip()) for line in table.strip().splitlines() for text, _, at in [line.partition("|")]]


@pytest.mark.parametrize(
    ("text", "at"),
    [pair for table in (TWELVE_HOUR_CLOCK, ZONES, OTHER_LANGUAGES, NUMBERS, OTHER_FORMS) for pair in pairs(table)],
)
def test_dates_that_are_read(text: str, at: str) -> None:
    """Without a zone they are times of London."""
    assert parse_date(text, zone=LONDON) == utc(at)
    assert parse_date(f"  {text.upper()}\t", zone=LONDON) == utc(at)


@pytest.mark.usefixtures("process_zone")
def test_no_date_depends_on_the_zone_of_the_process() -> None:
    for table in (TWELVE_HOUR_CLOCK, ZONES, OTHER_LANGUAGES, NUMBERS, OTHER_FORMS):
        for text, at in pairs(table):
            assert parse_date(text, zone=LONDON) == utc(at), text


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "3 hours ago", "now", "March", "Tuesday", "Mar 2026", "2 March", "10:15", "5", "12", "2026"),
        *("30 Feb 2026", "2026-02-30", "2026-13-01", "2026-03-02 25:00", "2026-03-02 09:61", "2 Mar 2026 13:05 AM"),
        *(
            "46083.385",
            "46083",
            "1.77244E+12",
            "2026-W10-1",
            "2026-061",
            "2026-03-02 09:15.5",
            "12345678",
            "2026030209",
            "9" * 20,
        ),
        *("2 Mar 2026 09:15 XYZ", "2 Mar 2026 09:15 +99:00", "2 Mar 2026 09:15 10:15", "Mar Apr 2026", "Lifetime"),
        *("2 Mar 2026 3 Mar 2026", "2026-03-02 x", "x 2026-03-02", "2/3", "100/03/2026", "2 Smarch 2026", "9 " * 300),
    ],
)
def test_what_is_not_one_complete_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate, match="is not recognised"):
        parse_date(text, zone=LONDON)
    with suppress(DateError):
        pytest.fail(str(parse_date(text, zone=LONDON, day_first=True)))


@pytest.mark.parametrize(
    "text", ["1969-12-31", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-10:00", "-5", "1/1/1900"]
)
def test_dates_out_of_range(text: str) -> None:
    with pytest.raises(OutOfRange, match="1970 to 9998"):
        parse_date(text, zone=LONDON)


@pytest.mark.parametrize("text", ["03/02/2026", "03-02-2026 09:15 am", "9:15 3/2/2026", "03/02/26", "26-03-02"])
def test_an_order_that_is_not_known_is_not_guessed(text: str) -> None:
    with pytest.raises(AmbiguousOrder, match="may come first"):
        parse_date(text, zone=LONDON)


@pytest.mark.parametrize(
    "text", ["03/02/2026 9:15", "03-02-2026 09:15 am", "9:15 3/2/2026", "03.02.2026 9:15", "3/2/26 9:15"]
)
def test_the_order_of_the_column_decides(text: str) -> None:
    assert parse_date(text, zone=LONDON, day_first=True) == utc("2026-02-03T09:15")
    assert parse_date(text, zone=LONDON, day_first=False) == utc("2026-03-02T09:15")


def test_a_date_that_contradicts_the_order_of_the_column_is_refused() -> None:
    with pytest.raises(NotADate, match="there is no month 28"):
        parse_date("09/28/2026", zone=LONDON, day_first=True)


def decide_order(values: list[str]) -> bool | None:
    column = DateColumn()
    for value in values:
        column.add(value)
    return column.result()


@pytest.mark.parametrize(
    ("values", "day_first"),
    [
        ([], None),
        (["2026-03-02", "", "Lifetime", "1772442901"], None),
        (["03/02/2026", "28/02/2026"], True),
        (["10/02/2026 07:05", "09/28/2026 18:12"], False),
        (["03-02-2026 09:15 am", "9:15 AM 03-28-2026"], False),
        (["02.03.2026"], True),
        (["02.03.2026", "03/28/2026"], False),
        (["02/02/2026"], None),
        (["2 Mar 2026", "Mon, 02 Mar 2026"], None),
        (["٢٨/٠٢/٢٠٢٦"], True),
    ],
)
def test_the_whole_column_decides_the_order(values: list[str], day_first: bool | None) -> None:
    assert decide_order(values) is day_first


def test_ascending_dates_are_no_evidence() -> None:
    with pytest.raises(AmbiguousOrder, match="01/02/2026"):
        decide_order(["01/02/2026", "02/02/2026", "03/02/2026"])


def test_a_column_with_both_orders_is_refused() -> None:
    with pytest.raises(ContradictoryOrder, match=r"'28/02/2026' .* '02/28/2026'"):
        decide_order(["01/02/2026", "28/02/2026", "02/28/2026"])


@pytest.mark.parametrize("name", ["IST", "CST", "AST", "GST", "Arabian Standard Time"])
def test_an_ambiguous_zone_is_not_guessed(name: str) -> None:
    text = f"Mon, 02 Mar 2026 09:15:00 {name}"
    with pytest.raises(AmbiguousZone, match=name):
        parse_date(text, zone=LONDON)
    assert parse_date(text, zone=LONDON, zone_names={name: timezone(timedelta(hours=1))}) == utc("2026-03-02T08:15")


def test_british_summer_time_is_not_stated_in_winter() -> None:
    with pytest.raises(AmbiguousZone, match="Bangladesh"):
        parse_date("Mon, 02 Mar 2026 09:15:00 BST", zone=LONDON)


def test_a_zone_that_the_user_names_says_what_its_abbreviation_means() -> None:
    names = zone_abbreviations(ZoneInfo("Asia/Kolkata"))
    assert parse_date("2 Mar 2026 09:15 IST", zone=LONDON, zone_names=names) == utc("2026-03-02T03:45")


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    with suppress(DateError):
        assert parse_date(text, zone=LONDON).tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "winter", "summer"),
    [
        ("Europe/Berlin", 1, 2),
        ("europe/berlin", 1, 2),
        ("UTC", 0, 0),
        ("gmt", 0, 0),
        ("Coordinated Universal Time", 0, 0),
        ("+05:30", 5.5, 5.5),
        ("UTC-5", -5, -5),
        ("GMT+2", 2, 2),
        ("PST", -8, -8),
        ("CET", 1, 2),
        ("ET", -5, -4),
        ("Eastern Time (US & Canada)", -5, -4),
        ("Eastern Standard Time", -5, -4),
        ("W. Europe Standard Time", 1, 2),
        ("Pacific Time", -8, -7),
        ("(UTC+01:00) W. Europe Standard Time", 1, 2),
    ],
)
def test_names_of_zones(name: str, winter: float, summer: float) -> None:
    zone = resolve_zone(name)
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    assert offsets == [timedelta(hours=winter), timedelta(hours=summer)]


def test_an_unknown_zone_has_suggestions() -> None:
    with pytest.raises(UnknownZone, match="Europe/Berlin"):
        resolve_zone("Berlin")
    with pytest.raises(UnknownZone, match="Did you mean 'Europe/London'"):
        resolve_zone("Europe/Londn")
    with pytest.raises(AmbiguousZone, match="India"):
        resolve_zone("IST")


@pytest.mark.parametrize(
    ("text", "date_format", "at"),
    [
        ("03/02/2026 18:12", "DD/MM/YYYY HH:mm", "2026-02-03T18:12"),
        ("03/02/2026 18:12", "dd/mm/yyyy HH:mm", "2026-02-03T18:12"),
        ("03/02/2026 18:12", "DD/MM/YYYY HH:MM", "2026-02-03T18:12"),
        ("03-02-2026 09:15 pm", "MM-DD-YYYY hh:mm A", "2026-03-02T21:15"),
        ("3/2/26", "M/D/YY", "2026-03-02"),
        ("26-03-02", "YY-MM-DD", "2026-03-02"),
        ("2 März 2026", "D MMMM YYYY", "2026-03-02"),
        ("02 mars 2026 09:15:30", "DD MMM YYYY HH:mm:ss", "2026-03-02T09:15:30"),
        ("03/02/2026 18:12", "%d/%m/%Y %H:%M", "2026-02-03T18:12"),
        ("03/02/2026 18:12 +0100", "%d/%m/%Y %H:%M %z", "2026-02-03T17:12"),
        ("03/02/2026 18:12 EST", "DD/MM/YYYY HH:mm z", "2026-02-03T23:12"),
        ("03.02.2026T18:12:01.250", "DD.MM.YYYYTHH:mm:ss.SSS", "2026-02-03T18:12:01.250"),
        ("07/06/2026", "DD/MM/YYYY", "2026-06-06T23:00"),
    ],
)
def test_a_format_of_the_user(text: str, date_format: str, at: str) -> None:
    assert parse_with_format(text, date_format, LONDON) == utc(at)


@pytest.mark.parametrize(
    ("date_format", "problem"),
    [
        ("", "no year"),
        ("DD/MM", "no year"),
        ("YYYY", "no month"),
        ("%Y-%m", "no day"),
        ("MM/DD/YYYY HH:mm A", "written hh"),
        ("%d/%m/%Y %I:%M", "needs an"),
        ("%c", "no year"),
        ("%d/%m/%Y %X", "%X is not accepted"),
        ("%d/%m/%Y %Q", "bad directive"),
        ("day/month/year", "means nothing"),
        ("%Z %d/%m/%Y", "only at the end"),
    ],
)
def test_a_format_that_is_not_usable(date_format: str, problem: str) -> None:
    with pytest.raises(InvalidFormat, match=problem):
        parse_with_format("03/02/2026", date_format, LONDON)


def test_text_that_does_not_have_the_format() -> None:
    with pytest.raises(NotADate, match="DD/MM/YYYY"):
        parse_with_format("2026-02-03", "DD/MM/YYYY", LONDON)
    with pytest.raises(OutOfRange):
        parse_with_format("01/01/1900", "DD/MM/YYYY", LONDON)


@given(st.text(max_size=30), st.text(max_size=30))
@example("1", "%")
@example("1", "%-d %m %Y")
def test_any_format_is_usable_or_an_error(text: str, date_format: str) -> None:
    with suppress(DateError):
        assert parse_with_format(text, date_format, LONDON).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Mon, 02 Mar 2026 11:15:00 PM GMT", "2026-03-02T23:15"),
        ("Mon, 02 Mar 2026 09:15:00 IST", "2026-03-02T03:45"),
        ("Mon, 02 Mar 2026 09:15:00 CST", "2026-03-02T15:15"),
        ("Mon, 02 Mar 2026 09:15:00 CET", "2026-03-02T08:15"),
        ("Mon, 02 Mar 2026 09:15:00 JST", "2026-03-02T00:15"),
        ("Mon, 02 Mar 2026 09:15:00 AEST", "2026-03-01T23:15"),
        ("sam., 28 nov. 2026", "2026-11-28"),
        ("Sa, 28 Nov 2026", "2026-11-28"),
        ("03/02/2026 09:15", "2026-02-03T09:15"),
        ("02/28/2026 09:15", "2026-02-28T09:15"),
        ("2026-03", "2026-03-01"),
    ],
)
def test_dates_of_feeds(text: str, at: str) -> None:
    assert feed_dates.parse_date(text) == utc(at).timestamp()


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00Z", "26-03-02", "Mon, 02 Mar 2026 09:15 XYZ"])
def test_other_dates_of_feeds_are_none(text: str) -> None:
    assert feed_dates.parse_date(text) is None


@pytest.mark.usefixtures("process_zone")
@pytest.mark.parametrize(
    "text",
    [
        "Wed, 04 Mar 2026 12:24:00 -0000",
        "Wed, 04 Mar 2026 12:24:00 GMT",
        "Wed Mar  4 12:24:00 2026",
        "2026-03-04 12:24",
    ],
)
def test_dates_in_headers_do_not_depend_on_the_zone_of_the_process(text: str) -> None:
    at = NOON + timedelta(minutes=24)
    assert retry_after(text, NOON) == at
    assert not_before({"Expires": text}, 0, NOON) == at
    status = parse_rate_limit({"x-ratelimit-remaining": "1", "x-ratelimit-reset": text}, NOON)
    assert status is not None
    assert status.resets_at == at


ROUND_TRIP_FORMATS = [
    f"{day}{clock}"
    for day in (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%d %b %Y",
        "%b %d, %Y",
        "%A, %d %B %Y",
        "%d-%b-%Y",
        "%a, %d %b %Y",
        "%d/%m/%Y",
        "%d.%m.%Y",
    )
    for clock in (" %H:%M:%S.%f%z", " %H:%M:%S %z", ", %H:%M %z", " %I:%M:%S %p %z", " at %I:%M%p GMT%z")
] + [
    "%Y%m%dT%H%M%S",
    "%Y%m%d%H%M",
    "%Y.%m.%d %H:%M",
    "%a %b %d %H:%M:%S %z %Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%I:%M %p · %b %d, %Y",
]
OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30))


@given(st.sampled_from(ROUND_TRIP_FORMATS), st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)), OFFSETS)
def test_what_a_format_writes_is_read_again(date_format: str, at: datetime, offset: timezone) -> None:
    """As precisely as the format writes it."""
    at = at.replace(tzinfo=offset, microsecond=at.microsecond if "%f" in date_format else 0)
    at = at if "%S" in date_format else at.replace(second=0)
    text = at.strftime(date_format)
    assert parse_date(text, zone=offset, day_first=True) == at
    if "GMT" not in date_format:
        assert parse_with_format(text, date_format, offset) == at


@given(INSTANTS, st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))
def test_a_local_time_is_that_of_its_zone(at: datetime, name: str) -> None:
    """The first of two equal times."""
    zone = ZoneInfo(name)
    assert parse_date(f"{at.isoformat(' ')} {name}", zone=UTC) == at.replace(tzinfo=zone).astimezone(UTC)
    assert parse_date(at.isoformat(), zone=zone) == at.replace(tzinfo=zone).astimezone(UTC)


@given(INSTANTS)
def test_numbers_since_1970_in_every_unit(at: datetime) -> None:
    at = at.replace(tzinfo=UTC)
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    for unit, digits in ((10**6, 10), (10**3, 13), (1, 16)):
        text = str(micros // unit)
        if len(text) == digits and not text.startswith(("19", "20")):
            assert parse_date(text, zone=LONDON) == at - timedelta(microseconds=micros % unit)


def test_no_two_languages_disagree_about_the_name_of_a_month() -> None:
    for language in (*LANGUAGES, "en"):
        for width in ("abbreviated", "wide"):
            for number, name in Locale.parse(language).months["format"][width].items():
                if not any(char.isdigit() for char in name) and len(name.split()) == 1:
                    text = f"17 {name} 2026"
                    assert parse_date(text, zone=UTC) == datetime(2026, number, 17, tzinfo=UTC), (language, text)
