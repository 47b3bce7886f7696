"""Make a t-SNE map of train and place test on it."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.tsne import map_quality, placement, plans
from mnist_clustering.tsne import optimization as tsne
from stages import common

FEATURES = "data/features/train.npy"
NEIGHBORS = "data/distortion/{}_{}.npy"
FLAT_MAP = "data/tsne/2d/train.npy"
OUTPUT = "data/tsne/{}d"
CURVE = "plots/kl_{}d.csv"
METRICS = "metrics/tsne_{}d.json"
PARAMS = ("perplexity", "forward_weight", "exaggeration", "seed", "test_neighbors")
FRAMED = 10_000


def main(n_dims: str) -> None:
    """Optimise from principal components in 2-D, from the finished 2-D map in 3-D."""
    own = f"map_{n_dims}d"
    features = np.load(FEATURES)
    params = fitting.fitting("tsne", common.load_params("tsne", *PARAMS, own), len(features))
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
    else:
        plan = plans.flat(features, **chosen)
    affinities = tsne.mixed_affinities(
        forward, reverse, params["forward_weight"], params["perplexity"], resources.threads()
    )
    trajectory = tsne.Trajectory(fixed_sample(len(features), FRAMED))
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

    output = OUTPUT.format(n_dims)
    files.save_array(f"{output}/train.npy", embedding)
    files.save_arrays(f"{output}/course.npz", **trajectory.arrays())
    placed = placement.place(embedding, nearest[:, : params["test_neighbors"]])
    files.save_array(f"{output}/test.npy", placed)
    save_curve(n_dims, curve)
    quality = {"kl_divergence": curve[-1][1]}
    quality |= map_quality.measure(snap(embedding), forward[0], features)
    rounded = {name: to_decimals(value) for name, value in quality.items()}
    files.save_json(METRICS.format(n_dims), rounded)


def save_curve(n_dims: str, curve: tsne.Curve) -> None:
    """Write the KL divergence by iteration, as far as it goes."""
    rows = [(iteration, to_decimals(divergence), phase) for iteration, divergence, phase in curve]
    files.save_table(CURVE.format(n_dims), ("iteration", "kl_divergence", "phase"), rows)


if __name__ == "__main__":
    common.run(main)
