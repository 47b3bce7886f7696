"""The elbow: which criterion prefers which number of clusters, said plainly."""

import pytest

from tests.support.drawings import figure_of, finished, study, texts


def test_the_knee_is_explained_beside_what_the_silhouette_prefers():
    curves, preferred = study(10)["elbow_map"]

    def note(preferred):
        figure = figure_of("elbow_map", (curves, preferred))()
        return " ".join(figure.texts[1].get_text().split())

    written = note(preferred | {"silhouette": 6})
    # The inertia of this study is one over k: from 4 to 6 it falls by a third.
    assert (
        "below the dashed line at 4, a rule of thumb; from there to k = 6 it still falls by 33%."
        in written
    )
    written = note(preferred | {"silhouette": 3, "calinski_harabasz": 7})
    assert "falls by" not in written
    assert "Preferred number of clusters: silhouette 3, " in written
    assert "Calinski-Harabasz 7 (the largest tried), Davies-Bouldin 5. " in written
    figure = figure_of("elbow_pixels", study(10)["elbow_pixels"])()
    assert "no knee" in texts(figure)
    assert "The inertia has no knee." in " ".join(figure.texts[1].get_text().split())


@pytest.mark.parametrize("name", ["elbow_map", "kl"])
def test_no_line_strikes_through_a_text(name):
    figure = finished(figure_of(name, study(10)[name]))
    for axes in figure.axes:
        panel = axes.get_window_extent()
        assert not any(text.get_window_extent().overlaps(panel) for text in axes.texts)
