"""What people do with mentions, in the store: claims, notes, corrections, blocks, and undoing each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.errors import NoteError, PeopleError
from monitor.model import ChangeKind, Choice, ErasureTarget, Mention, MentionFilter, Sentiment, State
from monitor.model.actions import NOTE_CHARS, ActionKind, Actor, BlockKind, BlockTarget, UndoProblem
from monitor.model.people import NewAccount, Role
from monitor.store import Store, open_store
from tests.fake_store import BRANDS, judged, set_aside, without_findings
from tests.fakes import NOON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DANA, JONAS, LOCAL = Actor("dana", "Dana Kim", 1), Actor("jonas", "Jonas Ott", 2), Actor("local")
BOB = BlockTarget(BlockKind.AUTHOR, "@Bob", "Forum")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        for name, full_name, role in (("dana", "Dana Kim", Role.ADMIN), ("jonas", "Jonas Ott", Role.MEMBER),
                                      ("bo", "Bo Lund", Role.VIEWER)):  # fmt: skip
            store.people.add_account(NewAccount(name, full_name, role), NOON, "command line")
        yield store


def save(store: Store, *texts: str, **changes: object) -> list[int]:
    """Save a post for each text; return the ids of their mentions."""
    before = store.last_mention_id()
    store.save("Forum", [judged(text, **changes) for text in texts], now=NOON)
    return list(range(before + 1, store.last_mention_id() + 1))


def get(store: Store, mention: int) -> Mention:
    found = store.mention(mention)
    assert found is not None
    return found


def listed(store: Store, *states: str, person: int | None = None) -> list[int]:
    return sorted(m.id for m in store.page(MentionFilter(state=Choice(states), person=person)))


def kinds_since(store: Store, change: int) -> list[ChangeKind]:
    return [change.kind for change in store.changes(change)]


def audited(store: Store) -> list[tuple[str, str, str]]:
    """What is in the audit log about mentions, the oldest first."""
    entries = [e for e in store.people.audit_log() if e.action != "added person"]
    return [(entry.actor, entry.action, entry.target) for entry in reversed(entries)]


# Claims


def test_of_two_who_claim_at_once_one_wins_and_the_other_learns_who(store: Store) -> None:
    (one,) = save(store, "one")
    known = store.last_change_id()

    assert store.actions.claim([one], JONAS, NOON).changed == (one,)
    lost = store.actions.claim([one], DANA, NOON + MINUTE)
    assert (lost.changed, lost.action) == ((), None)
    assert (lost.taken[one].claimant.name, lost.taken[one].claimant.at) == ("Jonas Ott", NOON)
    again = store.actions.claim([one], JONAS, NOON + MINUTE)
    assert (again.action, again.taken) == (None, {})
    assert kinds_since(store, known) == [ChangeKind.STATE]
    claim = get(store, one).claim
    assert claim is not None
    assert claim == store.actions.claim_on(one)
    assert (claim.claimant.account, claim.claimant.at, claim.assigned_by) == (2, NOON, "")
    assert audited(store) == []


def test_claims_are_found_by_whom_they_are(store: Store) -> None:
    ones, jonas, local, free = save(store, *"abcd")
    store.actions.claim([ones], DANA, NOON)
    store.actions.claim([jonas], JONAS, NOON)
    store.actions.claim([local], LOCAL, NOON)

    assert listed(store, "claimed") == [ones, jonas, local]
    assert listed(store, "unclaimed") == [free]
    assert [listed(store, "mine", person=person) for person in (1, 2, None, 3)] == [[ones], [jonas], [local], []]
    found = {v.value: v.n for v in store.facets(MentionFilter(person=2))["state"]}
    assert (found["claimed"], found["mine"], found["unclaimed"]) == (3, 1, 1)


def test_only_who_claimed_can_unclaim(store: Store) -> None:
    (one,) = save(store, "one")
    store.actions.claim([one], JONAS, NOON)

    assert set(store.actions.unclaim([one], DANA, NOON).taken) == {one}
    assert store.actions.unclaim([one], JONAS, NOON).changed == (one,)
    assert store.actions.unclaim([one], JONAS, NOON).action is None
    assert (get(store, one).state, get(store, one).claim) == (State.UNCLAIMED, None)


def test_whoever_assigns_replaces_the_claims_that_they_saw(store: Store) -> None:
    one, two = save(store, "one", "two")
    store.actions.claim([one], JONAS, NOON)
    store.actions.claim([two], LOCAL, NOON + 2 * MINUTE)

    result = store.actions.assign([one, two], 1, DANA, NOON + 3 * MINUTE, seen=NOON + MINUTE)
    assert (result.changed, set(result.taken)) == ((one,), {two})
    result = store.actions.assign([one, two], 2, DANA, NOON + 3 * MINUTE)
    assert result.changed == (one, two)
    claim = get(store, two).claim
    assert claim is not None
    assert (claim.claimant.name, claim.assigned_by) == ("Jonas Ott", "Dana Kim")
    assert store.actions.assign([one], 2, DANA, NOON).action is None


def test_nobody_who_is_not_there_or_only_reads_can_be_assigned(store: Store) -> None:
    (one,) = save(store, "one")
    for to, message in ((99, "removed"), (3, "Bo Lund is a viewer"), (None, "Choose")):
        with pytest.raises(PeopleError, match=message):
            store.actions.assign([one], to, DANA, NOON)
    store.actions.claim([one], JONAS, NOON)
    store.people.remove_account(2, NOON, "dana")
    claim = get(store, one).claim
    assert claim is not None
    assert claim.claimant.name == "Jonas Ott"
    assert store.actions.assign([one], 1, DANA, NOON).changed == (one,)


def test_a_claim_outlives_edits_and_marks_and_what_does_not_count_cannot_be_claimed(store: Store) -> None:
    one, two = save(store, "one", "two")
    store.actions.claim([one], JONAS, NOON)
    store.actions.mark([one], False, DANA, NOON)
    assert (listed(store, "claimed"), store.actions.claim([one], DANA, NOON).uncounted) == ([], (one,))
    store.actions.mark([one], None, DANA, NOON)
    store.save("Forum", [without_findings(judged("one", author="x"))], now=NOON)
    assert listed(store, "left") == [one]
    store.save("Forum", [judged("one", author="y")], now=NOON)
    assert listed(store, "claimed") == [one]
    assert store.actions.claim([two, 99], DANA, NOON).missing == (99,)


# Judgements


def test_a_correction_has_its_author_and_is_found_until_it_is_restored(store: Store) -> None:
    (one,) = save(store, "one", score=-0.75)
    store.actions.correct([one], 0.5, DANA, NOON)
    assert store.actions.correct([one], 0.5, JONAS, NOON + MINUTE).action is None

    mention = get(store, one)
    assert mention.correction is not None
    assert mention.correction == store.actions.correction_of(one)
    assert (mention.correction.name, mention.correction.at) == ("Dana Kim", NOON)
    assert (mention.score.sentiment, mention.program_score) == (Sentiment.POSITIVE, -0.75)
    store.actions.restore([one], JONAS, NOON)
    assert (get(store, one).corrected, get(store, one).correction) == (False, None)
    assert audited(store) == [("dana", "corrected score", str(one)), ("jonas", "restored score", str(one))]


def test_several_are_hidden_and_shown_at_once(store: Store) -> None:
    one, two, three = save(store, *"abc")
    store.actions.hide([two], True, JONAS, NOON)

    assert store.actions.hide([one, two, three, two, 99], True, DANA, NOON).changed == (one, three)
    assert listed(store, "hidden") == [one, two, three]
    assert store.actions.hide([one, two], False, DANA, NOON).changed == (one, two)
    assert [action for _, action, _ in audited(store)] == ["hid mention"] * 3 + ["showed mention"] * 2


# Notes


def test_a_note_is_found_edited_by_its_author_for_a_while_and_deleted(store: Store) -> None:
    one, two = save(store, "one", "two")
    known = store.last_change_id()
    store.actions.add_note(one, "  Call\r\nthem.\x00 ", DANA, NOON)

    (note,) = store.actions.notes(one)
    assert (note.text, note.author.name, note.edited_at) == ("Call\nthem.", "Dana Kim", None)
    assert (listed(store, "noted"), listed(store, "unclaimed")) == ([one], [one, two])
    with pytest.raises(NoteError, match="Only Dana Kim"):
        store.actions.edit_note(note.id, "x", JONAS, NOON)
    assert store.actions.edit_note(note.id, "Called them.", DANA, NOON + 15 * MINUTE).changed == (one,)
    assert store.actions.edit_note(note.id, "Called them.", DANA, NOON + 15 * MINUTE).action is None
    assert store.actions.notes(one)[0].edited_at == NOON + 15 * MINUTE
    with pytest.raises(NoteError, match="15 minutes"):
        store.actions.edit_note(note.id, "x", DANA, NOON + 16 * MINUTE)
    store.actions.edit_note(note.id, "", DANA, NOON)
    assert (store.actions.notes(one), listed(store, "noted")) == ([], [])
    with pytest.raises(NoteError, match="deleted"):
        store.actions.edit_note(note.id, "x", DANA, NOON)
    assert kinds_since(store, known) == [ChangeKind.NOTED] * 3


@pytest.mark.parametrize(("text", "message"), [("x" * 1_000_000, "This one has 1,000,000"), (" \n", "empty")])
def test_a_note_that_is_too_long_or_empty_is_refused(store: Store, text: str, message: str) -> None:
    (one,) = save(store, "one")
    with pytest.raises(NoteError, match=message):
        store.actions.add_note(one, text, DANA, NOON)
    assert store.actions.notes(one) == []
    assert store.actions.add_note(one, "x" * NOTE_CHARS + "\ud800", DANA, NOON).changed == (one,)
    assert store.actions.add_note(99, "x", DANA, NOON).missing == (99,)


# Blocks


def test_a_block_hides_recent_and_new_mentions_of_an_author_in_one_source(store: Store) -> None:
    recent, other = *save(store, "recent", author="bob"), *save(store, "other", author="bobby")
    (old,) = save(store, "old", author="BOB", published_at=NOON - 31 * DAY)
    store.save("News feed", [judged("elsewhere", author="bob", source="News feed")], now=NOON)

    assert store.actions.would_hide(BOB, NOON) == 1
    store.actions.block(BOB, DANA, NOON)
    store.actions.block(BOB, JONAS, NOON)
    new, both = *save(store, "new", author="@bob"), *save(store, "acme and globex", author="bob")
    assert listed(store, "hidden") == [recent, new, both]
    assert store.tallies(NOON - DAY, NOON + DAY)[0].hidden == 3
    (block,) = store.actions.blocks()
    assert (block.target, block.by.name, block.hidden) == (BOB, "Dana Kim", 3)
    store.actions.unblock(block.id, JONAS, NOON)
    assert (listed(store, "hidden"), store.actions.blocks()) == ([], [])
    assert {recent, other, old, new} <= set(listed(store))
    assert audited(store) == [("dana", "blocked", "block 1"), ("jonas", "unblocked", "block 1")]


def test_what_a_person_hid_or_another_block_hides_stays_hidden_when_a_block_ends(store: Store) -> None:
    hidden, shown, both, set_apart = save(store, *"abcd", author="bob", site="shop.example.com")
    set_aside(store, "Acme", NOON)
    store.actions.hide([hidden], True, DANA, NOON)
    store.relevance.bring_back("Acme", NOON)
    for target in (BOB, BlockTarget(BlockKind.SITE, "example.com")):
        store.actions.block(target, DANA, NOON)
    store.actions.hide([shown], False, JONAS, NOON)
    site, author = store.actions.blocks()
    assert (author.hidden, site.hidden) == (2, 0)

    store.actions.unblock(author.id, DANA, NOON)
    assert listed(store, "hidden") == [hidden, both, set_apart]
    store.actions.unblock(site.id, DANA, NOON)
    assert listed(store, "hidden") == [hidden]


def test_erasing_an_author_removes_the_block_with_the_name(store: Store) -> None:
    save(store, "one", author="bob")
    store.actions.block(BOB, DANA, NOON)
    store.maintenance.erase(ErasureTarget(author="Bob"), NOON)
    assert store.actions.blocks() == []


# Undoing

ACTIONS: dict[ActionKind, Callable[[Store, int], object]] = {
    ActionKind.CLAIM: lambda store, one: store.actions.claim([one], DANA, NOON),
    ActionKind.ASSIGN: lambda store, one: store.actions.assign([one], 2, DANA, NOON),
    ActionKind.CORRECT: lambda store, one: store.actions.correct([one], None, DANA, NOON),
    ActionKind.HIDE: lambda store, one: store.actions.hide([one], True, DANA, NOON),
    ActionKind.IRRELEVANT: lambda store, one: store.actions.mark([one], False, DANA, NOON),
    ActionKind.RELEVANT: lambda store, one: store.actions.mark([one], True, DANA, NOON),
    ActionKind.ADD_NOTE: lambda store, one: store.actions.add_note(one, "A note", DANA, NOON),
    ActionKind.BLOCK: lambda store, one: store.actions.block(BOB, DANA, NOON),
}
INVERSE: dict[ActionKind, tuple[ActionKind, Callable[[Store, int], object]]] = {
    ActionKind.UNCLAIM: (ActionKind.CLAIM, lambda store, one: store.actions.unclaim([one], DANA, NOON)),
    ActionKind.RESTORE: (ActionKind.CORRECT, lambda store, one: store.actions.restore([one], DANA, NOON)),
    ActionKind.UNHIDE: (ActionKind.HIDE, lambda store, one: store.actions.hide([one], False, DANA, NOON)),
    ActionKind.UNMARK: (ActionKind.IRRELEVANT, lambda store, one: store.actions.mark([one], None, DANA, NOON)),
    ActionKind.EDIT_NOTE: (ActionKind.ADD_NOTE, lambda store, one: store.actions.edit_note(1, "Other", DANA, NOON)),
    ActionKind.DELETE_NOTE: (ActionKind.ADD_NOTE, lambda store, one: store.actions.edit_note(1, "", DANA, NOON)),
    ActionKind.UNBLOCK: (ActionKind.BLOCK, lambda store, one: store.actions.unblock(1, DANA, NOON)),
}


WITHOUT_AUDIT = {
    *(ActionKind.CLAIM, ActionKind.UNCLAIM, ActionKind.ASSIGN),
    *(ActionKind.ADD_NOTE, ActionKind.EDIT_NOTE, ActionKind.DELETE_NOTE),
}


def everything(store: Store, mention: int) -> tuple[object, ...]:
    """What an action can change."""
    return get(store, mention), store.actions.notes(mention), store.relevance.click_on(mention)


def test_every_kind_of_action_is_undone_below() -> None:
    assert {*ACTIONS, *INVERSE} == set(ActionKind)


@pytest.mark.parametrize("kind", ActionKind)
def test_an_action_is_undone_once_and_by_its_author_alone(store: Store, kind: ActionKind) -> None:
    (one,) = save(store, "one", author="bob")
    if kind in INVERSE:
        first, act = INVERSE[kind]
        ACTIONS[first](store, one)
    else:
        act = ACTIONS[kind]
    before = everything(store, one)
    act(store, one)
    assert everything(store, one) != before

    later = NOON + 9 * MINUTE
    last = store.actions.last_action(DANA, later)
    assert last is not None
    assert last.kind is kind
    assert store.actions.undo(JONAS, later, last.id).problem is UndoProblem.NOTHING
    known = store.last_change_id()
    result = store.actions.undo(DANA, later)
    assert (result.problem, result.kind) == (None, kind)
    assert everything(store, one) == before
    assert {change.mention for change in store.changes(known)} == {one}, "every screen learns it"
    assert store.actions.undo(DANA, later, last.id).problem is UndoProblem.DONE
    undone = [action for _, action, _ in audited(store) if action.startswith("undid: ")]
    assert len(undone) == (kind not in WITHOUT_AUDIT)


def test_an_undo_leaves_what_somebody_else_changed_since(store: Store) -> None:
    one, two = save(store, "one", "two")
    store.actions.correct([one, two], 0.5, DANA, NOON)
    store.actions.correct([two], -0.5, JONAS, NOON)

    result = store.actions.undo(DANA, NOON)
    assert (result.undone, result.changed_since, result.problem) == ((one,), (two,), None)
    assert get(store, two).score.value == -0.5
    store.actions.claim([one], DANA, NOON)
    store.actions.assign([one], 2, JONAS, NOON)
    assert store.actions.undo(DANA, NOON).problem is UndoProblem.CHANGED
    store.actions.claim([two], DANA, NOON)
    store.delete_posts("Forum", ["two"], NOON)
    assert store.actions.undo(DANA, NOON).problem is UndoProblem.CHANGED


def test_undoing_goes_back_step_by_step_for_ten_minutes(store: Store) -> None:
    (one,) = save(store, "one")
    store.actions.hide([one], True, DANA, NOON)
    store.actions.claim([one], DANA, NOON + 8 * MINUTE)

    assert store.actions.undo(DANA, NOON + 9 * MINUTE).kind is ActionKind.CLAIM
    assert store.actions.undo(DANA, NOON + 9 * MINUTE).kind is ActionKind.HIDE
    assert store.actions.undo(DANA, NOON + 9 * MINUTE).problem is UndoProblem.NOTHING
    store.actions.hide([one], True, DANA, NOON)
    assert store.actions.last_action(DANA, NOON + 10 * MINUTE) is None
    assert store.actions.undo(DANA, NOON + 10 * MINUTE).problem is UndoProblem.NOTHING
