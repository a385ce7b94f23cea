"""Request and response shapes, ours and other vendors'."""
