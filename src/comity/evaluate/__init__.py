"""Is a detector any good, for whom does it fail, what if the rule were another."""
