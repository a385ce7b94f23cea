"""`comity train`: from a recipe and data to a model with its card."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/english-v1.yaml.")],
    data: Annotated[Path | None, typer.Option(help="The folder of data sets; COMITY_DATA if absent.")] = None,
    output: Annotated[Path, typer.Option(help="Where checkpoints and the model go.")] = Path("runs"),
) -> None:
    """Train the model that a recipe describes; run it again to go on from the last checkpoint.

    Needs the extra `train`. Example:

      comity train recipes/english-v1.yaml --data ./data --output runs/english-v1
    """
    from comity.learn.train import train as learn

    handler = RichHandler(console=Console(stderr=True), show_path=False)
    logging.basicConfig(level=logging.INFO, handlers=[handler], format="%(message)s")
    artefact = learn(recipe, data, output)
    typer.echo(artefact.folder)
