"""Criteria, the built-in categories, severity, and what other systems call them."""

from comity.taxonomy.categories import CATEGORIES, category
from comity.taxonomy.criterion import Criterion, Example
from comity.taxonomy.severity import Severity

__all__ = ["CATEGORIES", "Criterion", "Example", "Severity", "category"]
