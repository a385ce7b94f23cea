"""Texts to try, for visitors who have none at hand."""

from __future__ import annotations

from comity.serve.page.form import Form

SAMPLES: tuple[tuple[str, Form], ...] = (
    (
        "A blunt opinion",
        Form(text="That pruning idea is rubbish. Cut above the bud and the tree will thank you."),
    ),
    ("An insult", Form(text="You absolute walnut. You are too stupid to own a pair of secateurs.")),
    (
        "A suspicious offer",
        Form(text="CONGRATULATIONS!!! You won a FREE phone, claim it now at http://bit.ly/free-phone-4u"),
    ),
)
