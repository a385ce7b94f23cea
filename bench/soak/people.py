"""The people of the forum: those who write, edit, delete, report and appeal, and those who review."""

from __future__ import annotations

from datetime import datetime
from random import Random
from threading import Event, Thread
from time import sleep, time
from typing import Any

import httpx

from bench.soak.client import Client
from bench.soak.forum import REASONS, RULES, somebody_writes
from bench.soak.server import LEASE_SECONDS
from bench.soak.told import Held, Told, ToldItem

AUTHORS = 60
"""Of each writer; they report each other, too."""
_RULINGS = ("allow", "allow", "label", "limit", "remove", "remove", "block")


class Person(Thread):
    """Works until it is done; `error` is what it died of."""

    def __init__(self, name: str, address: str, seed: object, told: Told) -> None:
        super().__init__(name=name, daemon=True)
        self.told, self.random = told, Random(f"{seed}/{name}")
        self.client = Client(address, self.random, told)
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            self.error = error
        finally:
            self.client.close()

    def work(self) -> None:
        raise NotImplementedError

    def expect(self, what: str, answer: httpx.Response, *statuses: int) -> Any:
        """The body of an answer that has one of `statuses`; otherwise it is a fault, and None."""
        if answer.status_code in statuses:
            return answer.json() if answer.content else {}
        self.told.fault(f"{what}: {answer.status_code} {answer.text[:300]}")
        return None


class Writer(Person):
    """Sends `count` items of its own authors, and changes them: nobody else does, so it knows what they read."""

    def __init__(self, number: int, address: str, seed: object, told: Told, count: int) -> None:
        super().__init__(f"writer-{number}", address, seed, told)
        self.number, self.left, self.sent = number, count, 0
        self._mine: list[str] = []
        self._statements: list[str] = []

    def work(self) -> None:
        while self.sent < self.left:
            self.send()
            for act, chance in (
                (self.edit, 0.15),
                (self.delete, 0.04),
                (self.report, 0.10),
                (self.appeal, 0.04),
                (self.send_again, 0.03),
            ):
                if self._mine and self.random.random() < chance:
                    act()

    def send(self) -> None:
        key, text = f"w{self.number}-{self.sent}", somebody_writes(self.random)
        author = f"a{self.number}-{self.random.randrange(AUTHORS)}"
        new = self._body(key, text, author)
        answer = self.client.ask("POST", "/v1/items", new, once=True, wait=self.random.random() > 0.1)
        body = self.expect(f"sending {key}", answer, 200, 201, 202)
        if body is not None:
            told = ToldItem(author, [text])
            self._decided(key, told, body)
            self.told.item(key, told)
            self._mine.append(key)
            self.told.count("items")
        self.sent += 1

    def edit(self) -> None:
        key = self._one_of_mine()
        told = self.told.items[key]
        text = f"{somebody_writes(self.random)} ({len(told.texts)})"
        answer = self.client.ask("PUT", f"/v1/items/{key}", {"text": text}, wait=self.random.random() > 0.1)
        body = self.expect(f"editing {key}", answer, 200, 202)
        if body is not None:
            told.texts.append(text)
            self._decided(key, told, body)
            self.told.count("edits")

    def delete(self) -> None:
        key = self._one_of_mine()
        if self.expect(f"deleting {key}", self.client.ask("DELETE", f"/v1/items/{key}"), 204) is not None:
            self.told.items[key].texts.append(None)
            self._mine.remove(key)
            self.told.count("deletions")

    def report(self) -> None:
        key = self.told.keys[self.random.randrange(len(self.told.keys))]
        new = {
            "item": key,
            "reason": self.random.choice(REASONS),
            "reporter": f"a{self.number}-{self.random.randrange(AUTHORS)}",
            "source": self.random.choice(("human", "human", "automation", "trusted_flagger")),
            "comment": "Please have a look.",
        }
        body = self.expect(
            f"reporting {key}", self.client.ask("POST", "/v1/reports", new, once=True), 200, 201
        )
        if body is not None:
            self.told.reports.add(body["key"])
            self.told.count("reports")

    def appeal(self) -> None:
        if not self._statements:
            return
        key = self._statements.pop(self.random.randrange(len(self._statements)))
        answer = self.client.ask("POST", f"/v1/statements/{key}/appeal", {"message": "I meant the nut."})
        if answer.status_code == 409:
            self.told.count("appeals that came too late")
            return
        body = self.expect(f"appealing against {key}", answer, 200, 201)
        if body is not None:
            self.told.appeals.add(body["key"])
            self.told.count("appeals")

    def send_again(self) -> None:
        """A client that forgot that it had sent an item: nothing may come of it."""
        key = self._one_of_mine()
        told = self.told.items[key]
        if len(told.texts) == 1 and told.texts[0] is not None:
            answer = self.client.ask("POST", "/v1/items", self._body(key, told.texts[0], told.author))
            self.expect(f"sending {key} again", answer, 200, 202)
            self.told.count("items sent again")

    def _body(self, key: str, text: str, author: str) -> dict[str, Any]:
        thread = f"t{self.number}-{int(key.partition('-')[2]) // 10}"
        return {
            "id": key,
            "text": text,
            "author": author,
            "community": f"c{self.number % 3}",
            "thread": thread,
        }

    def _one_of_mine(self) -> str:
        return self.random.choice(self._mine[-200:])

    def _decided(self, key: str, told: ToldItem, body: dict[str, Any]) -> None:
        if body["revision"] != len(told.texts):
            self.told.fault(f"{key} has revision {body['revision']} after {len(told.texts)} changes")
        decision = body["decision"]
        if isinstance(decision, dict):  # an item, because it was answered 202
            decision = decision["decision"]
        if decision is not None:
            told.decisions.append((len(told.texts), decision))
        if body.get("statement"):
            self._statements.append(body["statement"])


class Reviewer(Person):
    """Takes cases and rules in them, gives some back, and lets some lie until the lease is over."""

    def __init__(self, name: str, address: str, seed: object, told: Told, done: Event) -> None:
        super().__init__(name, address, seed, told)
        self._done = done

    def work(self) -> None:
        while not self._done.is_set():
            answer = self.client.ask("POST", "/v1/cases/next", {"user": self.name})
            body = self.expect("taking the next case", answer, 200)
            if body is None or body["case"] is None:
                sleep(self.random.uniform(0.05, 0.3))
                continue
            self._review(body["case"])

    def _review(self, case: dict[str, Any]) -> None:
        """Writes down how long the case was surely this person's: until the lease ends, or what ends it is sent."""
        if case["holder"] != self.name:
            self.told.fault(f"{self.name} was given {case['key']}, which {case['holder']} holds")
        self.told.count("cases taken")
        until, luck = datetime.fromisoformat(case["leased_until"]).timestamp(), self.random.random()
        taken = until - LEASE_SECONDS
        if luck < 0.02:
            self.told.count("cases left to lie")
            self.told.held.append(Held(case["key"], self.name, taken, until))
            return
        sleep(self.random.uniform(0, 0.1))
        self.told.held.append(Held(case["key"], self.name, taken, min(until, time())))
        if luck < 0.05:
            self._give_back(case["key"])
        else:
            self._rule(case)

    def _give_back(self, key: str) -> None:
        self.client.ask("DELETE", f"/v1/cases/{key}/lease?user={self.name}")
        self.told.count("cases given back")

    def _rule(self, case: dict[str, Any]) -> None:
        action = self.random.choice(_RULINGS)
        new = {
            "user": self.name,
            "action": action,
            "rule": None if action == "allow" else self.random.choice(RULES),
            "note": "Seen.",
            "revision": case["revision"],
        }
        answer = self.client.ask("POST", f"/v1/cases/{case['key']}/ruling", new)
        if answer.status_code == 409 and self.client.failed and self._has_ruled(case["key"]):
            self._ruled(case["key"])
        elif answer.status_code == 409:
            self.told.count("rulings refused")  # the item was edited, or the lease was over
        elif self.expect(f"ruling in {case['key']}", answer, 200) is not None:
            self._ruled(case["key"])

    def _has_ruled(self, key: str) -> bool:
        body = self.expect(f"reading {key}", self.client.ask("GET", f"/v1/cases/{key}"), 200)
        return body is not None and any(ruling["user"] == self.name for ruling in body["rulings"])

    def _ruled(self, key: str) -> None:
        if key in self.told.rulings:
            self.told.fault(f"{key} was ruled in twice, by {self.told.rulings[key]} and {self.name}")
        self.told.rulings[key] = self.name
        self.told.count("rulings")
