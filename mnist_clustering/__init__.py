"""Clusters of images, and of vectors that describe images, the same to the bit on every machine."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_clustering.estimators.embedding_clusters import EmbeddingClusters
    from mnist_clustering.estimators.image_clusters import ImageClusters
    from mnist_clustering.findings.evidence import find_duplicates, find_label_errors

__all__ = ["EmbeddingClusters", "ImageClusters", "find_duplicates", "find_label_errors"]
_MODULES = {
    "EmbeddingClusters": "estimators.embedding_clusters",
    "ImageClusters": "estimators.image_clusters",
    "find_duplicates": "findings.evidence",
    "find_label_errors": "findings.evidence",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: scikit-learn, numba and openTSNE take seconds.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"mnist_clustering.{_MODULES[name]}"), name)
