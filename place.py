"""Place many images onto the fitted map, block by block: on all cores, or on a cluster.

What is finished is kept: the same command again does what is missing, and writes the table.
"""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import predict
from mnist_clustering import files, resources
from mnist_clustering.errors import InputError
from mnist_clustering.images.collection import expand
from mnist_clustering.images.form import EMBEDDING
from mnist_clustering.placing import blocks, executors, joined, table
from mnist_clustering.progress import Progress


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 1 if a block could not be placed, as the others are."""
    resources.replace_closed_streams()
    options = _parser().parse_args(words)
    try:
        return _run(options)
    except (InputError, OSError) as error:
        print(f"place: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="place.py",
        description="Place many images onto the fitted map: a table with the cluster, label and "
        "position of each.",
        epilog="Arrays (NPY, NPZ, IDX, CSV, Parquet) hold n images; those of 28 x 28 are in "
        "MNIST's form already. Pictures come as such, in a .tar (WebDataset's shards), .parquet "
        "(a column image), a manifest (.txt, or .csv with a column path) or a folder, and are "
        "brought into that form first, as all other images are. For a model of embeddings, "
        "arrays hold n vectors.",
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="INPUT", help="in the order of the table")
    add("-o", "--output", required=True, metavar="FOLDER", help="for all results")
    add("--table", choices=table.FORMATS, default="csv", help="default: csv")
    add("--model", metavar="FILE", default=str(predict.MODEL), help="default: %(default)s")
    add(
        "--block",
        type=executors.positive,
        default=10_000,
        metavar="N",
        help="images, default: 10000",
    )
    executors.add_options(parser, "one a core")
    add("--share", type=_share, metavar="I/N", help="place every N-th block only, from block I on "
        "(0 to N - 1), and write no table: for job arrays")  # fmt: skip
    add("--candidates", type=int, metavar="N", help="training images that are ranked by the image "
        "distortion model, at most the model's number; fewer are faster")  # fmt: skip
    add("--leave-out", action="store_true", help="write the table without blocks that failed")
    return parser


def _share(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and int(number) < int(of)):
        raise argparse.ArgumentTypeError(f"{text}: write I/N with I from 0 to N - 1, as in 0/100")
    return int(number), int(of)


def _run(options: argparse.Namespace) -> int:
    folder = Path(options.output)
    _spare_other_results(folder, options.files)
    given, notes = expand(options.files)
    for note in notes:
        _tell(note)
    job = _job(options, given)
    first, step = options.share or (0, 1)
    numbers = range(job.n_blocks)[first::step]
    found, failed = _place(options, job, numbers)
    for reason in dict.fromkeys(failed.values()):
        listed = [str(number) for number in sorted(failed) if failed[number] == reason]
        more = f" and {len(listed) - 10} more" if len(listed) > 10 else ""
        print(f"place: block {', '.join(listed[:10])}{more}: {reason}", file=sys.stderr)
    if failed:
        print(
            f"place: {len(failed)} of {len(numbers)} blocks failed, the others are kept: type the "
            "same command again when that is mended, or add --leave-out",
            file=sys.stderr,
        )
    if not options.share and (not failed or options.leave_out):
        # Rows name the files as they were given.
        _write(folder, options, replace(job, files=tuple(given)), found)
    return 1 if failed else 0


def _job(options: argparse.Namespace, given: Sequence[str]) -> blocks.Job:
    model = Path(options.model).resolve()
    fitted = predict.load_model(model)
    vectors = fitted.form == EMBEDDING
    most = fitted.n_candidates
    if options.candidates is not None and not 0 <= options.candidates <= most:
        raise InputError(
            f"--candidates is {options.candidates}, but it must be 0 (no deformation "
            f"distance) to {most}, the number that the model was made with"
        )
    files = tuple(str(Path(file).resolve()) for file in given)
    return blocks.Job(
        files=files,
        counts=joined.lengths(files, Path(options.output, "blocks/counts.json"), _tell, vectors),
        size=options.block,
        model=str(model),
        fitted=blocks.fitted_digest(model, options.candidates),
        candidates=options.candidates,
        folder=str(Path(options.output, "blocks").resolve()),
        n_jobs=resources.threads() if options.on == "here" else 1,
        vectors=vectors,
    )


def _tell(note: str) -> None:
    print(f"place: {note}", file=sys.stderr)


def _spare_other_results(folder: Path, inputs: list[str]) -> None:
    """Refuse to write over the table of other images."""
    summary = folder / "summary.json"
    if summary.is_file():
        before = files.load_json(summary)["inputs"]
        if before != inputs:
            raise InputError(
                f"{folder} holds the table of {' '.join(before)}: name another folder by --output"
            )


def _place(
    options: argparse.Namespace, job: blocks.Job, numbers: Sequence[int]
) -> tuple[list[blocks.Done], dict[int, str]]:
    """Place blocks, and return those that are finished, in order, and why others are not."""
    found: dict[int, blocks.Done] = {}
    failed: dict[int, str] = {}
    progress = Progress(min(sum(job.counts), len(numbers) * job.size))
    try:
        work = partial(blocks.place, job)
        for outcome in executors.map_items(options, resources.cores(), work, numbers):
            if outcome.error is not None:
                failed[outcome.item] = outcome.error
                continue
            found[outcome.item] = outcome.value
            progress.add(outcome.value.n, found=outcome.value.found)
    finally:
        progress.close()
    blocks.tidy(Path(job.folder), found.values())
    before = sum(done.found for done in found.values())
    print(
        f"place: {progress.placed:,} images placed, {progress.speed():,.0f} a second"
        + (f"; {before} of {len(numbers)} blocks were there already" if before else ""),
        file=sys.stderr,
    )
    return [found[number] for number in sorted(found)], failed


def _write(
    folder: Path, options: argparse.Namespace, job: blocks.Job, found: list[blocks.Done]
) -> None:
    path = folder / f"table.{options.table}"
    counts = table.write(path, job, found, predict.load_model(Path(job.model)).names)
    summary = {"inputs": options.files, "model": job.fitted, **counts}
    files.save_json(folder / "summary.json", summary)
    refused = sum(counts["refused"].values())
    what = "unlike all" if job.vectors else "no digit"
    print(f"{path}: {counts['images']:,} images, {refused:,} of them {what}", end="")
    print(f", {counts['damaged']:,} unreadable (damaged.csv)" if counts["damaged"] else "")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit("place: interrupted; the same command goes on where it stopped")
