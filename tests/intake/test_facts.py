"""What is known of an author, and what came before: counters equal a recount of everything that ever happened."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.decide.transcript import recall
from comity.intake import facts
from comity.policy.document import CountedBy
from comity.store.tables import Case, DecisionRecord
from tests.intake.site import DOUBTFUL, FRIENDLY, GARDEN, INSULT, Site, emptied

BY = CountedBy.__args__
OF = ("items", "reports", "removals", "targets")
HOURS = 2
COUNTERS = "counters:\n" + "".join(
    f"  {of}_by_{by}: {{by: {by}, of: {of}, window: {HOURS}h}}\n" for by, of in product(BY, OF)
)
COUNTING = GARDEN.replace("counters:\n  posts_1h: {by: author, window: 1h}\n", COUNTERS)
LINKS = {"seeds": "seeds.example/a", "tools": "tools.example/b"}
TEXTS = {
    "You walnut.": ((), ()),
    "Yóu WALNUT.": ((), ()),
    "You walnut, see https://seeds.example/a": (("seeds",), ()),
    "Fine: http://www.seeds.example/a and tools.example/b for @bob": (("seeds", "tools"), ("@bob",)),
    "Ask @Bob or @carol.": ((), ("@bob", "@carol")),
}
"""Texts, with the links and names in each."""


def facts_of(site, id):
    """The facts with which an item was decided first."""
    [decision, *_] = site.rows(DecisionRecord, DecisionRecord.item_id == site.item(id).id)
    return recall(site.text(decision)).facts


def test_of_a_new_author_nothing_is_counted_yet(site):
    site.send("post-1", FRIENDLY)
    told = facts_of(site, "post-1")
    assert told.counters == {"posts_1h": 0}
    assert told.author == {"id": "ann", "strikes": 0}
    assert told.history == {"items": 0, "removals": 0, "reports": 0}


def test_without_an_author_nothing_is_known(site):
    site.send("post-1", FRIENDLY, author=None)
    told = facts_of(site, "post-1")
    assert (told.author, told.counters, told.history) == ({}, {}, {})


def test_what_the_site_tells_of_the_author_is_kept_with_the_item(site):
    joined = site.now - timedelta(days=3)
    author = {"id": "ann", "created_at": joined.isoformat(), "verified": True}
    site.send("post-1", FRIENDLY, author)
    assert facts_of(site, "post-1").author == {"id": "ann", "strikes": 0, "age_days": 3.0, "verified": True}
    site.later(days=2)
    site.send("post-2", FRIENDLY)
    assert facts_of(site, "post-2").author == {"id": "ann", "strikes": 0, "age_days": 5.0}


def test_an_author_cannot_get_rid_of_removals_by_deleting_or_editing(site):
    for number in range(3):
        site.send(f"post-{number}", INSULT)
    site.delete("post-0")
    site.edit("post-1", FRIENDLY)
    site.send("post-9", FRIENDLY)
    assert facts_of(site, "post-9").history == {"items": 3, "removals": 3, "reports": 0}


def test_a_removal_that_was_overturned_counts_no_more(site):
    site.send("post-1", INSULT)
    site.appeal(site.statement("post-1").key)
    site.review("allow")
    site.send("post-2", FRIENDLY)
    assert facts_of(site, "post-2").history["removals"] == 0


def test_an_item_does_not_count_itself_when_it_is_edited(site):
    site.send("post-1", INSULT)
    site.send("post-2", DOUBTFUL)
    site.edit("post-2", FRIENDLY)
    decisions = site.rows(DecisionRecord, DecisionRecord.item_id == site.item("post-2").id)
    assert [recall(site.text(row)).facts.counters for row in decisions] == [{"posts_1h": 1}] * 2


def test_nothing_is_counted_past_the_most(site, monkeypatch):
    monkeypatch.setattr(facts, "MOST_COUNTED", 2)
    for number in range(4):
        site.send(f"post-{number}", FRIENDLY)
    assert facts_of(site, "post-3").counters == {"posts_1h": 2}


people = st.sampled_from(["ann", "bob", None])
places = st.sampled_from(["north", "south", None])
acts = st.one_of(
    st.tuples(
        st.just("send"),
        people,
        places,
        places,
        st.sampled_from(sorted(TEXTS)),
        st.none() | st.integers(0, 5),
    ),
    st.tuples(st.just("edit"), st.integers(0, 9), st.sampled_from(sorted(TEXTS))),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("report"), st.integers(0, 9), st.sampled_from(["carol", "dora"])),
    st.tuples(st.just("clear"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.integers(10, 90)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(acts, min_size=5, max_size=25), data=st.data())
def test_every_counter_equals_a_recount_of_what_happened(kept_database, history, data):
    site, past = Site(emptied(kept_database), COUNTING), []
    for act in history:
        _happens(site, past, *act)
    author, community, thread = data.draw(people), data.draw(places), data.draw(places)
    text = data.draw(st.sampled_from(sorted(TEXTS)))
    site.send("last", text, author, community=community, thread=thread, reply_to=None)
    asked = {"author": author, "community": community, "thread": thread, "text": text}
    assert facts_of(site, "last").counters == _recount(past, asked, site.now)


def _happens(site, past, act, *more):
    if act == "wait":
        site.later(minutes=more[0])
        return
    if act == "send":
        author, community, thread, text, parent = more
        reply_to = f"post-{parent}" if parent is not None else None
        id = f"post-{len(past)}"
        site.send(id, text, author, community=community, thread=thread, reply_to=reply_to)
        past.append(
            {
                "author": author,
                "community": community,
                "thread": thread,
                "parent": reply_to,
                "came": site.now,
                "texts": [(text, site.now)],
                "removed": {1: site.now} if "walnut" in text.lower() and "Yó" not in text else {},
                "reports": [],
                "reporters": set(),
                "deleted": False,
            }
        )
        return
    if more[0] >= len(past):
        return
    id, item = f"post-{more[0]}", past[more[0]]
    if act == "delete":
        site.delete(id)
        item["deleted"] = True
    elif act == "edit" and not item["deleted"] and item["texts"][-1][0] != more[1]:
        site.edit(id, more[1])
        item["texts"].append((more[1], site.now))
        if "walnut" in more[1]:
            item["removed"][len(item["texts"])] = site.now
    elif act == "report" and (len(item["texts"]), more[1]) not in item["reporters"]:
        site.report(id, reporter=more[1])
        item["reporters"].add((len(item["texts"]), more[1]))
        item["reports"].append(site.now)
    elif act == "clear" and item["reports"]:
        report, fresh = site.report(id, reason="junk", reporter="eve")
        item["reports"] += [site.now] * fresh
        [case] = site.rows(Case, Case.item_id == report.item_id, Case.closed_at.is_(None)) or [None]
        if case is not None:
            site.take(case=case.key)
            site.rule(case.key, "allow")
            item["removed"].pop(len(item["texts"]), None)


def _recount(past, asked, now):
    since = now - timedelta(hours=HOURS)
    links = TEXTS[asked["text"]][0]
    counts = {}
    for by in BY:
        if not (links if by == "link" else asked[by]):
            continue
        alike = [item for item in past if _alike(item, by, asked, links, None)]
        recent = [item for item in past if _alike(item, by, asked, links, since)]
        counts[f"items_by_{by}"] = len(recent)
        counts[f"reports_by_{by}"] = sum(at > since for item in alike for at in item["reports"])
        counts[f"removals_by_{by}"] = sum(
            any(at > since for at in item["removed"].values()) for item in alike
        )
        aimed = {name for item in recent for text, _ in item["texts"] for name in TEXTS[text][1]}
        aimed |= {item["parent"] for item in recent if item["parent"]} | set(TEXTS[asked["text"]][1])
        counts[f"targets_by_{by}"] = len(aimed)
    return counts


def _alike(item, by, asked, links, since):
    if by in ("author", "community", "thread"):
        return item[by] == asked[by] and (since is None or item["came"] > since)
    texts = [text for text, at in item["texts"] if since is None or at > since]
    if by == "text":
        return any(_plain(text) == _plain(asked["text"]) for text in texts)
    return any(set(links) & set(TEXTS[text][0]) for text in texts)


def _plain(text):
    return text.lower().replace("ó", "o")
