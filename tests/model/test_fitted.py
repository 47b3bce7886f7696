"""New images placed on a map fitted to real digits."""

import numpy as np
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.model import fitted as model
from mnist_clustering.tsne import placement
from stages import bundle


def test_the_same_places_as_the_stages(run, fitted, test_images):
    placed = model.apply(fitted, test_images)
    for name in ("positions", "clusters", "neighbors", "distances"):
        assert np.array_equal(getattr(placed, name), getattr(run[2], name)), name


def test_singly_or_together_the_same_bits(fitted, test_images, monkeypatch):
    together = model.apply(fitted, test_images[:40])
    monkeypatch.setattr(model, "_CHUNK", 7)
    for placed in (
        [model.apply(fitted, image[None]) for image in test_images[:40]],
        [model.apply(fitted, test_images[:40])],
    ):
        for name in ("positions", "clusters", "neighbors", "distances"):
            singly = np.concatenate([getattr(part, name) for part in placed])
            assert singly.tobytes() == getattr(together, name).tobytes(), name
        assert [reason for part in placed for reason in part.reasons] == together.reasons


def test_images_lie_at_the_median_of_their_neighbours():
    embedding = np.array([[0, 0], [4, 1], [9, 8], [2, 6]], dtype=np.float32)
    chosen = np.array([[0, 1, 2], [3, 3, 1]], dtype=np.int32)
    assert placement.place(embedding, chosen).tolist() == [[4, 1], [2, 6]]


def test_digits_are_recognised(run, fitted, test_images):
    placed = model.apply(fitted, test_images)
    named = np.array([-1 if name is None else name for name in fitted.names])[placed.clusters]
    assert (named == run[1]["test_labels"]).mean() > 0.8
    assert np.mean([reason is not None for reason in placed.reasons]) < 0.1


def test_next_images_overrule_the_cluster_of_a_picture_if_nearly_all_agree():
    clusters = np.array([3, 3, 3], dtype=np.int32)
    local = np.array([[1] * 12 + [3] * 3, [1] * 11 + [3] * 4, [3] * 15], dtype=np.int32)
    assert model._overrule(clusters, local).tolist() == [1, 3, 3]


def test_pictures_and_arrays_are_placed_alike_but_for_that(fitted, test_images):
    array = model.apply(fitted, test_images)
    drawn = model.apply(fitted, test_images, drawn=np.ones(len(test_images), dtype=bool))
    for name in ("positions", "neighbors", "distances"):
        assert np.array_equal(getattr(array, name), getattr(drawn, name)), name
    assert (array.clusters != drawn.clusters).mean() < 0.05
    for reason, narrower in zip(array.reasons, drawn.reasons, strict=True):
        assert narrower in (None, reason)


def test_the_file_is_a_function_of_its_inputs(run, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.chdir(run[0])
    bundle.main()
    assert path.read_bytes() == before


def test_arrays_round_trip(fitted):
    arrays = model.to_arrays(fitted)
    again = model.to_arrays(model.from_arrays(arrays))
    assert list(arrays) == list(again)
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)


def test_models_of_another_layout_are_refused(fitted):
    arrays = model.to_arrays(fitted)
    with pytest.raises(InputError, match="layout 99"):
        model.from_arrays({**arrays, "version": np.array(99)})
    for name in arrays:
        if not name.startswith("descriptor_"):
            with pytest.raises(InputError, match=f"lacks the array '{name}'"):
                model.from_arrays({key: value for key, value in arrays.items() if key != name})
