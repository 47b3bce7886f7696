"""The methods paragraph of the report, with the params of the run in it, and its references."""

from collections.abc import Mapping
from typing import Any

REFERENCES = (
    "S. P. Lloyd. Least squares quantization in PCM. IEEE Transactions on Information Theory "
    "28, 1982; D. Arthur and S. Vassilvitskii. k-means++: the advantages of careful "
    "seeding. SODA 2007.",
    "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner. Gradient-based learning applied to document "
    "recognition. Proceedings of the IEEE 86 (11), 1998.",
    "C.-L. Liu, K. Nakashima, H. Sako and H. Fujisawa. Handwritten digit recognition: "
    "investigation of normalization and feature extraction techniques. Pattern Recognition 37, "
    "2004.",
    "D. Keysers, T. Deselaers, C. Gollan and H. Ney. Deformation models for image recognition. "
    "IEEE Transactions on Pattern Analysis and Machine Intelligence 29, 2007.",
    "L. van der Maaten and G. Hinton. Visualizing data using t-SNE. Journal of Machine Learning "
    "Research 9, 2008.",
    "P. G. Poličar, M. Stražar and B. Zupan. openTSNE: a modular Python library for t-SNE "
    "dimensionality reduction and embedding. Journal of Statistical Software 109, 2024.",
    "H. W. Kuhn. The Hungarian method for the assignment problem. Naval Research Logistics "
    "Quarterly 2, 1955.",
)


def method(params: Mapping[str, Any], k: int) -> str:
    """Write the paragraph.

    Parameters
    ----------
    params : mapping
        Of ``params.yaml``, nested.
    k : int
        Clusters that were made.

    Returns
    -------
    str
        Plain text, to be cited.
    """
    distortion, tsne, merge = params["distortion"], params["tsne"], params["merge"]
    ranked = {
        "none": "",
        "forward": f"Of these, {distortion['k']} were kept by the image distortion model [4]. ",
        "reverse": f"Of these, {distortion['k']} were kept by the reverse image distortion [4]. ",
        "both": f"Of these, {distortion['k']} were kept by the image distortion model [4], once by "
        "how well an image is found in its neighbours and once by how well they are found in it. ",
    }[distortion["directions"]]
    upright = "Images were deskewed [2] and described" if params["features"]["deskew"] else (
        "Images were described"
    )  # fmt: skip
    return (
        f"{upright} by principal components of smoothed gradient orientations [3] and of "
        f"concavities. For each image the {params['neighbors']['k']} nearest training images were "
        f"found by exhaustive comparison in exact integer arithmetic. {ranked}"
        f"A t-SNE map [5, 6] with perplexity {tsne['perplexity']} and exaggeration "
        f"{tsne['exaggeration']} was made of the training images, and each test image was placed "
        f"at the median of its {tsne['test_neighbors']} nearest training images. The map was "
        f"clustered by KMeans [1] into {merge['micro_clusters']} micro-clusters, which were merged "
        f"along the graph of neighbours to {k} clusters. As a baseline, KMeans with "
        f"{params['kmeans']['k']} clusters was applied to the raw pixels. No step up to here used "
        "a label. Clusters were matched one to one with labels by the Hungarian method [7]."
    )
