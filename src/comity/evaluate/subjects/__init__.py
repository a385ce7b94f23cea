"""What can be put to the test, one file a kind."""

from comity.evaluate.subjects.opening import open_subject

__all__ = ["open_subject"]
