"""From annotations to artefacts: recipes, training, calibration, cards."""
