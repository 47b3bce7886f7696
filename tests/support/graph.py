"""The stages of dvc.yaml as DVC itself resolves them."""

from dev.graph import *  # noqa: F403
