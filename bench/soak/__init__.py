"""The proof of the store: a site at work while its server and its database are killed again and again."""
