"""The built-in categories, as data. A category `a/b` is a kind of `a`."""

from __future__ import annotations

from comity.errors import NotFound
from comity.taxonomy.criterion import Criterion

_DEFINITIONS: dict[str, str] = {
    "toxicity": "A rude, disrespectful or unreasonable comment that is likely to make people leave a discussion.",
    "insult": "Demeaning, belittling or inflammatory words about a person or a group of people.",
    "harassment": "Words meant to torment, humiliate, intimidate or drive away a particular person.",
    "harassment/threatening": "Harassment that also threatens the person with violence or serious harm.",
    "profanity": "Swear words, curse words or other obscene language, whoever it is aimed at.",
    "hate": "Attacks, dehumanises or calls for excluding people for a protected characteristic: race, ethnicity, "
    "nationality, religion, caste, gender, gender identity, sexual orientation, disability or serious disease.",
    "hate/threatening": "Hate that also threatens or calls for violence or serious harm against the group.",
    "hate/race": "Hate aimed at a race, an ethnicity, a skin colour, a caste or a descent.",
    "hate/origin": "Hate aimed at a nationality, at immigrants, refugees or people from another country or region.",
    "hate/religion": "Hate aimed at a religion or at the people who belong to it.",
    "hate/gender": "Hate aimed at a gender: at women, men or people of another gender.",
    "hate/orientation": "Hate aimed at a sexual orientation or a gender identity.",
    "hate/disability": "Hate aimed at people with a disability, a mental illness or a serious disease.",
    "threat": "An intention, wish or call to inflict pain, injury or violence on a person or a group.",
    "sexual": "Sexually explicit words or content meant to arouse, or that offers sexual services.",
    "sexual/minors": "Any sexual content that involves a person under 18.",
    "self-harm": "Promotes, encourages or depicts suicide, self-injury or eating disorders.",
    "self-harm/intent": "The speaker says that they are harming or intend to harm themselves.",
    "self-harm/instructions": "Explains or encourages a way to harm oneself.",
    "violence": "Depicts, praises or promotes death, violence or physical injury.",
    "violence/graphic": "Depicts death, violence or injury in graphic detail.",
    "illicit": "Advice, instructions or an offer to commit a crime or another wrongful act.",
    "illicit/violent": "Illicit content about violence or about getting weapons.",
    "illicit/drugs": "Offers, seeks or promotes illegal drugs, or explains how to make them.",
    "spam": "Unwanted promotion, bulk or repeated messages, or engagement bait.",
    "evasion": "Words written so that a filter will not read them: signs for letters, letters apart or moved.",
    "scam": "Tries to take money, credentials or personal data by deception.",
    "privacy": "Shares private information about a person without their consent: address, phone, identity numbers.",
    "link/shortened": "Contains a link whose real destination is hidden by a shortening service.",
    "link/look-alike": "Contains a link to a domain made to look like another, well-known one.",
    "prompt-harm": "A prompt that asks a language model for something harmful.",
    "prompt-attack": "A prompt that tries to override, extract or get around a language model's instructions.",
    "response-harm": "A language model's response that helps with or contains something harmful.",
    "refusal": "A language model's response that declines to do what was asked.",
    "advice/health": "Gives medical or mental-health advice that a professional should give.",
    "advice/financial": "Gives individual financial or investment advice.",
    "advice/legal": "Gives individual legal advice.",
    "defamation": "States a false and damaging claim about a real person as a fact.",
    "elections": "False information about how, when or where to vote, or about who may.",
    "intellectual-property": "Copies or helps to copy protected works, trademarks or trade secrets.",
}

CATEGORIES: dict[str, Criterion] = {id: Criterion(id, text) for id, text in _DEFINITIONS.items()}


def category(id: str) -> Criterion:
    """The category `id`. Raises NotFound."""
    try:
        return CATEGORIES[id]
    except KeyError:
        raise NotFound(
            f"there is no category `{id}`", next_step="See `comity policy check` for all of them."
        ) from None
