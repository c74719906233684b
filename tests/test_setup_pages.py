"""/setup: brands, sources and walls are tried, saved and removed, and the file keeps what others wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from display.app import create_app, prepare_config
from display.server.reloader import Reloader
from display.setup.config_file import check_text
from display.setup.first_config import config_before_setup
from display.setup.kinds import SERVER_KEYS, all_kinds, keys_of
from display.setup.service import CannotTry, Setup, Trials
from display.setup.source_trials import TrialResult
from monitor.config import Config
from monitor.http import Http
from monitor.model import Brand
from monitor.sources import Source
from monitor.store import open_store
from tests.access_setup import add_people, sign_in
from tests.fake_site import ALL_HEALTHY, CHEAP_PASSWORDS, judged
from tests.fakes import FakeClock, post

CONFIG = """\
# ours, do not touch
[wallflower]
timezone = "Europe/London"   # the office

[[brands]]
name = "Acme"
ours = true
rule = 'acme'   # Dana wrote it

[[brands]]
name = "Globex"
rule = 'globex'

[[sources]]
kind = "feed"
name = "Forum"
url = "https://forum.example/rss"
"""
SAMPLE = '[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n[[sources]]\nkind = "sample"\nname = "Sample"\n'


class FakeTrials(Trials):
    """Trials that find one post and send nothing."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(Http(clock, ()), clock)
        self.tried: list[tuple[list[str], list[str]]] = []
        self.problem = ""

    def run(self, brands: Any, tried: Mapping[str, Source]) -> dict[str, TrialResult]:
        if self.problem:
            raise CannotTry(self.problem)
        self.tried.append(([brand.name for brand in brands], list(tried)))
        found = (judged("The <b>Acme</b> shop", published_at=self._clock.now() - timedelta(hours=2)),)
        return {name: TrialResult(2, {"Acme": 1}, found=found, others=(post("Unrelated"),)) for name in tried}


class Site:
    """An app whose config is a file that the test may change."""

    def __init__(self, folder: Path, text: str | None = CONFIG) -> None:
        self.clock, self.file = FakeClock(), folder / "config.toml"
        if text is not None:
            self.file.write_text(text, encoding="utf-8")
        config = config_before_setup(self.file) if text is None else check_text(text, self.file)
        self.store = open_store(config.database_url)
        self.store.register_brands(config.brands, self.clock.now())
        self.trials, self.restarts = FakeTrials(self.clock), list[str]()
        self.reloader = Reloader(config, self._load, self._apply, self.clock)
        self.app = create_app(
            config,
            self.store,
            self.clock,
            health=lambda: ALL_HEALTHY,
            version="1",
            passwords=CHEAP_PASSWORDS,
            config_file=self.reloader,
            setup=Setup(self.trials, lambda: self.restarts.append("now")),
        )
        self.client: FlaskClient = self.app.test_client()

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def form(self, address: str) -> dict[str, str]:
        """The fields of the form at this address, as a browser would send them unchanged."""
        page = self.client.get(address).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.partition("</form>")[2]))
        main = next(part for part in page.split("<form ") if 'class="set-up-form"' in part).partition("</form>")[0]
        fields |= dict(re.findall(r'name="(base|original|kind)" value="([^"]*)"', main))
        fields |= dict(re.findall(r'<input id="(\w+)" name="\w+" value="([^"]*)"', main))
        fields |= dict(re.findall(r'<textarea id="(\w+)"[^>]*>\n?([^<]*)</textarea>', main))
        fields |= dict.fromkeys(re.findall(r'type="checkbox" id="(\w+)"[^>]* checked', main), "on")
        fields |= dict(re.findall(r'<select id="(\w+)".*?<option value="([^"]*)" selected', main))
        return {key: unescape(value) for key, value in fields.items()}

    def audit(self) -> list[tuple[str, str, str]]:
        return [(entry.actor, entry.action, entry.target) for entry in self.store.people.audit_log()]

    def _load(self) -> Config:
        return check_text(self.text, self.file)

    def _apply(self, _old: Config, new: Config) -> None:
        prepare_config(self.app, new)()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.store.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, None)
    yield site
    site.store.close()


def save(site: Site, address: str, **changes: str) -> Any:
    """Open a form, change some fields and save it."""
    return site.client.post(address.partition("?")[0], data={**site.form(address), **changes})


def test_the_page_shows_what_the_file_has(site: Site) -> None:
    page = site.client.get("/setup").text
    for text in ("Acme", "<code>globex</code>", "Forum", "Europe/London", str(site.file)):
        assert text in page


def test_a_form_that_is_saved_unchanged_leaves_every_byte(site: Site) -> None:
    for address in ("brands/edit?original=Acme", "sources/edit?original=Forum", "wallflower/edit"):
        assert save(site, f"/setup/{address}").status_code == 303
    assert site.text == CONFIG


def test_a_brand_is_changed_in_its_line_and_used_at_once(site: Site) -> None:
    answer = save(site, "/setup/brands/edit?original=Acme", rule='acme OR\r\n"acme air"', name="Other")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup#brands-0")
    assert site.text == CONFIG.replace("rule = 'acme' ", "rule = 'acme OR \"acme air\"' ")
    assert site.reloader.config.brands[0].rule == 'acme OR "acme air"'
    assert ("local", "changed brand", "Acme") in site.audit()
    entry = site.store.people.audit_log()[0]
    assert (entry.details["keys"], entry.details["file"]) == (["rule"], str(site.file))


def test_a_competitor_a_source_and_a_wall_are_added(site: Site) -> None:
    assert (
        save(site, "/setup/brands/edit", name="Initech", rule="initech", aliases="Ini\r\nTech\r\n").status_code == 303
    )
    source = {"name": "Blog", "url": "https://blog.example/rss", "every": "10m"}
    answer = save(site, "/setup/sources/edit?kind=feed", **source)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup#sources-1")
    assert '<tr role="row" id="sources-1">' in site.client.get("/setup").text
    wall = {"name": "office", "brands": "Acme", "mask_authors": "on", "night": "off"}
    assert save(site, "/setup/walls/edit", **wall).status_code == 303
    config = site.reloader.config
    assert config.brands[2] == Brand("Initech", "initech", aliases=("Ini", "Tech"))
    assert [(one.name, one.every) for one in config.sources[1:]] == [("Blog", timedelta(minutes=10))]
    assert [(w.name, w.brands, w.mask_authors, w.night) for w in config.walls] == [("office", ("Acme",), True, None)]
    assert 'kind = "feed"\nname = "Blog"\nurl = "https://blog.example/rss"\nevery = "10m"\n' in site.text
    assert site.text.startswith("# ours, do not touch\n")


def test_a_topic_is_tried_on_what_is_stored_then_added_and_removed(site: Site) -> None:
    now = site.clock.now()
    texts = (("Acme is late again", 1), ("Acme is fine", 2), ("Acme was late", 24 * 8))
    site.store.save(
        "Forum", [judged(text, published_at=now - timedelta(hours=hours)) for text, hours in texts], now=now
    )
    answer = save(site, "/setup/topics/edit", name="Delays", rule="late", **{"try": "1"})
    assert "1 of the 2 mentions of the last 7 days." in answer.text
    assert "Acme is <mark>late</mark> again" in answer.text
    assert "Acme was" not in answer.text
    assert "The rule is not valid yet" in save(site, "/setup/topics/edit", name="x", rule="(", **{"try": "1"}).text
    assert site.text == CONFIG
    assert save(site, "/setup/topics/edit", name="Delays", rule="late OR\n delay*").status_code == 303
    assert [(topic.name, topic.rule) for topic in site.reloader.config.topics] == [("Delays", "late OR delay*")]
    assert "<code>late OR delay*</code>" in site.client.get("/setup").text
    base = site.form("/setup/topics/edit?original=Delays")["base"]
    assert site.client.post("/setup/topics/remove", data={"original": "Delays", "base": base}).status_code == 303
    assert site.reloader.config.topics == ()


def test_a_wrong_rule_of_a_topic_is_marked(site: Site) -> None:
    answer = save(site, "/setup/topics/edit", name="Delays", rule="(late")
    assert answer.status_code == 400
    assert '<code class="rule-error">' in answer.text


def test_backups_are_set_up_and_used_at_once(site: Site) -> None:
    assert 'value="7"' in site.client.get("/setup/backup/edit").text
    answer = save(site, "/setup/backup/edit", keep="many")
    assert answer.status_code == 400
    assert re.search(r'id="keep-problem">Expected an? (whole number|integer)', unescape(answer.text))
    assert save(site, "/setup/backup/edit", keep="30").status_code == 303
    assert site.text == CONFIG + "\n[backup]\nkeep = 30\n"
    assert site.reloader.config.keep_backups == 30
    assert "Restart now" not in site.client.get("/setup").text
    assert ("local", "changed settings", "backup") in site.audit()


def test_settings_of_the_server_need_a_restart_which_the_page_offers(site: Site) -> None:
    answer = save(site, "/setup/server/edit", hosts="wallflower.example.org")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")
    assert 'hosts = ["wallflower.example.org"]' in site.text
    page = unescape(site.client.get("/setup").text)
    assert 'server.hosts: ["wallflower.example.org"] in the file, none in use.' in page
    assert "Restart now" in page
    assert site.restarts == []
    answer = site.client.post("/setup/restart")
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    assert site.restarts == ["now"]
    assert ("local", "restarted Wallflower", "") in site.audit()


def test_a_wrong_name_is_explained_at_its_field(site: Site) -> None:
    answer = save(site, "/setup/server/edit", hosts="the one in the basement")
    assert answer.status_code == 400
    assert 'id="hosts-problem"' in answer.text
    assert site.text == CONFIG


def test_where_nothing_can_restart_the_program_the_page_says_so(site: Site) -> None:
    site.app.extensions["setup"] = Setup(site.trials)
    save(site, "/setup/server/edit", hosts="wallflower.example.org")
    page = site.client.get("/setup").text
    assert "Restart Wallflower when it suits you." in page
    assert "Restart now" not in page
    assert site.client.post("/setup/restart").status_code == 409


def test_a_table_is_removed(site: Site) -> None:
    base = site.form("/setup/brands/edit?original=Globex")
    answer = site.client.post("/setup/brands/remove", data={"original": "Globex", "base": base["base"]})
    assert answer.status_code == 303
    assert [brand.name for brand in site.reloader.config.brands] == ["Acme"]
    assert ("local", "removed brand", "Globex") in site.audit()


def test_the_last_own_brand_stays(site: Site) -> None:
    base = site.form("/setup/brands/edit?original=Acme")
    answer = site.client.post("/setup/brands/remove", data={"original": "Acme", "base": base["base"]})
    assert answer.status_code == 400
    assert "Set ours = true for your own organisation." in answer.text
    assert site.text == CONFIG


def test_a_wrong_rule_is_marked_at_its_column_and_not_saved(site: Site) -> None:
    answer = save(site, "/setup/brands/edit?original=Globex", rule="globex AND (pickup OR NEAR late)")
    assert answer.status_code == 400
    assert '<code class="rule-error">globex AND (pickup OR <u>NEAR</u> late)</code>' in answer.text
    assert "Column 23: NEAR needs a word before it and a number." in answer.text
    assert "globex AND (pickup OR NEAR late)</textarea>" in answer.text
    assert site.text == CONFIG


def test_a_wrong_value_is_explained_at_its_field(site: Site) -> None:
    answer = save(site, "/setup/sources/edit?kind=feed", name="Forum", url="ftp://x.example", every="soon")
    assert answer.status_code == 400
    page = unescape(answer.text)
    assert re.search(r'id="every-problem">Expected a number with s, m, h or d', page)
    assert re.search(r'id="name-problem">"Forum" is already the name of sources\[0\]', page)
    assert 'id="url-problem"' in page
    assert site.text == CONFIG


def test_a_key_that_is_typed_in_place_of_its_name_is_neither_shown_nor_saved(site: Site) -> None:
    key = "sk-live-0123456789abcdef"
    answer = save(site, "/setup/sources/edit?kind=reddit", name="Reddit", client_id=key)
    assert answer.status_code == 400
    assert key not in answer.text
    assert "the name of a secret in capitals" in answer.text
    assert "REDDIT_CLIENT_SECRET" in site.client.get("/setup/sources/edit?kind=reddit").text


def test_a_concurrent_change_is_noticed_and_nothing_is_lost(site: Site) -> None:
    form = site.form("/setup/brands/edit?original=Globex")
    site.file.write_text(CONFIG.replace("'globex'", "'globex OR gbx'  # by Priya"))
    answer = site.client.post("/setup/brands/edit", data={**form, "rule": "globex -jobs", "aliases": "Gx"})
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "was changed after you opened this page" in page
    assert "globex -jobs</textarea>" in page
    assert "<b>In the file now:</b> globex OR gbx" in page
    assert "# by Priya" in site.text
    base = re.search(r'name="base" value="(\w+)"', answer.text)
    assert base
    form |= {"base": base[1], "rule": "globex -jobs"}
    assert site.client.post("/setup/brands/edit", data=form).status_code == 303
    assert "rule = 'globex -jobs'  # by Priya" in site.text or 'rule = "globex -jobs"  # by Priya' in site.text


def test_a_change_of_another_table_is_kept(site: Site) -> None:
    form = site.form("/setup/brands/edit?original=Globex")
    site.file.write_text(CONFIG.replace("forum.example", "board.example"))
    assert site.client.post("/setup/brands/edit", data={**form, "rule": "globex -jobs"}).status_code == 303
    assert "board.example" in site.text
    assert "globex -jobs" in site.text


def test_a_file_that_is_not_toml_is_left_for_an_editor(site: Site) -> None:
    site.file.write_text("[[brands]")
    answer = site.client.get("/setup")
    assert answer.status_code == 409
    assert "config.toml has to be corrected in an editor first." in answer.text
    assert site.client.post("/setup/brands/edit", data={"original": "Acme"}).status_code == 409


def test_where_the_file_cannot_be_written_the_lines_are_shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("display.setup.config_file.tempfile.mkstemp", refuse)
    answer = save(site, "/setup/brands/edit?original=Globex", rule="globex -jobs")
    assert answer.status_code == 400
    page = re.sub(r"<[^>]*>", "", unescape(answer.text))
    assert "cannot be written: Permission denied. Change these lines in an editor" in page
    assert re.search(r"- rule = 'globex'\s*Add: \+ rule = \"globex -jobs\"", page)
    assert site.text == CONFIG
    assert os.listdir(site.file.parent).count("config.toml") == 1


def test_a_source_is_tried_with_what_was_typed_and_nothing_is_saved(site: Site) -> None:
    answer = save(site, "/setup/sources/edit?kind=feed", name="Blog", url="https://blog.example/rss", **{"try": "1"})
    assert answer.status_code == 200
    assert site.trials.tried == [(["Acme", "Globex"], ["Blog"])]
    assert "2 posts, mentions: Acme 1" in answer.text
    assert "The &lt;b&gt;" in answer.text
    assert "<b>Acme</b>, positive, by <code>acme</code>" in answer.text
    assert "Unrelated" in answer.text
    assert 'value="https://blog.example/rss"' in answer.text
    assert site.text == CONFIG


MASTODON = {"name": "Fediverse", "token": "OIDC_SECRET", "hashtags": "acme"}
ELSEWHERE = "This would send a secret to a server that was typed into a page."


@pytest.mark.parametrize("button", [{}, {"try": "1"}], ids=["save", "try"])
@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("mastodon", {**MASTODON, "instances": "https://evil.example"}),
        ("mastodon", {**MASTODON, "instances": "https://evil.example\nhttps://mastodon.social"}),
        ("github", {"name": "Issues", "token": "OIDC_SECRET", "api": "https://evil.example"}),
    ],
)
def test_no_secret_is_sent_to_a_server_that_was_typed_into_a_page(
    site: Site, kind: str, typed: dict[str, str], button: dict[str, str]
) -> None:
    page = unescape(save(site, f"/setup/sources/edit?kind={kind}", **typed, **button).text)
    assert ELSEWHERE in page
    assert site.trials.tried == []
    assert site.text == CONFIG
    if not button:
        assert "evil.example" in page.partition(ELSEWHERE)[2]


def test_the_server_of_a_secret_in_the_file_stays_and_others_may_be_read_without_one(site: Site) -> None:
    own = '[[sources]]\nkind = "mastodon"\nname = "Own"\ninstances = ["https://own.example"]\ntoken = "OWN_TOKEN"\n'
    site.file.write_text(f"{CONFIG}\n{own}", encoding="utf-8")
    address = "/setup/sources/edit?original=Own"
    assert save(site, address, hashtags="acme").status_code == 303
    for changed in ({"instances": "https://evil.example"}, {"token": "OIDC_SECRET"}):
        assert ELSEWHERE in save(site, address, **changed).text
    assert save(site, "/setup/sources/edit?kind=mastodon", **MASTODON).status_code == 303
    without_token = {**MASTODON, "name": "Other", "token": "", "instances": "https://other.example"}
    assert save(site, "/setup/sources/edit?kind=mastodon", **without_token).status_code == 303


def test_it_is_known_which_kinds_send_secrets_to_a_server_of_ones_choice() -> None:
    """The address of a feed is itself the secret, so it is sent to nobody else."""
    servers = {"url", "api", "instances", "hosts", "items"}
    found = {
        kind.name: key.name
        for kind in all_kinds()
        if any(key.is_secret for key in keys_of(kind.name))
        for key in keys_of(kind.name)
        if key.name in servers
    }
    assert found == {**SERVER_KEYS, "feed": "url"}


@pytest.mark.parametrize(
    ("section", "forbidden", "allowed"),
    [
        ("wallflower", "allow_hosts", {"keep": "400d"}),
        ("wallflower", "data", {"keep": "400d"}),
        ("backup", "to", {"keep": "30"}),
        ("server", "proxies", {"hosts": "wallflower.example.org"}),
    ],
)
def test_what_only_the_file_may_decide_is_not_changed_on_a_page(
    site: Site, section: str, forbidden: str, allowed: dict[str, str]
) -> None:
    """Private networks that may be read, folders that are written, and whose headers are believed."""
    before = site.text.count(forbidden + " =")
    assert save(site, f"/setup/{section}/edit", **{forbidden: "127.0.0.1"}, **allowed).status_code == 303
    assert site.text.count(forbidden + " =") == before
    assert f"{next(iter(allowed))} = " in site.text


def test_a_brand_is_tried_in_the_configured_sources(site: Site) -> None:
    save(site, "/setup/brands/edit", name="Initech", rule="initech", **{"try": "1"})
    assert site.trials.tried == [(["Initech"], ["Forum"])]
    answer = save(site, "/setup/brands/edit", name="Initech", rule="(initech", **{"try": "1"})
    assert "The rule is not valid yet" in answer.text
    site.trials.problem = "Others are trying sources."
    assert "Others are trying" in save(site, "/setup/brands/edit", name="X", rule="x", **{"try": "1"}).text


def test_a_source_that_charges_is_not_tried(site: Site) -> None:
    form = {"name": "X", "budget": "5 USD / month", "try": "1"}
    assert "charges per post" in save(site, "/setup/sources/edit?kind=x", **form).text
    assert site.trials.tried == []


def test_only_as_many_trials_as_allowed_run_at_once(site: Site) -> None:
    trials = Trials(Http(site.clock, ()), site.clock)
    for _ in range(2):
        trials._slots.acquire()
    with pytest.raises(CannotTry, match="Others are trying"):
        trials.run((), {})
    trials._slots.release()
    assert trials.run((), {}) == {}


def test_a_bug_in_a_source_is_reported_and_ends_its_trial(site: Site) -> None:
    class Buggy:
        def fetch(self, *_: object) -> Any:
            raise RuntimeError("oops")

    result = Trials(Http(site.clock, ()), site.clock).run((Brand("Acme", "acme"),), {"Blog": Buggy()})["Blog"]  # type: ignore[dict-item]
    assert "because of a bug in Wallflower, which is in its log" in str(result)


def test_only_admins_see_and_change_it(site: Site) -> None:
    add_people(site.store, site.clock)
    form = {"original": "Globex", "rule": "x"}
    assert site.client.get("/setup").headers["Location"].startswith("/login")
    for name, status in (("bo", 403), ("dana", 403), ("priya", 200)):
        client = site.app.test_client()
        sign_in(client, name)
        assert client.get("/setup").status_code == status
        assert ("/setup" in client.get("/sources").text) is (status == 200)
        if status == 403:
            assert client.post("/setup/brands/edit", data=form).status_code == 403
            assert client.post("/setup/brands/remove", data=form).status_code == 403
    assert site.text == CONFIG


@pytest.mark.parametrize("address", ["cats/edit", "sources/edit?kind=nothing", "brands/edit?original=Nobody"])
def test_what_does_not_exist_is_not_found(site: Site, address: str) -> None:
    assert site.client.get(f"/setup/{address}").status_code == 404


def test_without_a_config_every_page_leads_to_the_questions(empty: Site) -> None:
    for path in ("/", "/mentions", "/sources", "/wall", "/setup"):
        assert empty.client.get(path).headers["Location"] == "/setup/begin"
    assert empty.client.get("/healthz").status_code == 200
    page = empty.client.get("/setup/begin").text
    assert "Which organisation do you want to follow?" in page
    assert "Show me the sample" in page


ANSWERS = {"organisation": "Harbour Bikes", "competitors": "Pedalo\r\n=Swing", "country": "GB", "language": ""}


def test_the_answers_become_a_config_that_is_used_without_a_restart(empty: Site) -> None:
    page = empty.client.post("/setup/begin", data=ANSWERS).text
    assert empty.trials.tried[0][0] == ["Harbour Bikes", "Pedalo", "Swing"]
    assert '"harbour bikes" OR harbourbikes OR @harbourbikes</textarea>' in unescape(page)
    assert not empty.file.exists()
    rules = {"rule Pedalo": "pedalo bike", "source": ["News about Pedalo", "Hacker News"], "start": "1"}
    answer = empty.client.post("/setup/begin", data={**ANSWERS, **rules})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sources")
    config = empty.reloader.config
    assert [(brand.name, brand.ours) for brand in config.brands] == [
        ("Harbour Bikes", True),
        ("Pedalo", False),
        ("Swing", False),
    ]
    assert config.brands[1].rule == "pedalo bike"
    assert [source.name for source in config.sources] == ["News about Pedalo", "Hacker News"]
    assert str(config.timezone) == "Europe/London"
    assert ("local", "set up", "Harbour Bikes") in empty.audit()
    assert empty.restarts == []
    assert empty.client.get("/sources").status_code == 200
    assert empty.client.get("/setup/begin").headers["Location"] == "/setup"


def test_wrong_answers_are_asked_for_again(empty: Site) -> None:
    assert "Type the name of your organisation." in empty.client.post("/setup/begin", data={}).text
    assert "No rule can be made" in empty.client.post("/setup/begin", data={"organisation": "!!!"}).text
    answer = empty.client.post("/setup/begin", data={**ANSWERS, "rule Pedalo": "(pedalo", "start": "1"})
    assert answer.status_code == 400
    assert 'class="rule-error"' in answer.text
    assert not empty.file.exists()


def test_a_config_that_appeared_meanwhile_is_left_alone(empty: Site) -> None:
    empty.file.write_text("of somebody else")
    answer = empty.client.post("/setup/begin", data={**ANSWERS, "start": "1"})
    assert answer.status_code == 409
    assert empty.text == "of somebody else"


def test_from_the_sample_to_an_organisation_the_program_starts_again(tmp_path: Path) -> None:
    site = Site(tmp_path, SAMPLE)
    try:
        assert site.client.get("/setup").headers["Location"] == "/setup/begin"
        assert "Follow your own organisation" in site.client.get("/sources").text
        site.reloader._load = lambda: check_text((tmp_path / "config.local.toml").read_text(), site.file)
        answer = site.client.post("/setup/begin", data={**ANSWERS, "start": "1"})
        assert answer.status_code == 200
        assert 'http-equiv="refresh"' in answer.text
        assert site.restarts == ["now"]
        assert site.text == SAMPLE
        assert "Harbour Bikes" in (tmp_path / "config.local.toml").read_text()
    finally:
        site.store.close()
