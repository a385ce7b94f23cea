"""What is like what: vectors of texts and their nearest neighbours."""

from comity.similar.embedder import Embedder, Vectors
from comity.similar.neighbours import nearest

__all__ = ["Embedder", "Vectors", "nearest"]
