"""Make a t-SNE map of train and place test on it."""

import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from openTSNE.affinity import PerplexityBasedNN

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.tsne import map_quality, placement, plans, scale
from mnist_clustering.tsne import optimization as tsne
from stages import common

FEATURES = "data/features/train.npy"
NEIGHBORS = "data/distortion/{}_{}.npy"
FLAT_MAP = "data/tsne/2d/train.npy"
OUTPUT = "data/tsne/{}d"
# Of the 2-D map, which the 3-D map takes over.
PERPLEXITY = "data/tsne/2d/perplexity.json"
CURVE = "plots/kl_{}d.csv"
METRICS = "metrics/tsne_{}d.json"
PARAMS = ("perplexity", "forward_weight", "exaggeration", "seed", "test_neighbors")
FRAMED = 10_000


class Map(NamedTuple):
    """A finished map."""

    embedding: NDArray[np.float32]  # (n, n_dims)
    curve: tsne.Curve
    trajectory: tsne.Trajectory


def main(n_dims: str) -> None:
    """Optimise from principal components in 2-D, from the finished 2-D map in 3-D."""
    own = f"map_{n_dims}d"
    features = np.load(FEATURES)
    given = common.load_params("tsne", *PARAMS, own)
    perplexities = fitting.perplexities(given["perplexity"], len(features))
    params = fitting.fitting("tsne", given, len(features))
    chosen = params.pop(own)
    theta = chosen.pop("theta", 0.5)
    chosen |= {name: params[name] for name in ("exaggeration", "seed")}
    forward, reverse = (
        tuple(np.load(NEIGHBORS.format(name, kind)) for kind in ("indices", "distances"))
        for name in ("train_forward", "train_reverse")
    )
    nearest = np.load(NEIGHBORS.format("test", "indices"))
    tsne.check_neighbors(nearest, params["test_neighbors"])
    if n_dims == "3":
        plan = plans.solid(features, snap(np.load(FLAT_MAP)), **chosen)
        perplexities = [files.load_json(PERPLEXITY)["perplexity"]]
    else:
        plan = plans.flat(features, **chosen)

    n_jobs = resources.threads()

    def make(perplexity: float) -> Map:
        affinities = tsne.mixed_affinities(
            forward, reverse, params["forward_weight"], perplexity, n_jobs
        )
        return optimised(plan, affinities, theta, n_dims)

    perplexity, made, kept = scale.choose(
        perplexities, make, lambda one: one.embedding, features, n_jobs
    )
    if kept:
        print(f"tsne: {scale.sentence(kept)}", file=sys.stderr, flush=True)
    output = OUTPUT.format(n_dims)
    files.save_array(f"{output}/train.npy", made.embedding)
    files.save_arrays(f"{output}/course.npz", **made.trajectory.arrays())
    placed = placement.place(made.embedding, nearest[:, : params["test_neighbors"]])
    files.save_array(f"{output}/test.npy", placed)
    if n_dims == "2":
        files.save_json(PERPLEXITY, {"perplexity": perplexity})
    save_curve(n_dims, made.curve)
    quality = {"kl_divergence": made.curve[-1][1]}
    quality |= map_quality.measure(snap(made.embedding), forward[0], features, n_jobs)
    rounded = {name: to_decimals(value) for name, value in quality.items()}
    files.save_json(METRICS.format(n_dims), rounded)


def optimised(plan: plans.Plan, affinities: PerplexityBasedNN, theta: float, n_dims: str) -> Map:
    """Optimise a map, and show how far it is."""
    trajectory = tsne.Trajectory(fixed_sample(len(plan.start), FRAMED))
    total, name = sum(phase.iterations for phase in plan.phases), f"t-SNE {n_dims}-D"
    with progress.bar(total=total, description=name) as bar:

        def show(curve: tsne.Curve) -> None:
            save_curve(n_dims, curve)  # The plots can be looked at meanwhile.
            iteration, divergence, _ = curve[-1]
            bar.set_description_str(f"{name}, KL {divergence:.3f}", refresh=False)
            bar.update(iteration - bar.n)

        embedding, curve = tsne.optimise(
            plan.start,
            affinities,
            plan.phases,
            order=plan.order,
            theta=theta,
            n_jobs=resources.threads(),
            on_step=show,
            on_frame=trajectory.add,
        )
    return Map(embedding, curve, trajectory)


def save_curve(n_dims: str, curve: tsne.Curve) -> None:
    """Write the KL divergence by iteration, as far as it goes."""
    rows = [(iteration, to_decimals(divergence), phase) for iteration, divergence, phase in curve]
    files.save_table(CURVE.format(n_dims), ("iteration", "kl_divergence", "phase"), rows)


if __name__ == "__main__":
    common.run(main)
