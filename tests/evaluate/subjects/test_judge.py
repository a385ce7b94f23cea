"""A policy with a judge can be evaluated, and follows policies that it was just told."""

from comity.content import Item
from comity.detect.judge import judges_at
from comity.evaluate.subjects.policy import PolicySubject
from tests.detect.judge.benches import options
from tests.detect.judge.scripted_server import says, scripted_server

POLICY = "policy: garden\nversion: 1\nrules:\n  - {{id: on-topic, text: {}, action: remove}}\n"


def test_the_judge_answers_under_every_policy_of_the_subject(tmp_path):
    def written(name, text):
        path = tmp_path / f"{name}.yaml"
        path.write_text(POLICY.format(text))
        return str(path)

    def reply(body, number):
        return says(0.97 if "Talk about plants" in body["messages"][0]["content"] else 0.03)

    with scripted_server(reply) as server:
        plants = PolicySubject(written("a", "Talk about plants."), [], judges_at(options(server.url)))
        anything = plants.under(written("b", "Talk about anything."))
        flagged = [subject.answer([Item.text("My boat leaks.")]).flagged[0] for subject in (plants, anything)]
    assert flagged == [True, False]
