"""The judge: a language model behind an OpenAI-compatible endpoint that reads a policy's rules."""

from comity.detect.judge.judge import LanguageModelJudge, judges_at
from comity.detect.judge.options import JudgeOptions

__all__ = ["JudgeOptions", "LanguageModelJudge", "judges_at"]
