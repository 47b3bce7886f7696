"""The study as scikit-learn's users write it, in full: KMeans, elbow, t-SNE in 2-D and in 3-D."""

from dev.benchmarks import measure, peers
from dev.benchmarks.options import Options

ROUTES = ("sklearn_kmeans", "sklearn_elbow", "sklearn_tsne_2d", "sklearn_tsne_3d")


def main(options: Options) -> None:
    """Follow the routes once, on all images; results are written after each."""
    measured = {}
    for name in ROUTES:
        measured[name] = peers.route(name, options)
        done = name == ROUTES[-1]
        measure.save("study", {"n": options.n, "routes": measured}, options.results, finished=done)
