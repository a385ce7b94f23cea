"""`comity serve`: the HTTP server and its pages."""

from __future__ import annotations

from typing import Annotated

import typer

from comity.cli.judge_options import JudgeDialect, JudgeModel, JudgeUrl, with_judge


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; COMITY_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; COMITY_PORT, else 8000.", min=0, max=65535)
    ] = None,
    reload_policy: Annotated[
        bool, typer.Option("--reload-policy", help="Read policies again when their files change.")
    ] = False,
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_dialect: JudgeDialect = None,
) -> None:
    """Serve the API and the pages until interrupted. Every other setting is an environment variable: docs/server.md."""
    from dataclasses import replace

    from comity.serve.run import run
    from comity.settings import Settings

    settings = with_judge(Settings.from_environment(), judge_url, judge_model, judge_dialect)
    run(
        replace(
            settings,
            host=host or settings.host,
            port=settings.port if port is None else port,
            reload_policy=reload_policy or settings.reload_policy,
        )
    )
