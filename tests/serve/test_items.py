"""`/v1/items` and `/v1/decisions`: what is sent is decided once, kept, and found again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from comity.store import issue_key
from comity.store.tables import DecisionRecord, ItemRecord, Pending, Revision, Text
from tests.serve.cast import DOUBTFUL, FRIENDLY, INSULT
from tests.serve.keeping import forum, wait_for

AD = "FREE bulbs."
ODD_IDS = [
    "a/b",
    "a/decisions",
    "/a//b/",
    "100% sure",
    "%2F",
    "?text=1#top",
    "né 🌱",
    "a+b&c",
    "tab\tline\n",
    "..",
    "x" * 512,
]
_NUMBERS = count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request, tmp_path_factory):
    url = request.getfixturevalue("postgres").migrated() if request.param == "postgresql" else None
    with forum(tmp_path_factory.mktemp("site"), url) as found:
        yield found


@pytest.fixture
def id():
    """Of an item that nobody has sent yet."""
    return f"post-{next(_NUMBERS)}"


def rows(site, table, *where):
    with site.database.read() as session:
        return session.scalars(select(func.count()).select_from(table).where(*where)).one()


def test_an_item_is_decided_and_found_again_where_the_answer_says(site, id):
    answer = site.send(id, INSULT, author={"id": "mira"}, community="beds", thread="t-1", reply_to="post-0")
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/items/{id}")
    decision = answer.json()
    assert (decision["id"], decision["action"], decision["revision"]) == (id, "remove", 1)
    assert (decision["stored"], decision["complete"], decision["actor"]) == (True, True, "automation")
    assert decision["statement"].startswith("sor-")
    assert decision["case"] is None
    item = site.client.get(answer.headers["location"]).json()
    assert item["decision"] == decision
    shown = [item[name] for name in ("author", "community", "thread", "reply_to", "state", "action")]
    assert shown == ["mira", "beds", "t-1", "post-0", "decided", "remove"]


def test_a_doubtful_item_has_a_case(site, id):
    decision = site.send(id, DOUBTFUL).json()
    assert (decision["action"], decision["statement"]) == ("review", None)
    assert decision["case"].startswith("case-")
    assert site.item(id)["case"] == decision["case"]


def test_the_same_item_again_gets_the_same_answer_and_is_not_decided_again(site, id):
    first = site.send(id, INSULT)
    again = site.send(id, INSULT)
    assert (again.status_code, again.json()) == (200, first.json())
    assert site.asked.count(id) == 1


@pytest.mark.parametrize(
    "other", [{"text": FRIENDLY}, {"author": "noor"}, {"thread": "t-2"}, {"community": "trees"}]
)
def test_another_item_under_the_same_id_is_refused(site, id, other):
    mine = {"text": INSULT, "author": "mira", "thread": "t-1", "community": "beds"}
    assert site.send(id, **mine).status_code == 201
    answer = site.send(id, **{**mine, **other})
    assert (answer.status_code, answer.json()["code"]) == (409, "N002")
    assert site.item(id)["author"] == "mira"


def test_fifty_clients_with_the_same_item_make_one_decision(site, id):
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: site.send(id, DOUBTFUL, author="mira"), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.json()["decision"] for answer in answers}) == 1
    with site.database.read() as session:
        [item] = session.scalars(select(ItemRecord).where(ItemRecord.key == id)).all()
    assert rows(site, Revision, Revision.item_id == item.id) == 1
    assert rows(site, DecisionRecord, DecisionRecord.item_id == item.id) == 1
    assert rows(site, Text, Text.item_id == item.id) == 2
    assert rows(site, Pending) == 0


def test_a_hundred_clients_with_items_of_their_own_lose_none(site, id):
    sent = [f"{id}-{number}" for number in range(100)]
    with ThreadPoolExecutor(100) as clients:
        answers = list(clients.map(lambda one: site.send(one, FRIENDLY, author="noor"), sent))
    assert [answer.status_code for answer in answers] == [201] * 100
    assert [answer.json()["id"] for answer in answers] == sent


def test_a_request_with_an_idempotency_key_is_done_once(site, id):
    key = {"Idempotency-Key": f"key of {id}"}
    first, again = (site.send(id, INSULT, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = site.send(f"{id}-other", INSULT, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "N002")
    assert site.client.get(f"/v1/items/{id}-other").status_code == 404


def test_requests_with_one_idempotency_key_at_the_same_time_are_done_once(site, id):
    key = {"Idempotency-Key": f"key of {id}"}
    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda _: site.send(id, INSULT, headers=key), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["decision"] for answer in answers}) == 1


def test_an_edit_is_a_revision_with_a_decision_of_its_own(site, id):
    site.send(id, DOUBTFUL)
    answer = site.client.put(f"/v1/items/{id}", json={"text": FRIENDLY})
    assert (answer.status_code, answer.json()["revision"], answer.json()["action"]) == (200, 2, "allow")
    item = site.item(id, text=1)
    assert [(one["change"], one["action"]) for one in item["revisions"]] == [
        ("new", "review"),
        ("edit", "allow"),
    ]
    assert [one["parts"][0]["text"] for one in item["revisions"]] == [DOUBTFUL, FRIENDLY]
    assert item["action"] == "allow"


def test_an_edit_that_changes_nothing_is_no_revision(site, id):
    before = site.send(id, INSULT).json()
    answer = site.client.put(f"/v1/items/{id}", json={"text": INSULT})
    assert (answer.status_code, answer.json()) == (200, before)


def test_evidence_names_the_part(site, id):
    parts = [{"id": "title", "text": FRIENDLY}, {"id": "body", "text": INSULT}]
    answer = site.client.post("/v1/items", json={"id": id, "parts": parts})
    [place] = answer.json()["violations"][0]["evidence"]
    assert place["part"] == "body"


def test_a_deleted_item_keeps_its_history_and_its_case_is_closed(site, id):
    site.send(id, DOUBTFUL)
    assert [site.client.delete(f"/v1/items/{id}").status_code for _ in range(2)] == [204, 204]
    item = site.item(id)
    assert (item["state"], item["action"], item["case"], len(item["revisions"])) == ("deleted", None, None, 2)
    assert site.client.put(f"/v1/items/{id}", json={"text": FRIENDLY}).status_code == 409
    assert site.send(id, DOUBTFUL).status_code == 409


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_item_that_nobody_sent_is_not_found(site, id, method):
    body = {"text": FRIENDLY} if method == "PUT" else None
    assert site.client.request(method, f"/v1/items/{id}", json=body).status_code == 404


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_may_hold_any_character(site, odd):
    answer = site.send(odd, FRIENDLY)
    assert answer.status_code == 201
    path = answer.headers["location"]
    assert site.client.get(path).json()["id"] == odd
    [line] = site.client.get(f"{path}/decisions").json()["decisions"]
    assert line["item"] == odd
    assert site.client.put(path, json={"text": DOUBTFUL}).json()["revision"] == 2
    assert site.client.delete(path).status_code == 204


def test_an_item_may_be_decided_in_a_moment(site, id):
    answer = site.send(id, INSULT, headers={"Prefer": "wait=5, respond-async"})
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert answer.json()["state"] in ("pending", "decided")
    item = site.decided(id)
    assert (item["action"], item["decision"]["statement"][:4]) == ("remove", "sor-")
    assert site.send(id, INSULT).json() == item["decision"]


def test_so_may_an_edit(site, id):
    site.send(id, FRIENDLY)
    answer = site.client.put(f"/v1/items/{id}", json={"text": INSULT}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert site.decided(id)["action"] == "remove"


def test_many_items_that_wait_are_all_decided(site, id):
    sent = [f"{id}-{number}" for number in range(40)]
    with ThreadPoolExecutor(20) as clients:
        prefer = {"Prefer": "respond-async"}
        answers = clients.map(
            lambda one: site.send(one, DOUBTFUL, prefer, author=one[-1], thread=f"thread of {id}"), sent
        )
        assert {answer.status_code for answer in answers} == {202}
    wait_for(lambda: rows(site, Pending) == 0)
    page = site.client.get("/v1/items", params={"thread": f"thread of {id}"}).json()
    assert [item["action"] for item in page["items"]] == ["review"] * 40


def test_of_an_item_that_is_not_to_be_stored_nothing_is_kept(site, id):
    before = [rows(site, table) for table in (ItemRecord, Text, DecisionRecord)]
    answer = site.send(id, DOUBTFUL, do_not_store=True, author="somebody-new")
    decision = answer.json()
    assert (answer.status_code, decision["action"], decision["stored"]) == (200, "review", False)
    assert "location" not in answer.headers
    assert site.client.get(f"/v1/items/{id}").status_code == 404
    assert [rows(site, table) for table in (ItemRecord, Text, DecisionRecord)] == before


def test_what_an_author_did_before_is_a_fact_about_the_next_item(site, id):
    send = lambda number, text: site.send(  # noqa: E731
        f"{id}-{number}", text, author=f"author of {id}", policy="keeping"
    )
    assert send(1, INSULT).json()["action"] == "remove"
    site.client.delete(f"/v1/items/{id}-1")
    second = send(2, FRIENDLY).json()
    assert [violation["rule"] for violation in second["violations"]] == ["once-bitten"]


def test_of_a_new_author_it_is_known_that_there_was_nothing_before(site, id):
    decision = site.send(id, FRIENDLY, author=f"author of {id}", policy="keeping").json()
    assert (decision["action"], decision["not_judged"]) == ("allow", [])


def test_counters_count_what_is_kept(site, id):
    answers = [
        site.send(f"{id}-{number}", FRIENDLY, author=f"author of {id}", policy="keeping")
        for number in range(4)
    ]
    assert [answer.json()["action"] for answer in answers] == ["allow", "allow", "allow", "label"]


def test_rules_that_are_tried_out_leave_a_decision_without_effect(site, id):
    assert site.send(id, AD, author=f"author of {id}", policy="keeping").json()["action"] == "allow"
    lines = site.client.get(f"/v1/items/{id}/decisions").json()["decisions"]
    assert [(line["action"], line["shadow"]) for line in lines] == [("allow", False), ("remove", True)]
    shadow = site.client.get(f"/v1/decisions/{lines[1]['decision']}").json()
    assert (shadow["shadow"], shadow["statement"]) == (True, None)
    assert site.client.post(f"/v1/decisions/{lines[1]['decision']}/replay").json()["same"] is True


def test_lists_go_on_where_the_page_before_ended(site, id):
    sent = [f"{id}-{number}" for number in range(5)]
    for one in sent:
        site.send(one, DOUBTFUL, thread=f"thread of {id}", community="beds", author="mira")
    found, after = [], 0
    while after is not None:
        page = site.client.get(
            "/v1/items", params={"thread": f"thread of {id}", "limit": 2, "after": after}
        ).json()
        found += [item["id"] for item in page["items"]]
        after = page["next"]
    assert found == sent
    for more, expected in (({"action": "review"}, 5), ({"author": "noor"}, 0), ({"community": "beds"}, 5)):
        page = site.client.get("/v1/items", params={"thread": f"thread of {id}", **more}).json()
        assert len(page["items"]) == expected
    log = site.client.get("/v1/decisions", params={"limit": 3}).json()
    assert (len(log["decisions"]), log["next"]) == (3, 3)


def test_a_decision_is_made_again_from_what_it_recorded(site, id):
    decision = site.send(id, INSULT, author={"id": "mira", "verified": True}).json()
    assert site.client.get(f"/v1/decisions/{decision['decision']}").json() == decision
    again = site.client.post(f"/v1/decisions/{decision['decision']}/replay").json()
    assert (again["same"], again["same_plan"]) == (True, True)
    assert again["decision"]["violations"] == decision["violations"]
    assert site.asked.count(id) == 1


def test_after_a_purge_the_log_still_says_what_was_decided(site, id):
    decision = site.send(id, INSULT).json()
    with site.database.write() as session:
        item = session.scalars(select(ItemRecord).where(ItemRecord.key == id)).one()
        for text in session.scalars(select(Text).where(Text.item_id == item.id)):
            session.delete(text)
    left = site.client.get(f"/v1/decisions/{decision['decision']}").json()
    assert (left["complete"], left["action"], left["actions"]) == (False, "remove", ["remove"])
    [violation] = left["violations"]
    assert (violation["rule"], violation["score"], violation["reason"]) == ("no-insults", 0.93, "")
    assert site.item(id, text=1)["revisions"][0]["parts"] is None
    assert site.client.post(f"/v1/decisions/{decision['decision']}/replay").status_code == 409
    assert site.send(id, INSULT).json() == left


def test_an_unknown_decision_or_policy_is_not_found(site, id):
    assert site.client.get("/v1/decisions/dec-none").status_code == 404
    assert site.client.post("/v1/decisions/dec-none/replay").status_code == 404
    assert site.send(id, FRIENDLY, policy="nope").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"id": "x"},
        {"id": "x", "text": "a", "parts": [{"id": "b", "text": "c"}]},
        {"id": "x", "parts": [{"id": "b", "text": "c"}, {"id": "b", "text": "d"}]},
        {"id": "x\u0000", "text": "a"},
        {"id": "", "text": "a"},
        {"id": "x", "text": "a", "author": {"id": "mira", "created_at": "0001-01-01T00:00:00Z"}},
        {"id": "x", "text": "a", "author": {"id": "mira", "created_at": "2026-01-01T00:00:00"}},
        {"id": "x", "fetch": "https://forum.example/1"},
        {"id": "x", "fetch": "https://forum.example/1", "do_not_store": True},
    ],
)
def test_an_item_with_mistakes_is_refused_and_not_kept(site, body):
    before = rows(site, ItemRecord)
    assert site.client.post("/v1/items", json=body).status_code == 422
    assert rows(site, ItemRecord) == before


@pytest.mark.parametrize(
    "path", ["/v1/items/%00", "/v1/items/%FF", "/v1/items?after=-1", "/v1/items?limit=0"]
)
def test_a_path_or_page_with_mistakes_is_refused(site, path):
    assert site.client.get(path).status_code == 422


def test_a_text_that_is_not_to_be_stored_is_nowhere_in_the_file(tmp_path):
    with forum(tmp_path) as site:
        site.send("kept", "Mulch the roses.")
        site.send("not-kept", "Whisper about the dahlias.", do_not_store=True)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("comity.db*"))
    assert b"Mulch the roses" in stored
    assert b"dahlias" not in stored
    assert b"not-kept" not in stored


ACTS = [
    ("POST", "/v1/items", {"id": "post-7", "text": FRIENDLY}, {"moderate"}),
    ("PUT", "/v1/items/post-7", {"text": FRIENDLY}, {"moderate"}),
    ("GET", "/v1/items/post-7", None, {"moderate", "read"}),
    ("GET", "/v1/items/post-7?text=1", None, {"read", "moderate read"}),
    ("GET", "/v1/items/post-7/decisions", None, {"moderate", "read"}),
    ("GET", "/v1/items", None, {"read"}),
    ("GET", "/v1/decisions", None, {"read"}),
    ("DELETE", "/v1/items/post-7", None, {"moderate"}),
]


def test_each_act_needs_its_scope(tmp_path):
    with forum(tmp_path, require_key=True) as site:
        secrets = {}
        with site.database.write() as session:
            for scopes in ("moderate", "read", "moderate read", "review", "annotate", "admin"):
                secrets[scopes] = issue_key(session, "forum", scopes=scopes.split()).secret
        for method, path, body, allowed in ACTS:
            opened = set()
            for scopes, secret in secrets.items():
                headers = {"Authorization": f"Bearer {secret}"}
                if site.client.request(method, path, json=body, headers=headers).status_code != 403:
                    opened.add(scopes)
            assert opened - {"moderate read"} == allowed - {"moderate read"}, (method, path)


def test_idempotency_keys_of_two_clients_are_apart(tmp_path):
    with forum(tmp_path, require_key=True) as site:
        with site.database.write() as session:
            secrets = [issue_key(session, name).secret for name in ("forum", "shop")]
        answers = [
            site.send(
                f"post-{number}",
                FRIENDLY,
                headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "1"},
            )
            for number, secret in enumerate(secrets)
        ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.headers["location"] for answer in answers] == [
        f"/v1/items/{quote(f'post-{number}')}" for number in range(2)
    ]
