"""`comity moderate`: decide texts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from comity.cli.exits import Exit
from comity.cli.judge_options import JudgeDialect, JudgeModel, JudgeUrl, with_judge
from comity.detect.examples import Examples
from comity.errors import InputError
from comity.moderator import Moderator
from comity.moderator.assemble import judge_at
from comity.settings import Settings

_FILE = "sqlite:///"

PolicyOption = Annotated[
    str, typer.Option("--policy", "-p", help="A pack (`community`, `llm-app`) or the path of a policy file.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]


def moderate(
    words: Annotated[list[str] | None, typer.Argument(help="The text; `-` reads it from stdin.")] = None,
    policy: PolicyOption = "community",
    input: Annotated[Path | None, typer.Option(help="A JSONL file, one item a line; `-` for stdin.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where to write the JSONL of decisions; stdout if absent.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted --output stopped.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing --output.")] = False,
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_dialect: JudgeDialect = None,
    json: JsonOption = False,
) -> None:
    """Decide one text, or every item of a JSONL file, under a policy.

    Examples:

      comity moderate "You absolute walnut, learn to prune."

      echo "you utter fool" | comity moderate - --json

      comity moderate --input posts.jsonl --output decisions.jsonl --policy our-policy.yaml

      comity moderate "Anyone selling seedlings?" --judge-url http://localhost:11434/v1 --judge-model qwen2.5

    Examples that were added with `comity examples add` count here too.

    An item is {"id", "text", "lang"?, "role"?, "thread"?: [{"text", "author"?}], "author"?, "community"?}. A line that
    is no item becomes an error object in its place, and the exit code is 1.
    """
    if (input is None) == (not words):
        raise InputError("give either a text or --input", next_step="See `comity moderate --help`.")
    settings = with_judge(Settings.from_environment(), judge_url, judge_model, judge_dialect)
    judge = judge_at(settings)
    with (
        _examples(settings.database) as examples,
        Moderator(policy, judge=judge, examples=examples) as moderator,
    ):
        if input is None:
            _moderate_text(moderator, words or [], json)
        else:
            _moderate_file(moderator, input, output, resume=resume, overwrite=overwrite)


@contextmanager
def _examples(url: str) -> Iterator[Examples | None]:
    """Those in the installation's database; None where nobody has made its file. Raises StoreError."""
    # Asked before the import, which takes longer than a decision.
    if url.startswith(_FILE) and not Path(url.removeprefix(_FILE)).is_file():
        yield None
        return
    from comity.store import Database, StoredExamples

    with Database(url) as database:
        yield StoredExamples(lambda: database)


def _moderate_text(moderator: Moderator, words: list[str], as_json: bool) -> None:
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") if words == ["-"] else " ".join(words)
    decision = moderator.moderate(text)
    if as_json:
        from comity.moderator.record import decision_out

        typer.echo(decision_out(decision).model_dump_json())
        return
    from comity.cli.show import show_decision

    show_decision(Console(), moderator.policy, text, decision)


def _moderate_file(
    moderator: Moderator, source: Path, target: Path | None, *, resume: bool, overwrite: bool
) -> None:
    from comity.cli.lines import reading, writing
    from comity.moderator.jsonl import Tally, moderate_lines

    tally = Tally()
    with reading(source) as lines, writing(target, resume=resume, overwrite=overwrite) as (out, done):
        rest = islice(lines, done, None)
        for answer in moderate_lines(moderator, rest, tally, first_line=done + 1):
            out.write(answer.encode() + b"\n")
    told = ", ".join(f"{count} {action}" for action, count in tally.actions.most_common())
    Console(stderr=True).print(
        f"{tally.lines} lines: {told or 'no items'}; {tally.malformed} of them were no items."
    )
    if tally.malformed:
        raise typer.Exit(Exit.SOME_FAILED)
