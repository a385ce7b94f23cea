"""The page at `/`: try a text against a policy, and see why the decision is what it is. It keeps nothing."""
