import pytest
from pydantic import ValidationError

from comity.wire.native import ItemIn


@pytest.mark.parametrize("count", [True, False, -1, 2**53 + 1, "many", None])
def test_a_counter_is_a_whole_number(count):
    with pytest.raises(ValidationError):
        ItemIn(text="Hello.", counters={"posts_10m": count})
