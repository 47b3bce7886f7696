"""The elbow: which criterion prefers which number of clusters, said plainly."""

from mnist_clustering.figures import canvas as page
from tests.support.drawings import figure_of, study, texts


def test_the_knee_is_explained_beside_what_the_silhouette_prefers():
    curves, preferred = study(10)["elbow_map"]
    written = texts(figure_of("elbow_map", (curves, preferred | {"silhouette": 6}))())
    assert "knee at k = 4" in written
    # The inertia of this study is one over k: from 4 to 6 it falls by a third.
    assert any("from there to\nk = 6 it still falls by 33%" in text for text in written)
    preferred = preferred | {"silhouette": 3, "calinski_harabasz": 7}
    written = texts(figure_of("elbow_map", (curves, preferred))())
    assert not any("falls by" in text for text in written)
    note = next(" ".join(text.split()) for text in written if text.startswith("Preferred"))
    assert "Preferred number of clusters: silhouette 3, " in note
    assert "Calinski-Harabasz 7 (the largest tried), Davies-Bouldin 5. " in note
    assert "The knee of the inertia, a rule of thumb, is at 4." in note
    written = texts(figure_of("elbow_pixels", study(10)["elbow_pixels"])())
    assert "no knee" in written
    assert any("The inertia has no knee." in " ".join(text.split()) for text in written)


def test_one_k_alone_can_be_drawn():
    curves, preferred = study(10)["elbow_map"]
    alone = {name: column[:1] for name, column in curves.items()}
    chosen = dict.fromkeys(preferred, 2) | {"knee": None}
    assert page.render(figure_of("elbow_map", (alone, chosen)), 60)
