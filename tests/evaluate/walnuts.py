"""A judge that knows one insult."""


def score(texts):
    return [0.9 if "walnut" in text else 0.1 for text in texts]
