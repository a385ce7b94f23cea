"""Is the data fit to judge by: test rows that were trained on, platforms never seen, what density foretells."""
