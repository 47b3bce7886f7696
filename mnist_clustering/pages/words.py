"""The methods paragraph of the report, with the params of the run in it, and its references."""

import re
from collections.abc import Mapping
from typing import Any

from mnist_clustering import limits as fitting
from mnist_clustering.images import form
from mnist_clustering.neighbors.nearest import needed

# By the name that stands for them in the text.
REFERENCES = {
    "kmeans": "S. P. Lloyd. Least squares quantization in PCM. IEEE Transactions on Information "
    "Theory 28, 1982; D. Arthur and S. Vassilvitskii. k-means++: the advantages of careful "
    "seeding. SODA 2007.",
    "deskewing": "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner. Gradient-based learning applied "
    "to document recognition. Proceedings of the IEEE 86 (11), 1998.",
    "gradients": "C.-L. Liu, K. Nakashima, H. Sako and H. Fujisawa. Handwritten digit recognition: "
    "investigation of normalization and feature extraction techniques. Pattern Recognition 37, "
    "2004.",
    "distortion": "D. Keysers, T. Deselaers, C. Gollan and H. Ney. Deformation models for image "
    "recognition. IEEE Transactions on Pattern Analysis and Machine Intelligence 29, 2007.",
    "tsne": "L. van der Maaten and G. Hinton. Visualizing data using t-SNE. Journal of Machine "
    "Learning Research 9, 2008.",
    "opentsne": "P. G. Poličar, M. Stražar and B. Zupan. openTSNE: a modular Python library for "
    "t-SNE dimensionality reduction and embedding. Journal of Statistical Software 109, 2024.",
    "matching": "H. W. Kuhn. The Hungarian method for the assignment problem. Naval Research "
    "Logistics Quarterly 2, 1955.",
}
_BLOCKS = {
    "gradient": "smoothed gradient orientations [gradients]",
    "concavity": "concavities",
    "pixel": "pixels",
}
_CITED = re.compile(rf"\[({'|'.join(REFERENCES)})\]")


def method(
    params: Mapping[str, Any],
    name: str,
    n_train: int,
    k: int,
    *,
    perplexity: float,
    labelled: bool,
) -> tuple[str, list[str]]:
    """Write the paragraph.

    Parameters
    ----------
    params : mapping
        Of ``params.yaml``, nested.
    name : str
        Of the form of the images.
    n_train : int
        Training images, which limit some of the params.
    k : int
        Clusters that were made.
    perplexity : float
        Of the map.
    labelled : bool
        Whether there are labels to compare with.

    Returns
    -------
    text : str
        To be cited.
    references : list of str
        Those that it numbers, in the order in which it names them.
    """
    fitted = {
        section: fitting.fitting(section, values, n_train)
        for section, values in params.items()
        if isinstance(values, Mapping)
    }
    sentences = [
        _described(fitted["features"], name),
        _neighbors(fitted["neighbors"]),
        _ranked(fitted["distortion"], fitted["tsne"]) if form.is_drawn(name) else "",
        _mapped(
            fitted["tsne"] | {"perplexity": perplexity}, apart=fitted["split"]["method"] != "all"
        ),
        f"The map was divided into {k} clusters by KMeans [kmeans], corrected by merging "
        f"{fitted['micro']['micro_clusters']} micro-clusters along the graph of neighbours if that "
        "moved at most 1 % of the images.",
        f"As a baseline, KMeans with {fitted['kmeans']['k']} clusters was applied to the "
        f"{'raw pixels' if form.is_drawn(name) else 'embeddings themselves'}.",
        "No step up to here used a label. Clusters were matched one to one with labels by the "
        "Hungarian method [matching]." if labelled else "No step used a label.",
    ]  # fmt: skip
    return _numbered(" ".join(filter(None, sentences)))


def _described(features: Mapping[str, Any], name: str) -> str:
    if not form.is_drawn(name):
        return "Embeddings were rounded to 256 steps and described by their principal components."
    weights = {key.removesuffix("_weight"): features[key] for key in features if "_weight" in key}
    blocks = [
        _BLOCKS.get(block, f"{block} features") for block, weight in weights.items() if weight
    ]
    deskewed = features["deskew"] and form.is_deskewed(name)
    return (
        f"Images were {'deskewed [deskewing] and ' if deskewed else ''}described by principal "
        f"components of {' and of '.join(blocks)}."
    )


def _neighbors(neighbors: Mapping[str, Any]) -> str:
    return (
        f"For each image the {neighbors['k']} nearest training images were found by exhaustive "
        "comparison in exact integer arithmetic."
    )


def _ranked(distortion: Mapping[str, Any], tsne: Mapping[str, Any]) -> str:
    k, directions = distortion["k"], distortion["directions"]
    ways = {
        "forward": "the image distortion model [distortion]",
        "reverse": "the reverse image distortion [distortion]",
        "both": "the image distortion model [distortion], once by how well an image is found in "
        "its neighbours and once by how well they are found in it",
    }
    if directions not in ways:
        return ""
    kept = needed(tsne["perplexity"]) if k == fitting.AUTO else k
    return f"Of these, {kept} were kept by {ways[directions]}."


def _mapped(tsne: Mapping[str, Any], *, apart: bool) -> str:
    """Write of the map; ``apart``: whether the test images are others than those of train."""
    placed = (
        f", and each test image was placed at the median of its {tsne['test_neighbors']} nearest "
        "training images"
    )
    return (
        f"A t-SNE map [tsne] [opentsne] with perplexity {tsne['perplexity']} and exaggeration "
        f"{tsne['exaggeration']} was made of the training images{placed if apart else ''}."
    )


def _numbered(text: str) -> tuple[str, list[str]]:
    """Put numbers in place of names, from 1 in the order in which they come.

    Examples
    --------
    >>> text, references = _numbered("By KMeans [kmeans], t-SNE [tsne] and KMeans [kmeans].")
    >>> text
    'By KMeans [1], t-SNE [2] and KMeans [1].'
    >>> len(references)
    2
    """
    names = list(dict.fromkeys(_CITED.findall(text)))
    cited = _CITED.sub(lambda found: f"[{names.index(found[1]) + 1}]", text)
    return cited, [REFERENCES[name] for name in names]
