"""Moderating a text while it is being written."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Callable, Sequence
from dataclasses import replace

from comity.content import Item, Part
from comity.decide import NO_FACTS, Ask, Decision, Facts, Plan, settle
from comity.detect import Outcome, StreamingDetector


class Stream:
    """A text that grows: `feed` its pieces, then `close`.

    While it grows the streaming detectors judge it, and `feed` gives their decision so far; `close` has the whole text
    moderated by all detectors. `item` holds the thread, role and author; the fed text becomes its part `text`.
    """

    def __init__(
        self,
        moderate: Callable[[Item, Facts], Decision],
        plan: Plan,
        detectors: Sequence[StreamingDetector],
        item: Item,
        facts: Facts | None,
    ) -> None:
        self._moderate = moderate
        self._plan = plan
        self._item = item
        self._facts = facts or NO_FACTS
        self._sessions = {detector.name: detector.open(item) for detector in detectors}
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._text = ""

    def feed(self, delta: str | bytes) -> Decision | None:
        """The decision on what was fed so far; None while nothing has been decoded or a detector is still needed.

        Bytes are UTF-8 and may be cut anywhere, also inside a character.
        """
        text = delta if isinstance(delta, str) else self._decoder.decode(delta)
        self._text += text
        if not text:
            return None
        outcomes: dict[str, Outcome] = {name: session.feed(text) for name, session in self._sessions.items()}
        step = settle(self._plan, self._so_far(), self._facts, outcomes)
        return None if isinstance(step, Ask) else step

    def close(self) -> Decision:
        """The decision on the whole text."""
        self._text += self._decoder.decode(b"", final=True)
        return self._moderate(self._so_far(), self._facts)

    def _so_far(self) -> Item:
        return replace(self._item, parts=(Part("text", "text", self._text),))
