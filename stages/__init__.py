"""The stages of the pipeline, and what none of them takes over from whoever starts it.

This runs before any library of a stage is loaded, and most of these read their settings then.
"""

from mnist_clustering import resources

resources.sanitise()
