"""How an evaluation is shown: as an HTML page, at a terminal, in a card."""
