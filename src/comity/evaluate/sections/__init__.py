"""The special sections of a suite's result, each from cases and answers."""
