"""The options of every command that moderates with a language model."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from comity.settings import Settings

JudgeUrl = Annotated[
    str | None,
    typer.Option(
        "--judge-url",
        help="OpenAI-compatible endpoint of a language model that reads rules; COMITY_JUDGE_URL.",
    ),
]
JudgeModel = Annotated[
    str | None, typer.Option("--judge-model", help="Its name at that endpoint; COMITY_JUDGE_MODEL.")
]
JudgeDialect = Annotated[
    str | None,
    typer.Option(
        "--judge-dialect",
        help="How it is asked: plain, gpt-oss-safeguard, shieldgemma, granite-guardian, llama-guard, wildguard, "
        "guardreasoner or qwen3guard; COMITY_JUDGE_DIALECT, else plain.",
    ),
]


def with_judge(settings: Settings, url: str | None, model: str | None, dialect: str | None) -> Settings:
    """`settings` with what the options say in place of the environment. The key comes from the environment alone."""
    return replace(
        settings,
        judge_url=url or settings.judge_url,
        judge_model=model or settings.judge_model,
        judge_dialect=dialect or settings.judge_dialect,
    )
