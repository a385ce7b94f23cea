"""The Perspective API, served by Comity: what its attributes, spans and scores are here."""
