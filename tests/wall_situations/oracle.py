"""Says what is not true on a wall, by the rows of its database. It shares no code with the wall."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from monitor.model import Health, SourceStatus
from tests.wall_situations.rows import Row, Rows
from tests.wall_situations.scene import Scene
from tests.wall_situations.texts import headline_of, proof_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
IN_LAST_HOUR = re.compile(r"(?:([\d.,\u202f]+)|No|Keine|Aucune) (?:mention|Erwähnung)")
USUALLY = re.compile(r"usually (\d+|none)\.")
TOPIC = re.compile(r"(mostly|often) about (.+?)\.")
UNPOLLED = (Health.PAUSED, Health.NEEDS_KEY, Health.SPENT)


class Truth:
    """A scene, its rows, and the document of its wall."""

    def __init__(self, scene: Scene, state: dict[str, Any]) -> None:
        self.scene, self.state, self.now = scene, state, scene.now
        self.rows = Rows(scene.path)
        self.end = scene.now.replace(microsecond=0) + timedelta(seconds=1)
        names = scene.wall.brands or tuple(b.name for b in scene.brands)
        self.brands = [b for b in scene.brands if b.name in names]
        self.leads = [b.name for b in self.brands if b.ours] or [names[0]]
        self.statuses = {s.source: s for s in scene.store.statuses()}
        self.headline = headline_of(state).replace("\u00a0", " ")

    def faults(self) -> list[str]:
        """Everything that is not true; [] if all is."""
        checks: tuple[Callable[[], Iterator[str]], ...] = (
            *(self.hour, self.usual, self.topic, self.elsewhere, self.bars, self.shares, self.moods, self.head),
            *(self.voices, self.liveness, self.hidden, self.topics, self.incident),
        )
        return [fault for check in checks for fault in check()]

    @property
    def last_hour(self) -> list[Row]:
        """The mentions of the last hour."""
        return self.rows.between(self.end - HOUR, self.end, self.leads)

    # The headline

    def hour(self) -> Iterator[str]:
        """The number of mentions in the last hour."""
        said = IN_LAST_HOUR.search(self.headline)
        if said and self.state["kind"] not in ("incident", "not live") and "Over" not in self.headline:
            n = int(re.sub(r"\D", "", said[1] or "0"))
            if n != len(self.last_hour):
                yield f"{self.headline} - {len(self.last_hour)} in the last hour"

    def usual(self) -> Iterator[str]:
        """What is usual for this hour: the median of the same hour on days of the same kind."""
        local = self.now.astimezone(self.scene.config.timezone)
        counts = []
        for days in range(1, 29):
            then = self.end - days * DAY
            is_same = (then.astimezone(local.tzinfo).weekday() >= 5) == (local.weekday() >= 5)
            if is_same and any(row.published < then - HOUR for row in self.rows.counted):
                counts.append(len(self.rows.between(then - HOUR, then, self.leads)))
        said = USUALLY.search(self.headline)
        if said and abs(int(said[1].replace("none", "0")) - median(counts or [0])) > 1:
            yield f"{self.headline} - the median is {median(counts or [0])}"
        calm = [n for n in counts if abs(n - len(self.last_hour)) <= 1]
        if "usual for" in self.headline and len(calm) < len(counts) / 2:
            yield f"{self.headline} - usually {counts}"

    def topic(self) -> Iterator[str]:
        """How many mentions are about the topic of the headline."""
        said, hour = TOPIC.search(self.headline), self.last_hour
        if said:
            share = sum(said[2].casefold() in row.text.casefold() for row in hour) / len(hour)
            if (said[1] == "mostly") != (share > 0.5) or share < 0.25:
                yield f"{self.headline} - {share:.0%}"

    def elsewhere(self) -> Iterator[str]:
        """No mention elsewhere is one of a source that is not read."""
        unread = {name for name in self.scene.sources if not self.is_read(self.statuses.get(name))}
        if "elsewhere" in self.headline and any(row.source in unread for row in self.last_hour):
            yield f"{self.headline} - the hour holds mentions of {unread}"

    # The horizon and the board

    def bars(self) -> Iterator[str]:
        """Every bar, and its negative part."""
        for n, bar in enumerate(self.state["horizon"]["bars"]):
            start = self.end - DAY + n * 15 * MINUTE
            found = self.rows.between(start, start + 15 * MINUTE, self.leads)
            negative = sum(map(self.rows.is_negative, found))
            if bar["n"] is not None and (bar["n"], bar["negative"]) != (len(found), negative):
                yield f"bar {n}: {bar}, not {len(found)} and {negative}"

    def shares(self) -> Iterator[str]:
        """Shares: sorted, near the truth, and 100 per cent together."""
        rows = [row for row in self.state["board"]["rows"] if row["share"]]
        found = self.rows.between(self.end - WEEK, self.end, [b.name for b in self.brands])
        counts, shown = Counter(row.brand for row in found), {}
        for row in rows:
            names = [b.name for b in self.brands if b.name.startswith(row["brand"].removesuffix("…"))]
            n = counts[names[0]] if row["note"].split()[-1:] != ["brands"] else None
            shown[row["brand"]] = int(row["share"].replace("<1", "0"))
            if n is not None and abs(shown[row["brand"]] - 100 * n / max(len(found), 1)) >= 1:
                yield f"{row['brand']} {row['share']}% - {n} of {len(found)}"
            if row["share"] == "<1" and not n:
                yield f"{row['brand']} was not mentioned"
        if rows and sum(shown.values()) != 100 and "<1" not in [row["share"] for row in rows]:
            yield f"shares {shown}"

    def moods(self) -> Iterator[str]:
        """Notes in place of moods, and on which side of zero a mood lies."""
        unscored_notes = ("mostly unscored", "meist unbewertet", "surtout non notées")
        week = self.rows.between(self.end - WEEK, self.end)
        for row in self.state["board"]["rows"]:
            about = [r for r in week if r.brand.startswith(row["brand"].removesuffix("…"))]
            scored = [r for r in about if self.rows.is_scored(r)]
            if about and (row["note"] in unscored_notes) != (len(about) > 2 * len(scored)):
                yield f"{row['brand']}: {row['note']} - {len(scored)} of {len(about)} scored"
            if row["note"] == "no mentions" and about:
                yield f"{row['brand']} has {len(about)} mentions"
            if row["mood"] and len(scored) < 20:
                yield f"{row['brand']} has a mood of {len(scored)}"
            moods = Counter(r.sentiment for r in scored)
            opposite = {"positive": "negative", "negative": "positive"}.get(row["mark"])
            if opposite and moods[opposite] > 1.2 * moods[row["mark"]]:
                yield f"{row['brand']} is {row['mark']} - {moods}"

    def head(self) -> Iterator[str]:
        """What the board covers: since when its oldest mention is, and whether anything was read a week ago."""
        head, week = self.state["board"]["head"], self.rows.between(self.end - WEEK, self.end)
        begun = [at for name, at in self.scene.store.source_start_times().items() if name in self.scene.sources]
        if self.state["sample"]:
            return  # it begins with its first post
        if head.startswith("Since") and any(r.published < min(begun) - HOUR for r in week):
            yield f"{head} - it counts mentions of {min(r.published for r in week)}"
        imported = [r for r in week if r.added - r.published > DAY]
        if head == "Last 7 days" and not imported and min(begun, default=self.now) > self.now - 6 * DAY:
            yield f"{head} - it was read since {begun}"

    # Voices and proof

    def voices(self) -> Iterator[str]:
        """Each voice is a listed mention, with its own text, author, mood, age and number of copies."""
        shown = [*self.state["voices"], *((self.state["incident"] or {}).get("voices", ()))]
        hidden = {(row.source, row.external_id) for row in self.rows.all if row.hidden == 1}
        for voice in shown:
            row = self.rows.by_id.get(voice["id"])
            if row is None or row.state >= 2 or row.hidden or (row.source, row.external_id) in hidden:
                yield f"{voice['text']} must not be shown"
                continue
            copies = sum(r.story == row.story and r.brand == row.brand for r in self.rows.counted if r.story) - 1
            at = round(min(row.published, row.added).timestamp() * 1000)
            if (voice["sentiment"], voice["at"]) != (row.sentiment, at) or voice["near_duplicates"] > max(copies, 0):
                yield f"{voice} - {row}, {copies} copies"
            whole, wrote = f"{voice['brand']} {voice['text']}".strip().rstrip("…"), row.text.strip()
            is_masked, is_named = "someone" in whole, voice["brand"] and wrote.startswith(voice["text"])
            if not (is_masked or is_named or wrote.startswith(whole)) or voice["author"] not in ("", row.author):
                yield f"{whole} is not what {row.author} wrote: {row.text}"

    def is_read(self, status: SourceStatus | None) -> bool:
        """Whether a source was read lately and nothing keeps it from being read."""
        if status is None or status.last_success is None or status.health in UNPOLLED:
            return False
        if status.health is Health.BROKEN and status.next_check is None:
            return False
        waits = status.next_check is not None and status.next_check - self.now > 15 * MINUTE
        if status.health is Health.LIMITED and waits:
            return False
        return self.now - status.last_success <= max(timedelta(seconds=3 * status.interval), 15 * MINUTE)

    def liveness(self) -> Iterator[str]:
        """How many sources were read, and when the last one was."""
        first, numbers = proof_of(self.state["proof"])[0], r"(\d+) (?:of|von|sur) (\d+)"
        read = [name for name in self.scene.sources if self.is_read(self.statuses.get(name))]
        said = re.search(numbers, first)
        claims_all = first.startswith(("All", "Both", "Beide", "Les ")) or first.startswith("1 source read")
        if said and (int(said[1]), int(said[2])) != (len(read), len(self.scene.sources)):
            yield f"{first} - {read}"
        if claims_all and len(read) != len(self.scene.sources):
            yield f"{first} - {read}"
        at = [round(s.last_success.timestamp() * 1000) for s in self.statuses.values() if s.last_success]
        if self.state["proof"][0]["at"] not in (None, max(at, default=None)):
            yield f"{first} - last at {max(at)}"

    def hidden(self) -> Iterator[str]:
        """How many posts are not shown."""
        said = re.search(r"(\d+) posts? hidden", " ".join(proof_of(self.state["proof"])))
        week = self.rows.between(self.end - WEEK, self.end, [b.name for b in self.brands])
        never = [word.casefold() for word in self.scene.wall.never_show]
        posts = {(r.source, r.external_id) for r in week if r.hidden == 1 or any(w in r.text.casefold() for w in never)}
        if said and int(said[1]) != len(posts):
            yield f"{said[0]} - {len(posts)}"

    def topics(self) -> Iterator[str]:
        """How many mentions of the day contain each topic; all rows together are not fewer than the mentions."""
        board = self.state["topics"]
        day = self.rows.between(self.now - DAY, self.end, self.leads[:1])
        for row in board["rows"] if board else ():
            n = sum(row["name"].casefold() in r.text.casefold() for r in day)
            before = [
                r
                for r in self.rows.counted
                if r.published < self.now - DAY and row["name"].casefold() in r.text.casefold()
            ]
            if row["link"] and int(row["count"]) != n:
                yield f"{row['name']} {row['count']} - {n}"
            if row["comparison"] == "new" and before:
                yield f"{row['name']} is not new: {len(before)}"
        if board and sum(int(row["count"]) for row in board["rows"]) < len(day):
            yield f"topics of {len(day)} mentions: {board['rows']}"

    # The incident

    def incident(self) -> Iterator[str]:
        """The multiple, the negative share, the sources and the beginning of the incident on the screen."""
        screen = self.state["incident"]
        if screen is None:
            return
        found = [i for i in self.scene.store.latest_incidents() if i.brand in self.leads and i.until is None]
        one = max(found, key=lambda i: i.multiple)
        kept = [r for r in self.rows.counted if r.brand == one.brand]
        is_counted = self.rows.is_negative if one.negative else lambda _: True
        window = [r for r in kept if one.checked_at - one.window <= r.published < one.checked_at and is_counted(r)]
        number = len(window) if not screen["sign"] else round(len(window) / one.baseline)
        if abs(int(re.sub(r"\D", "", screen["multiple"])) - number) > 1:
            yield f"{screen['multiple']}{screen['sign']} - {len(window)} against {one.baseline}"
        yield from self._incident_proof(screen, [r for r in kept if r.published >= one.since], is_counted)
        local: datetime = one.since.astimezone(self.scene.config.timezone)
        if f"{local:%H:%M}" not in screen["since"]:
            yield f"{screen['since']} - {local}"

    def _incident_proof(
        self, screen: dict[str, Any], since: list[Row], is_counted: Callable[[Row], bool]
    ) -> Iterator[str]:
        text = " ".join(proof_of(screen["proof"])).replace("\u00a0", " ")
        scored = [r for r in since if self.rows.is_scored(r)]
        said = re.search(r"(\d+) ?% (?:negative of|negativ von|négatives sur) (\d+)", text)
        negative = sum(map(self.rows.is_negative, scored))
        if said and (int(said[1]), int(said[2])) != (round(100 * negative / len(scored)), len(scored)):
            yield f"{text} - {negative} of {len(scored)}"
        counts = Counter(r.source for r in since if is_counted(r))
        for source, n in re.findall(r"(Forum|Reddit|News) (\d+)", text):
            if int(n) != counts[source]:
                yield f"{text} - {counts}"
