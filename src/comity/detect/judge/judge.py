"""A detector made of rules: it asks a language model whether an item breaks them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import ClassVar

from comity.content import Item
from comity.detect.detector import Tier
from comity.detect.judge.cache import Cache, key_of, rules_digest
from comity.detect.judge.client import Client, Deadline
from comity.detect.judge.dialects import Dialect, dialect_named
from comity.detect.judge.options import JudgeOptions
from comity.detect.judge.passage import NEUTRAL, Passage, passage_of
from comity.detect.judge.question import NoScores, Question, Rejected, Unanswered, Unreadable
from comity.detect.judge.verdict import Finding, debiased
from comity.detect.signal import Abstained, Failed, Outcome, Signal, Signals
from comity.taxonomy import Criterion

NAME = "judge.v1"


class LanguageModelJudge:
    """Asks `client`'s endpoint in the words of `dialect` whether an item breaks `rules`.

    First the quick question of the dialect; where its answer is in doubt or cannot be read, the one that asks for
    reasons. Whatever comes back too late, refused, garbled or contradicting itself is Failed, with why.
    """

    modalities: ClassVar = frozenset({"text"})
    languages: ClassVar = None
    tier: ClassVar = Tier.JUDGE

    def __init__(
        self,
        name: str,
        rules: Sequence[Criterion],
        options: JudgeOptions,
        dialect: Dialect,
        client: Client,
        cache: Cache[Outcome],
    ) -> None:
        self.name = name
        self.criteria = dialect.criteria(rules)
        # As long again as it has may an item wait for its turn.
        self.deadline_ms = 2 * options.deadline_ms
        self.artefact_digest = sha256(
            "\n".join((options.url, options.model, options.dialect, rules_digest(rules))).encode()
        ).hexdigest()
        self._rules = rules
        self._options = options
        self._dialect = dialect
        self._client = client
        self._cache = cache
        self._leaning: float | None = None

    async def detect(self, items: Sequence[Item]) -> list[Outcome]:
        """One outcome an item, in order; what fails for one does not touch the others."""
        return list(await asyncio.gather(*map(self._judged, items)))

    async def aclose(self) -> None:
        """Closes the connections of this event loop."""
        await self._client.aclose()

    async def _judged(self, item: Item) -> Outcome:
        passage = passage_of(item, self._options)
        if isinstance(passage, Abstained):
            return passage
        if not passage.text.strip():
            return Abstained("the item has no text to judge")
        key = key_of(self.artefact_digest, passage)
        known = self._cache.get(key)
        if known is not None:
            return known
        costs: list[float] = []
        try:
            found = await self._found(passage, self._deadline(), costs.append)
        except Unanswered as unanswered:
            return Failed(unanswered.reason, cost=sum(costs))
        signals = tuple(
            Signal(one.criterion, one.probability, self.name, rationale=one.rationale)
            for one in found
            if one.probability > 0
        )
        judged = frozenset(one.criterion for one in found)
        self._cache.put(key, Signals(signals, judged))
        return Signals(signals, judged, cost=sum(costs))

    def _deadline(self) -> Deadline:
        return Deadline(self._options.deadline_ms)

    async def _found(
        self, passage: Passage, deadline: Deadline, spent: Callable[[float], None]
    ) -> Sequence[Finding]:
        question = self._dialect.ask(self._rules, passage, scores=self._client.tells_scores)
        try:
            found = await self._read(question, passage, deadline, spent)
            if self._dialect.debiased and question.scores:
                found = await self._debiased(found, spent)
        except (NoScores, Rejected):
            if not question.scores:
                raise
            question = self._dialect.ask(self._rules, passage, scores=False)
            found = await self._read(question, passage, deadline, spent)
            self._client.tells_scores = False
        except Unreadable:
            reasons = self._dialect.reason(self._rules, passage, question)
            if reasons is None:
                raise
            return await self._read(reasons, passage, deadline, spent)
        low, high = self._options.doubt
        if any(low < one.probability < high for one in found):
            reasons = self._dialect.reason(self._rules, passage, question)
            if reasons is not None:
                return await self._read(reasons, passage, deadline, spent)
        return found

    async def _read(
        self, question: Question, passage: Passage, deadline: Deadline, spent: Callable[[float], None]
    ) -> Sequence[Finding]:
        answer = await self._client.ask(question, deadline, spent)
        return self._dialect.read(self._rules, passage, question, answer)

    async def _debiased(self, found: Sequence[Finding], spent: Callable[[float], None]) -> Sequence[Finding]:
        if self._leaning is None:
            self._leaning = await self._client.once(
                self.artefact_digest, lambda: self._asked_about_nothing(spent)
            )
        leaning = self._leaning
        return [Finding(one.criterion, debiased(one.probability, leaning), one.rationale) for one in found]

    async def _asked_about_nothing(self, spent: Callable[[float], None]) -> float:
        """What the model says of an item without content; 0.5, which moves nothing, where it says nothing."""
        try:
            question = self._dialect.ask(self._rules, NEUTRAL, scores=True)
            found = await self._read(question, NEUTRAL, self._deadline(), spent)
        except Unreadable:
            return 0.5
        return found[0].probability


def judges_at(options: JudgeOptions) -> Callable[[Sequence[Criterion]], tuple[LanguageModelJudge, ...]]:
    """Builds judges of rules that share the endpoint's limits, its budget and one cache.

    One for each rule, so that only the rules in doubt are asked about; one for all of them with `together`, and for a
    model with categories of its own. Raises NotFound for an unknown dialect, InputError for a URL that is none.
    """
    dialect = dialect_named(options.dialect)
    client = Client(options)
    cache: Cache[Outcome] = Cache(options.cached)

    def build(rules: Sequence[Criterion]) -> tuple[LanguageModelJudge, ...]:
        if not dialect.follows_rules or (options.together and dialect.several):
            return (LanguageModelJudge(NAME, rules, options, dialect, client, cache),)
        return tuple(
            LanguageModelJudge(
                f"{NAME}:{rule.id.removeprefix('rule:')}", [rule], options, dialect, client, cache
            )
            for rule in rules
        )

    return build
