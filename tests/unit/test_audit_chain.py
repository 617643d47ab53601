"""The audit chain: whatever is changed, taken out, put in or moved is found at its place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.audit import GENESIS, AuditEntry, AuditFact, digest_of, entry_hash, first_break

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FACTS = st.builds(AuditFact, st.just(1), WORDS, WORDS, WORDS, WORDS, WORDS)
CHAINS = st.lists(FACTS, min_size=1, max_size=8)


def chain(facts: list[AuditFact]) -> list[AuditEntry]:
    entries, before = [], GENESIS
    for sequence, fact in enumerate(facts, start=1):
        at = NOON + timedelta(seconds=sequence)
        before = entry_hash(before, sequence, fact, at)
        entries.append(AuditEntry(sequence, fact, at, before))
    return entries


@given(CHAINS)
def test_an_untouched_chain_holds(facts: list[AuditFact]) -> None:
    entries = chain(facts)
    assert first_break(entries, entries[-1].hash) is None


def test_an_empty_chain_holds() -> None:
    assert first_break([], GENESIS) is None


@given(CHAINS, st.data())
def test_a_changed_entry_is_found(facts: list[AuditFact], data: st.DataObject) -> None:
    entries = chain(facts)
    place = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[place]
    name = data.draw(st.sampled_from(["actor", "action", "subject", "digest", "salt", "area_id", "at", "hash"]))
    if name == "at":
        changed = replace(entry, at=entry.at + timedelta(microseconds=1))
    elif name == "hash":
        changed = replace(entry, hash=entry.hash[::-1] + "0")
    elif name == "area_id":
        changed = replace(entry, fact=replace(entry.fact, area_id=2))
    else:
        changed = replace(entry, fact=replace(entry.fact, **{name: getattr(entry.fact, name) + "."}))
    assert first_break([*entries[:place], changed, *entries[place + 1 :]], entries[-1].hash) == place + 1


@given(CHAINS, st.data())
def test_a_removed_entry_is_found_also_at_the_end(facts: list[AuditFact], data: st.DataObject) -> None:
    entries = chain(facts)
    place = data.draw(st.integers(0, len(entries) - 1))
    assert first_break(entries[:place] + entries[place + 1 :], entries[-1].hash) == place + 1


@given(st.lists(FACTS, min_size=2, max_size=8), st.data())
def test_reordered_entries_are_found(facts: list[AuditFact], data: st.DataObject) -> None:
    entries = chain(facts)
    order = data.draw(st.permutations(range(len(entries))).filter(lambda order: order != sorted(order)))
    first_moved = next(place for place, there in enumerate(order) if place != there)
    assert first_break([entries[there] for there in order], entries[-1].hash) == first_moved + 1


@given(CHAINS, FACTS, st.data())
def test_an_entry_put_in_is_found(facts: list[AuditFact], forged: AuditFact, data: st.DataObject) -> None:
    entries = chain(facts)
    place = data.draw(st.integers(0, len(entries)))
    before = entries[place - 1].hash if place else GENESIS
    made_up = AuditEntry(place + 1, forged, NOON, entry_hash(before, place + 1, forged, NOON))
    broken_at = first_break([*entries[:place], made_up, *entries[place:]], entries[-1].hash)
    assert broken_at is not None
    assert broken_at >= place + 1


def test_a_chain_made_anew_from_a_changed_entry_on_does_not_end_in_the_head() -> None:
    honest = chain([AuditFact(1, "staff:7", "ticket.resolved", f"ticket:{number}") for number in range(5)])
    forged = chain([AuditFact(1, "staff:8", "ticket.resolved", f"ticket:{number}") for number in range(5)])
    assert first_break(forged, honest[-1].hash) == 6


@pytest.mark.parametrize("hours", [-11, 0, 8, 14])
def test_a_moment_is_the_same_in_every_zone(hours: int) -> None:
    """The store gives UTC back, whatever zone the writer's clock was in."""
    fact = AuditFact(1, "staff:7", "notice.approved", "notice:26041")
    there = NOON.astimezone(timezone(timedelta(hours=hours)))
    assert entry_hash(GENESIS, 1, fact, there) == entry_hash(GENESIS, 1, fact, NOON)


def test_a_digest_depends_on_its_salt_and_not_on_the_order_of_names() -> None:
    assert digest_of("a", {"x": 1, "y": 2}) == digest_of("a", {"y": 2, "x": 1})
    assert digest_of("a", {"x": 1}) != digest_of("b", {"x": 1})
    assert digest_of("a", [1, 2]) != digest_of("a", [2, 1])
