"""Drives items through a policy, one at a time, in batches, with asyncio or as a stream."""

from comity.moderator.moderator import Moderator
from comity.moderator.stream import Stream

__all__ = ["Moderator", "Stream"]
