"""Leave-one-platform-out on made-up platforms that abuse in words of their own."""

import numpy as np
import pytest

from comity.evaluate.hygiene.cross_platform import leave_one_platform_out, platform_table, read_platforms
from comity.evaluate.hygiene.data_set import DataSet, Rows
from comity.evaluate.suite import packaged_suites, read_suite


def platform(name, praise="splendid", abuse="idiot", train=60, test=60):
    def rows(count, start):
        texts = tuple(
            f"{abuse if number % 2 else praise} {number // 2 + start} tomato gardener"
            for number in range(count)
        )
        return Rows(texts, np.arange(count) % 2.0)

    return DataSet(name, rows(train, 0), rows(test, 1000))


def test_words_of_other_platforms_carry_over_and_words_of_its_own_do_not():
    forum, chat, game = leave_one_platform_out(
        [platform("forum"), platform("chat"), platform("game", praise="zyx", abuse="qwv")]
    )
    assert forum.others.value == chat.others.value == 1
    assert game.own.value == 1
    assert game.others.value < 0.9
    assert game.gap.value == game.others.value - game.own.value
    assert game.gap.high < 0


def test_a_row_counts_what_it_rests_on():
    forum, chat = leave_one_platform_out(
        [platform("forum", train=40, test=20), platform("chat", train=60, test=30)]
    )
    assert (forum.platform, forum.test_rows, forum.positives) == ("forum", 20, 10)
    assert (forum.own_rows, forum.other_rows, chat.own_rows, chat.other_rows) == (40, 60, 60, 40)


def test_the_same_seed_gives_the_same_rows():
    platforms = [platform("forum"), platform("game", abuse="qwv")]
    assert leave_one_platform_out(platforms, seed=3) == leave_one_platform_out(platforms, seed=3)


@pytest.mark.parametrize("question", platform_table())
def test_the_table_names_packaged_suites_and_their_targets(question):
    packaged = packaged_suites()
    platforms = platform_table()[question]
    assert len(platforms) > 2
    for suites in platforms.values():
        for suite, target in suites.items():
            assert target in read_suite(packaged[suite]).scenario.targets


def test_no_suite_stands_for_two_platforms():
    for platforms in platform_table().values():
        names = [suite for suites in platforms.values() for suite in suites]
        assert len(names) == len({*names})


def test_a_platform_with_nothing_to_learn_is_left_out(tmp_path):
    suite = tmp_path / "forum.yaml"
    suite.write_text(
        "suite: forum\nsummary: Is it rude?\nkind: post\nscenario:\n  data: forum.jsonl\n  licence: own\n"
        "  languages: [en]\n  targets: {rude: {read: rude, criteria: [toxicity]}}\n"
    )
    (tmp_path / "forum.jsonl").write_text('{"text": "hello", "split": "train", "labels": {"rude": 0}}\n')
    assert read_platforms({"forum": {str(suite): "rude"}}, None) == []
