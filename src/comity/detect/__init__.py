"""Detectors and what they say: signals, or why there are none."""

from comity.detect.detector import (
    AnyDetector,
    AsyncDetector,
    Detector,
    Extractor,
    StreamingDetector,
    StreamingSession,
    Tier,
)
from comity.detect.signal import Abstained, Failed, Outcome, Signal, Signals

__all__ = [
    "Abstained",
    "AnyDetector",
    "AsyncDetector",
    "Detector",
    "Extractor",
    "Failed",
    "Outcome",
    "Signal",
    "Signals",
    "StreamingDetector",
    "StreamingSession",
    "Tier",
]
