"""The stages of the pipeline, and settings that none of them inherits.

This runs before any library of a stage is loaded, and most of these read their settings then.
"""

from mnist_clustering import resources

resources.sanitise()
