"""Notifications: everything of them that runs, as one object that the program starts, reloads and stops."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo

from monitor.clock import Clock
from monitor.errors import NotificationError, SendError, StoreError
from monitor.http import Http, Limits
from monitor.logs import FaultLog
from monitor.model import Brand, MentionFilter
from monitor.model.notifications import Channel, QuietHours, Schedule
from monitor.model.saved_views import SavedView
from monitor.notifications.alert_watch import AlertSources, AlertWatch
from monitor.notifications.channels.pace import NoHostLimit
from monitor.notifications.flow import Flow, Preview, subscribed_filter
from monitor.notifications.message_counts import MessageCounts
from monitor.notifications.sender import Sender
from monitor.notifications.texts import Text
from monitor.notifications.vault import Vault
from monitor.notifications.view_events import ViewEvents
from monitor.notifications.weekly import WeeklyReports
from monitor.store import Store

STEP_SECONDS = 1.0
ALERT_SECONDS = 15.0
KEPT_FOR = timedelta(days=90)
"""How long messages stay in the log."""
LIMITS = Limits(read_timeout=10.0, total_timeout=20.0, max_bytes=200_000)
"""Of the answers of receivers."""

log = logging.getLogger("wallflower.notifications")


class Notifications:
    """Reads new mentions and faults, and sends messages. Pages use it to try channels and to compute previews."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        vault: Vault,
        sources: AlertSources,
        brands: Sequence[Brand],
        zone: tzinfo,
        base_url: str,
        allow_hosts: Collection[str] = (),
        http: Http | None = None,
    ) -> None:
        self._store, self._clock = store, clock
        self.vault = vault
        self._http = http or Http(clock, allow_hosts, limits=LIMITS, rate_limiter=NoHostLimit(clock))
        self._brands, self._zone = tuple(brands), zone
        self.counts = MessageCounts()
        """What became of messages since the start."""
        self.sender = Sender(store, self._http, vault, clock, base_url, counts=self.counts)
        self.events = ViewEvents(store, self._http, vault, clock, brands)
        self.flow = Flow(store, brands, zone, self.counts)
        self.reports = WeeklyReports(store, zone)
        self.alerts = AlertWatch(store, clock, self.sender, sources, zone, clock.now())
        self._faults = FaultLog(log, clock.monotonic)
        self._alerts_at, self._forgot_on = float("-inf"), ""
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def stop(self, seconds: float = 2.0) -> None:
        """Wait for the thread and for what is being sent; the clock was stopped before."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        self.sender.wait(seconds)
        self.events.wait(seconds)

    def use(self, brands: Sequence[Brand], zone: tzinfo, base_url: str, allow_hosts: Collection[str]) -> None:
        """Use another config from now on."""
        self._http.allow(allow_hosts)
        self._brands, self._zone = tuple(brands), zone
        self.sender.base_url, self.alerts.zone = base_url, zone
        self.reports.zone = zone
        self.flow.use(brands, zone)
        self.events.brands = tuple(brands)

    def step(self) -> bool:
        """Do everything once; return whether there is more to read at once. Raises StoreError."""
        if self._clock.monotonic() - self._alerts_at >= ALERT_SECONDS:
            self._alerts_at = self._clock.monotonic()
            self.alerts.run()
        if not self._store.health().can_store:
            return False
        now = self._clock.now()
        has_more = self.flow.step(now)
        self.reports.run(now)
        self.sender.dispatch()
        self.events.dispatch()
        if (day := now.date().isoformat()) != self._forgot_on:
            self._store.notifications.forget(now - KEPT_FOR)
            self._store.events.forget(now - KEPT_FOR)
            self._forgot_on = day
        return has_more

    def test_text(self, channel: Channel, by: str) -> Text:
        """What a test says."""
        line = f"{by} sent this to check the channel {channel.name}. Notifications arrive like this."
        return Text("A test from Wallflower", (line,), f"{self.sender.base_url}/notifications")

    def send_test(self, channel: Channel, by: str) -> str:
        """Send a test; return what the receiver answered. Raises SendError, which says why it did not arrive."""
        now, text = self._clock.now(), self.test_text(channel, by)
        try:
            answer = self.sender.send_directly(channel, f"test-{secrets.token_hex(4)}", text)
        except SendError as error:
            self._store.notifications.record_test(channel.id, str(error), now)
            raise
        self._store.notifications.record_test(channel.id, "", now)
        return answer

    def preview(self, view: SavedView, schedule: Schedule, quiet: QuietHours | None) -> Preview:
        """What a subscription would have sent in the last 30 days.

        Raises NotificationError if the view finds nothing, StoreError and QueryError.
        """
        now = self._clock.now()
        f = subscribed_filter(view, self._brands, now)
        if f is None:
            raise NotificationError(view.resolve(self._brands, now).problem or "This view cannot be read.")
        return self.flow.preview(f, schedule, quiet, now)

    def filter_of(self, view: SavedView, now: datetime) -> MentionFilter | None:
        """What a subscription to a view selects; None: nothing."""
        return subscribed_filter(view, self._brands, now)

    def _run(self) -> None:
        fault = "Notifications failed"
        while not self._clock.stopped:
            has_more = False
            try:
                has_more = self.step()
            except StoreError as error:
                if self._store.health().can_store and not self._clock.stopped:
                    self._faults.report(fault, str(error))
            except Exception as error:
                if not self._clock.stopped:
                    self._faults.report(fault, f"a bug in Wallflower: {error!r}", exc_info=True)
            else:
                self._faults.clear(fault, "Notifications work again")
            if not has_more:
                self._clock.wait(STEP_SECONDS)
