"""How each kind of model is asked and answers: a table from a name to what builds it, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from comity.detect.judge.dialects.dialect import Dialect
from comity.errors import NotFound

_HERE = "comity.detect.judge.dialects"
DIALECTS: dict[str, str] = {
    "plain": f"{_HERE}.plain:Plain",
    "gpt-oss-safeguard": f"{_HERE}.gpt_oss_safeguard:GptOssSafeguard",
    "shieldgemma": f"{_HERE}.shieldgemma:ShieldGemma",
    "granite-guardian": f"{_HERE}.granite_guardian:GraniteGuardian",
    "llama-guard": f"{_HERE}.llama_guard:llama_guard_3",
    "llama-guard-2": f"{_HERE}.llama_guard:llama_guard_2",
    "llama-guard-1": f"{_HERE}.llama_guard:llama_guard_1",
    "wildguard": f"{_HERE}.wildguard:WildGuard",
    "guardreasoner": f"{_HERE}.guardreasoner:GuardReasoner",
    "qwen3guard": f"{_HERE}.qwen3guard:Qwen3Guard",
}


def dialect_named(name: str) -> Dialect:
    """Raises NotFound."""
    path = DIALECTS.get(name)
    if path is None:
        raise NotFound(f"the judge has no dialect `{name}`", next_step=f"Use one of {', '.join(DIALECTS)}.")
    module, _, attribute = path.partition(":")
    return cast(Dialect, getattr(import_module(module), attribute)())


__all__ = ["DIALECTS", "Dialect", "dialect_named"]
