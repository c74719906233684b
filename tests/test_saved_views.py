"""Saved views on the Mentions page: the rail, the URL, what each person may change, and the last look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from monitor.model import Brand, Choice, MentionFilter
from monitor.model.saved_views import BrandGroup, NewView, SavedView
from tests.access_setup import Site
from tests.fake_site import ACME, BRANDS, app_for, config, judged
from tests.fakes import NOON

HOUR = timedelta(hours=1)
EVERYTHING, US_NEGATIVE, LEAVING = 1, 2, 3
"""Ids of views that exist at the start."""
NOTHING = "\N{EN DASH}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    for n in range(4):
        save(site, f"Acme {n}", NOON - (5 - n) * HOUR, score=-0.5 if n % 2 else 0.5)
    yield site
    site.close()


def save(site: Site, text: str, at: object = NOON, **changes: object) -> int:
    site.store.save("Forum", [judged(text, external_id=text, published_at=at, **changes)], now=site.clock.now())  # type: ignore[arg-type]
    return site.store.last_mention_id()


def get(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return " ".join(unescape(answer.text).split())


def post(client: FlaskClient, path: str, **form: object) -> TestResponse:
    return client.post(path, data=form)


def rail(client: FlaskClient, path: str = "/mentions") -> list[tuple[str, str]]:
    """(name, count) of each view in the rail."""
    part = get(client, path).partition('id="views"')[2].partition("</nav>")[0]
    return re.findall(r"<bdi>(.*?)</bdi>.*?<span>(.*?)</span>", part)


def saved(site: Site, id_: int, name: str = "dana") -> SavedView:
    view = site.store.views.get(id_, site.account(name).id)
    assert view is not None
    return view


def added(site: Site, client: FlaskClient, query: str, **form: str) -> int:
    answer = post(client, "/views", query=query, **{"name": "Mine", **form})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("=")[2])


def test_the_rail_lists_five_views_with_what_is_new_in_each(site: Site) -> None:
    client = site.signed_in("dana")
    assert rail(client) == [
        ("Everything", "4"),
        ("Us, negative", "2"),
        ("Leaving a competitor", "0"),
        ("Asks for a recommendation", "0"),
        ("To check: unscored or unsure", "0"),
    ]
    assert "<h1>Us, negative</h1>" in get(client, "/mentions?view=2")
    assert "2 mentions in 2 stories as of" in re.sub("<.*?>", "", get(client, "/mentions?view=2"))


def test_more_than_999_are_999_plus(site: Site) -> None:
    posts = [judged(f"Acme {n}", external_id=f"many {n}", published_at=NOON) for n in range(1_000)]
    site.store.save("Forum", posts, now=NOON)
    assert dict(rail(site.signed_in("dana")))["Everything"] == "999+"


def test_the_plain_list_is_the_view_with_its_filters(site: Site) -> None:
    client = site.signed_in("dana")
    for path, current in (
        ("/mentions", "1"),
        ("/mentions?view=2", "2"),
        ("/mentions?brand=Acme&sentiment=negative", "2"),
    ):
        found = re.search(r'data-view="(\d)" aria-current', get(client, path))
        assert found is not None
        assert found[1] == current
    assert 'aria-current="true" title' not in get(client, "/mentions?brand=Globex")


def test_a_list_is_saved_and_opened_by_one_parameter(site: Site) -> None:
    client = site.signed_in("dana")
    id_ = added(site, client, "q=acme&sentiment=negative&range=30d&order=old&upto=3")
    view = saved(site, id_)
    assert view.filter == MentionFilter(q="acme", sentiment=Choice(("negative",)), order=view.filter.order)
    assert (view.name, view.range, view.filter.order.value, view.shared) == ("Mine", "30d", "old", False)
    page = get(client, f"/mentions?view={id_}")
    assert "<h1>Mine</h1>" in page
    assert "Changed." not in page
    assert client.get("/mentions?view=999").status_code == 404


def test_other_parameters_change_it_for_this_page_only(site: Site) -> None:
    client = site.signed_in("dana")
    id_ = added(site, client, "sentiment=negative")
    page = get(client, f"/mentions?view={id_}&sentiment=positive")
    assert "Changed." in page
    assert "Update view?" in page
    assert saved(site, id_).filter.sentiment == Choice(("negative",))
    post(client, f"/views/{id_}/filter", query=f"view={id_}&sentiment=positive&range=24h")
    assert (saved(site, id_).filter.sentiment, saved(site, id_).range) == (Choice(("positive",)), "24h")
    assert "Update view?" not in get(site.signed_in("bo"), f"/mentions?view={EVERYTHING}&sentiment=positive")


def test_fixed_times_are_kept(site: Site) -> None:
    client = site.signed_in("dana")
    view = saved(site, added(site, client, "since=2026-03-01T00:00&until=2026-03-02T00:00"))
    assert view.range == ""
    assert view.filter.since is not None
    assert "since=" not in client.get(f"/mentions?view={view.id}").request.url


def test_a_view_that_follows_our_brands_keeps_following_them(site: Site) -> None:
    client = site.signed_in("priya")
    post(client, f"/views/{US_NEGATIVE}/filter", query=f"view={US_NEGATIVE}&range=30d")
    assert (saved(site, US_NEGATIVE).brand_group, saved(site, US_NEGATIVE).range) == (BrandGroup.OURS, "30d")
    assert saved(site, US_NEGATIVE).filter.brand == Choice()
    copy = saved(site, added(site, client, f"view={US_NEGATIVE}&sentiment=positive"), "priya")
    assert copy.brand_group is BrandGroup.OURS
    post(client, f"/views/{US_NEGATIVE}/filter", query=f"view={US_NEGATIVE}&brand=Acme&brand=Globex")
    assert saved(site, US_NEGATIVE).brand_group is None
    assert saved(site, US_NEGATIVE).filter.brand == Choice(("Acme", "Globex"))


def test_a_refused_name_loses_nothing_that_was_typed(site: Site) -> None:
    client = site.signed_in("dana")
    for name, problem in (("everything", "already a view"), ("x" * 99, "at most 80"), ("", "Give the view a name")):
        answer = post(client, "/views", query="q=refund&lang=de", name=name, shared="on")
        page = unescape(answer.text)
        assert answer.status_code == 400
        assert problem in page
        assert f'value="{name}"' in page
        assert 'value="q=refund&lang=de"' in page
        assert 'name="shared" checked' in page
    id_ = added(site, client, "q=refund")
    answer = post(client, f"/views/{id_}/rename", name="Everything")
    assert (answer.status_code, 'value="Everything"' in answer.text) == (400, True)
    assert saved(site, id_).name == "Mine"


@pytest.mark.parametrize("query", ["lang=nonsense", "nonsense=1", "view=999", "q=(", "view=x"])
def test_a_list_that_is_not_valid_is_not_saved(site: Site, query: str) -> None:
    client = site.signed_in("dana")
    before = len(site.store.views.everyones())
    assert post(client, "/views", query=query, name="Mine").status_code in (400, 404)
    id_ = added(site, client, "")
    post(client, f"/views/{id_}/filter", query=query)
    assert saved(site, id_).filter == MentionFilter()
    assert len(site.store.views.everyones()) == before + 1


def test_a_private_view_is_its_owners_and_a_shared_one_is_everybodys(site: Site) -> None:
    dana, priya, bo = (site.signed_in(name) for name in ("dana", "priya", "bo"))
    private = added(site, dana, "", name="Private")
    assert "Private" not in str(rail(priya))
    get(priya, f"/mentions?view={private}", 404)
    assert post(priya, f"/views/{private}/rename", name="X").status_code == 404

    assert post(dana, f"/views/{private}/share", shared="1").status_code == 303
    assert "Private" in str(rail(bo))
    for action in ("rename", "delete", "filter"):
        assert post(bo, f"/views/{private}/{action}", name="X").status_code == 403
    assert post(bo, f"/views/{private}/share", shared="0").status_code == 403
    assert post(priya, f"/views/{private}/rename", name="By an admin").status_code == 303
    post(dana, f"/views/{private}/share", shared="0")
    assert "By an admin" not in str(rail(bo))
    post(dana, f"/views/{private}/delete")
    get(dana, f"/mentions?view={private}", 404)
    actions = [(entry.actor, entry.action) for entry in site.store.people.audit_log() if "view" in entry.action]
    assert actions[:2] == [("dana", "stopped sharing view"), ("dana", "shared view")]


def test_a_viewer_saves_views_but_cannot_share_them(site: Site) -> None:
    bo = site.signed_in("bo")
    id_ = added(site, bo, "", shared="on")
    assert not saved(site, id_, "bo").shared
    assert "Share with everybody" not in get(bo, f"/mentions?view={id_}")
    assert post(bo, f"/views/{id_}/share", shared="1").status_code == 403
    assert post(bo, f"/views/{id_}/rename", name="Renamed").status_code == 303


def test_only_an_admin_changes_the_views_of_everybody(site: Site) -> None:
    dana = site.signed_in("dana")
    assert ">Delete<" not in get(dana, f"/mentions?view={EVERYTHING}")
    answer = post(dana, f"/views/{EVERYTHING}/delete")
    assert answer.status_code == 403
    assert "Priya is an admin" in answer.text
    assert post(site.signed_in("priya"), f"/views/{EVERYTHING}/delete").status_code == 303
    assert "Everything" not in str(rail(dana))


def test_each_person_orders_the_views(site: Site) -> None:
    dana = site.signed_in("dana")
    post(dana, f"/views/{LEAVING}/move", to="up")
    post(dana, f"/views/{EVERYTHING}/move", to="nowhere")
    post(dana, f"/views/{EVERYTHING}/move", to="up")
    assert [name for name, _ in rail(dana)][1:3] == ["Leaving a competitor", "Us, negative"]
    assert [name for name, _ in rail(site.signed_in("bo"))][1:3] == ["Us, negative", "Leaving a competitor"]


def test_the_line_shows_the_last_look_and_what_is_newer(site: Site) -> None:
    dana = site.signed_in("dana")
    assert "You last looked" not in get(dana, "/mentions")
    assert post(dana, f"/views/{EVERYTHING}/look", mention=4).status_code == 303
    assert dict(rail(dana))["Everything"] == "0"
    assert "You last looked" not in get(dana, "/mentions")
    site.clock.advance(600)
    save(site, "Acme new", site.clock.now())
    save(site, "Globex new", site.clock.now(), brand="Globex")
    page = get(dana, "/mentions")
    assert "You last looked at 12:00. 2 newer above" in page
    assert page.index("You last looked") > page.index('id="m6"') > 0
    assert page.index("You last looked") < page.index('id="m4"')
    assert dict(rail(dana))["Everything"] == "2"
    assert "You last looked at 12:00. 1 newer above" in get(dana, "/mentions?view=1&brand=Acme")
    assert "You last looked" not in get(dana, "/mentions?order=old")
    assert "You last looked" not in get(site.signed_in("bo"), "/mentions")


def test_late_arrivals_below_the_line_are_said_to_be_there(site: Site) -> None:
    dana = site.signed_in("dana")
    post(dana, f"/views/{EVERYTHING}/look", mention=4)
    save(site, "Acme late", NOON - 9 * HOUR)
    assert "You last looked at 12:00. 1 newer further down" in get(dana, "/mentions")
    save(site, "Acme now")
    page = get(dana, "/mentions")
    assert "You last looked at 12:00. 1 newer above, 1 further down" in page
    assert dict(rail(dana))["Everything"] == "2"


def test_the_line_is_on_the_page_where_the_last_look_ended(site: Site) -> None:
    dana = site.signed_in("dana")
    post(dana, f"/views/{EVERYTHING}/look", mention=4)
    posts = [judged(f"Acme {n}", external_id=f"more {n}", published_at=NOON - timedelta(minutes=n)) for n in range(60)]
    site.store.save("Forum", posts, now=NOON)
    first = get(dana, "/mentions")
    assert "You last looked" not in first
    older = re.search(r'rel="next" href="(.*?)"', first)
    assert older is not None
    assert "You last looked at 12:00. 60 newer above" in get(dana, older[1])
    save(site, "Acme 99", NOON - 20 * HOUR)
    assert "You last looked" not in get(dana, f"/mentions?upto=4&before=3.{int((NOON - 4 * HOUR).timestamp())}000")


def test_a_look_is_at_most_the_newest_mention_and_never_goes_back(site: Site) -> None:
    dana = site.signed_in("dana")
    post(dana, f"/views/{EVERYTHING}/look", mention=10**15)
    assert site.store.views.last_looks(site.account("dana").id)[EVERYTHING].mention == 4
    for wrong in ("-3", "x", "", "2"):
        post(dana, f"/views/{EVERYTHING}/look", mention=wrong)
    assert site.store.views.last_looks(site.account("dana").id)[EVERYTHING].mention == 4
    answer = dana.post(f"/views/{EVERYTHING}/look", data={"mention": "4"}, headers={"Sec-Fetch-Dest": "empty"})
    assert answer.status_code == 204
    assert dana.get("/views/counts").json["1"] == "0"


def test_only_the_first_page_of_an_unchanged_view_counts_as_a_look(site: Site) -> None:
    dana = site.signed_in("dana")
    looks = "data-look-url"
    assert looks in get(dana, "/mentions")
    assert looks in get(dana, "/mentions?view=2")
    assert looks not in get(dana, "/mentions?view=2&lang=de")
    assert looks not in get(dana, "/mentions?upto=4")
    assert looks not in get(dana, "/mentions?brand=Globex")


def test_a_view_whose_brand_left_the_config_says_so(site: Site) -> None:
    account = site.account("dana").id
    view = site.store.views.add(NewView("Umbrellas", MentionFilter(brand=Choice(("Umbrella",)))), account, NOON)
    dana = site.signed_in("dana")
    page = get(dana, f"/mentions?view={view.id}", 404)
    assert "“Umbrellas” cannot be shown." in page
    assert "The config has no brand “Umbrella” any more." in page
    assert "Delete this view" in page
    assert dict(rail(dana))["Umbrellas"] == NOTHING
    assert "no brand" in dana.get(f"/mentions.json?view={view.id}").json["error"]
    assert dana.get("/views/counts").json[str(view.id)] == NOTHING


@pytest.mark.parametrize(
    ("f", "replaced"),
    [
        (MentionFilter(q="acme", brand=Choice(("Umbrella",))), "brand="),
        (MentionFilter(q="acme", rule=Choice(("Umbrella@1",))), "rule="),
        (MentionFilter(q="acme", brand=Choice((), ("Umbrella",)), rule=Choice(("Umbrella@1",))), "brand=&rule="),
    ],
)
def test_such_a_view_can_be_opened_without_its_brand_and_repaired(site: Site, f: MentionFilter, replaced: str) -> None:
    dana = site.signed_in("dana")
    id_ = site.store.views.add(NewView("Umbrellas", f), site.account("dana").id, NOON).id
    assert f'href="/mentions?view={id_}&{replaced}"' in get(dana, f"/mentions?view={id_}", 404)
    page = get(dana, f"/mentions?view={id_}&{replaced}")
    assert "<h1>Umbrellas</h1>" in page
    assert "Update view?" in page
    assert f"/mentions.csv?view={id_}&{replaced}&upto=4" in page
    post(dana, f"/views/{id_}/filter", query=f"view={id_}&{replaced}&lang=en")
    assert saved(site, id_).filter == MentionFilter(q="acme", lang=Choice(("en",)))


def test_an_empty_list_can_be_saved_to_wait_for_it(site: Site) -> None:
    dana = site.signed_in("dana")
    page = get(dana, "/mentions?q=nothing&brand=Globex")
    assert 'href="/views/new?q=nothing&brand=Globex">Save as a view and wait<' in page
    form = get(dana, "/views/new?q=nothing&brand=Globex")
    assert 'value="q=nothing&brand=Globex"' in form
    assert 'role="alert"' not in form.partition('id="list"')[2]
    get(dana, "/views/new?colour=red", 400)


def test_a_mention_beside_its_view_keeps_the_view(site: Site) -> None:
    page = get(site.signed_in("dana"), f"/mentions/4?view={US_NEGATIVE}")
    assert 'data-view="2" aria-current' in page
    assert f'href="/mentions?view={US_NEGATIVE}' in page


def test_a_brand_that_is_renamed_is_followed(site: Site, tmp_path: Path) -> None:
    renamed = (Brand("New Acme", "acme", ours=True), *BRANDS[1:])
    app = app_for(replace(site.config, brands=renamed), site.store, site.clock)
    site.store.register_brands(renamed, site.clock.now())
    save(site, "New Acme is bad", score=-0.5, brand="New Acme")
    site.app = app
    assert "<bdi>New Acme</bdi>" in get(site.signed_in("dana"), f"/mentions?view={US_NEGATIVE}")


def test_a_config_without_competitors_says_so(site: Site) -> None:
    site.app = app_for(replace(site.config, brands=(ACME,)), site.store, site.clock)
    dana = site.signed_in("dana")
    assert "every brand is marked as yours" in get(dana, f"/mentions?view={LEAVING}", 404)
    assert dict(rail(dana))["Leaving a competitor"] == NOTHING


def test_exports_and_counts_accept_a_view(site: Site) -> None:
    dana = site.signed_in("dana")
    assert len(dana.get(f"/mentions.json?view={US_NEGATIVE}").json) == 2
    assert dana.get(f"/mentions/new?view={US_NEGATIVE}&upto=2").text == "1"
    assert "deleted" in dana.get("/mentions/new?view=99&upto=2").json["error"]


def test_without_accounts_everybody_shares_the_views(tmp_path: Path) -> None:
    site = Site(config(tmp_path), people=False)
    client = site.client()
    answer = post(client, "/views", query=urlencode({"q": "refund"}), name="Refunds")
    assert answer.status_code == 303
    page = get(client, answer.headers["Location"])
    assert "<h1>Refunds</h1>" in page
    assert "Share" not in page
    assert post(client, "/views/6/rename", name="Money back").status_code == 303
    assert "Money back" in str(rail(client))
    assert post(client, "/views/6/delete").status_code == 303
    site.close()
