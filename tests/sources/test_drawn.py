"""Pictures that are drawn on the spot: what a set without a network consists of."""

from collections import Counter

import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.sources import drawn
from tests.support.real import signs


@pytest.mark.parametrize(("name", "classes", "of_each"), [("letters", 26, 44), ("signs", 12, 25)])
def test_every_class_has_as_many_pictures_and_hardly_two_are_equal(name, classes, of_each):
    found = drawn.pictures(name)
    sizes = Counter(path.partition("/")[0] for path in found)
    assert len(sizes) == classes
    assert set(sizes.values()) == {of_each}
    assert len(set(found.values())) > 0.99 * len(found)
    assert name != "signs" or found == signs()


def test_an_unknown_set_is_one_sentence():
    with pytest.raises(InputError, match="no set 'faces' is drawn on the spot: there are letters"):
        drawn.pictures("faces")
