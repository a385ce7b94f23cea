"""The HTTP server: the API, the page, and nothing that a library user could not call."""
