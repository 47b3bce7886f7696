"""Clusters of images, and of vectors that describe images, the same to the bit on every machine."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_clustering.estimators.audit import find_duplicates, find_label_errors
    from mnist_clustering.estimators.embedding_clusters import EmbeddingClusters
    from mnist_clustering.estimators.image_clusters import ImageClusters

__all__ = ["EmbeddingClusters", "ImageClusters", "find_duplicates", "find_label_errors"]
_MODULES = {
    "EmbeddingClusters": "embedding_clusters",
    "ImageClusters": "image_clusters",
    "find_duplicates": "audit",
    "find_label_errors": "audit",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: scikit-learn, numba and openTSNE take seconds.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"mnist_clustering.estimators.{_MODULES[name]}"), name)
