"""The image distortion model compiled: many candidates of one query side by side.

Import this module only where it is used: it needs numba, and so 0.3 s and more. It is one long file
because compiled code is kept by file: a change of what it called elsewhere would go unnoticed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model
from numpy.typing import NDArray

from mnist_clustering.compiled import compiled

# Candidates side by side, one in each lane of 16 bits: as many as the widest registers (AVX-512)
# hold. Where they hold 16, twice as many take a tenth more time than 16 would.
LANES = 32
# Values of a minimum lie in -450 .. 1350 and so 24 of them add up in 16 bits.
_SAFE = 24
# Of a pixel's search. Here and not imported: numba renews its cache when this file changes.
_REACH = 2
_SHIFTS = 2 * _REACH + 1
_VECTOR = ir.VectorType(ir.IntType(16), LANES)
_BYTES = ir.VectorType(ir.IntType(8), LANES)
# Bytes of a cache line, which no vector should lie across.
_LINE = 64


class _Lanes(types.Type):
    """numba's name for a vector of LANES whole numbers of 16 bits, held in registers."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{LANES}")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


_lanes = _Lanes()


def _row(context: Any, builder: Any, kind: Any, rows: Any, row: Any) -> Any:
    """Address of a row of LANES numbers."""
    array = context.make_array(kind)(context, builder, rows)
    start = builder.gep(array.data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return builder.bitcast(start, _VECTOR.as_pointer())


@intrinsic
def _load(_: Any, rows: Any, row: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = builder.load(_row(context, builder, signature.args[0], *args))
        vector.align = 2
        return vector

    return _lanes(rows, types.intp), generate


@intrinsic
def _store(_: Any, rows: Any, row: Any, vector: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _row(context, builder, signature.args[0], *args[:2])
        builder.store(args[2], address).align = 2
        return context.get_dummy_value()

    return types.void(rows, types.intp, _lanes), generate


@intrinsic
def _splat(_: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        empty = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(empty, args[0], ir.Constant(ir.IntType(32), 0))
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(first, empty, everywhere)

    return _lanes(types.int16), generate


def _binary(operation: Callable[[Any, Any, Any], Any]) -> Any:
    @intrinsic
    def combine(_: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return operation(builder, *args)

        return _lanes(_lanes, _lanes), generate

    return combine


_add = _binary(lambda builder, a, b: builder.add(a, b))
_multiply = _binary(lambda builder, a, b: builder.mul(a, b))
_left = _binary(lambda builder, a, b: builder.shl(a, b))
_right = _binary(lambda builder, a, b: builder.ashr(a, b))
_lower = _binary(lambda builder, a, b: builder.select(builder.icmp_signed("<", a, b), a, b))


def workspace(high: int, wide: int) -> tuple[NDArray[Any], ...]:
    """Arrays that one thread needs, 0.4 MB for 24 x 24 pixels.

    Parameters
    ----------
    high, wide : int
        Size of the gradient images without their border.

    Returns
    -------
    tuple of ndarray
        For `measure`, which may use them again and again.
    """
    pixels, bordered = high * wide, (high + 6) * (wide + 6)
    # Of entries in lists, and where those of each row of pixels begin.
    lists = (
        *(((high + 2) * (wide + 2), 3), (high + 3,)),
        *((high * (wide // 2 + 1), 3), (high + 1,)),
        *((pixels, 2), (LANES,)),
    )
    vectors = (
        *(pixels, 2 * bordered, 2 * bordered, (high + 4) * (wide + 4)),
        *(3 * _SHIFTS * (wide + 2), pixels, 1),
    )
    return (*(np.empty(shape, np.int64) for shape in lists), *map(_zeros, vectors))


def _zeros(count: int) -> NDArray[np.int16]:
    """Make vectors that begin with a cache line; NumPy aligns on 16 bytes only."""
    raw = np.zeros((count + 2) * LANES * 2, dtype=np.uint8)
    start = -raw.ctypes.data % _LINE
    return raw[start : start + count * LANES * 2].view(np.int16).reshape(count, LANES)


@compiled
def measure(queries, points, starts, chosen, first, last, out, work):  # type: ignore[no-untyped-def]
    """Distances of the queries ``first`` to ``last`` from their candidates.

    Parameters
    ----------
    queries : ndarray of int8, shape (m, 2, height + 6, width + 6)
    points : ndarray of int8, shape (n, height * width)
        Both gradients in one number: the horizontal one in the low 4 bits, both signed.
    starts : ndarray of int64, shape (m + 1,)
        The candidates of query i are ``chosen[starts[i]:starts[i + 1]]``.
    chosen : ndarray of int32
    out : ndarray of int32, of the shape of `chosen`
        Written where the candidates of these queries stand.
    work : tuple of ndarray
        Of `workspace`, one for each thread.
    """
    products, product_rows, runs, run_rows, empty, chosen_rows = work[:6]
    packed, candidate, scratch, energy, product, lowest, sums = work[6:]
    high, wide = queries.shape[2] - 6, queries.shape[3] - 6
    for i in range(first, last):
        n_empty, own = _find_gradients(queries[i], products, product_rows, runs, run_rows, empty)
        for start in range(starts[i], starts[i + 1], LANES):
            count = min(LANES, starts[i + 1] - start)
            _gather(points, chosen, start, count, chosen_rows, packed)
            _unpack(packed, high, wide, candidate, scratch)
            _energies(scratch, high, wide, energy)
            _minimise_energy(energy, high, wide, empty, n_empty, scratch, lowest)
            for down in range(_SHIFTS):
                _minimise_difference(
                    *(candidate, energy, high, wide, down, products, product_rows),
                    *(runs, run_rows, product, lowest),
                )
            _total(lowest, own, sums, out, start, count)


@intrinsic
def _column(_: Any, rows: Any, row: Any, step: Any) -> Any:
    """Sum of three rows that stand ``step`` apart."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        rows, row, step = args
        total = ir.Constant(_VECTOR, [0] * LANES)
        for _ in range(3):
            part = builder.load(_row(context, builder, signature.args[0], rows, row))
            part.align = 2
            total = builder.add(total, part)
            row = builder.add(row, step)
        return total

    return _lanes(rows, types.intp, types.intp), generate


@compiled
def _find_gradients(query, products, product_rows, runs, run_rows, empty):  # type: ignore[no-untyped-def]
    """Where a query has gradients, and where no context of a pixel has any."""
    high, wide = query.shape[1] - 6, query.shape[2] - 6
    n_products = n_runs = n_empty = own = done = 0
    for y in range(high + 2):
        product_rows[y] = n_products
        for x in range(wide + 2):
            a, b = query[0, y + 2, x + 2], query[1, y + 2, x + 2]
            # A row takes the place of the third above it, of which nothing must stay.
            above = y >= 3 and (query[0, y - 1, x + 2] != 0 or query[1, y - 1, x + 2] != 0)
            if a != 0 or b != 0 or above:
                products[n_products, 0] = x
                products[n_products, 1] = -2 * a
                products[n_products, 2] = -2 * b
                n_products += 1
    product_rows[high + 2] = n_products
    for y in range(high):
        run_rows[y] = n_runs
        running = False
        for x in range(wide):
            energy = 0
            for u in range(y + 2, y + 5):
                for v in range(x + 2, x + 5):
                    a, b = int(query[0, u, v]), int(query[1, u, v])
                    energy += a * a + b * b
            own += energy
            if energy == 0:
                empty[n_empty, 0] = y
                empty[n_empty, 1] = x
                n_empty += 1
                running = False
                continue
            if not running:
                runs[n_runs, 0] = x
                runs[n_runs, 1] = done
                runs[n_runs, 2] = 0
                n_runs += 1
                running = True
            runs[n_runs - 1, 2] += 1
            done += 1
    run_rows[high] = n_runs
    return n_empty, own


@intrinsic
def _transpose(_: Any, points: Any, rows: Any, pixel: Any, packed: Any) -> Any:
    """Write LANES pixels of LANES points, a vector of all points for each pixel."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        points, rows, pixel, packed = args
        array, list_of_rows = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args[:2], (points, rows), strict=True)
        )
        lines = []
        for lane in range(LANES):
            row = builder.load(builder.gep(list_of_rows.data, [ir.Constant(pixel.type, lane)]))
            start = builder.gep(array.data, [builder.add(row, pixel)])
            line = builder.load(builder.bitcast(start, _BYTES.as_pointer()))
            line.align = 1
            lines.append(line)
        # Interleaving the two halves of the lines log2(LANES) times transposes the square.
        half = LANES // 2
        interleaved = [
            ir.Constant(
                ir.VectorType(ir.IntType(32), LANES),
                [place for i in range(first, first + half) for place in (i, i + LANES)],
            )
            for first in (0, half)
        ]
        for _ in range(LANES.bit_length() - 1):
            lines = [
                builder.shuffle_vector(lines[i], lines[i + half], order)
                for i in range(half)
                for order in interleaved
            ]
        for number, line in enumerate(lines):
            place = builder.add(pixel, ir.Constant(pixel.type, number))
            address = _row(context, builder, signature.args[3], packed, place)
            builder.store(builder.sext(line, _VECTOR), address).align = 2
        return context.get_dummy_value()

    return types.void(points, rows, types.intp, packed), generate


@compiled
def _gather(points, chosen, start, count, rows, packed):  # type: ignore[no-untyped-def]
    """Bring one pixel of all candidates together."""
    pixels = len(packed)
    for lane in range(LANES):
        # Lanes without a candidate repeat the last one.
        rows[lane] = chosen[start + min(lane, count - 1)] * pixels
    whole = pixels - pixels % LANES
    for pixel in range(0, whole, LANES):
        _transpose(points, rows, pixel, packed)
    for pixel in range(whole, pixels):
        for lane in range(count):
            packed[pixel, lane] = points[chosen[start + lane], pixel]


@compiled
def _unpack(packed, high, wide, candidate, squares):  # type: ignore[no-untyped-def]
    """Part the two gradients and square them."""
    four, twelve = _splat(np.int16(4)), _splat(np.int16(12))
    other = (high + 6) * (wide + 6)
    for y in range(high):
        for x in range(wide):
            both = _load(packed, y * wide + x)
            a, b = _right(_left(both, twelve), twelve), _right(both, four)
            q = (y + 3) * (wide + 6) + x + 3
            _store(candidate, q, a)
            _store(candidate, other + q, b)
            _store(squares, q, _add(_multiply(a, a), _multiply(b, b)))


@compiled
def _energies(squares, high, wide, energy):  # type: ignore[no-untyped-def]
    """Sum the squares over each context of 3 x 3 pixels."""
    row = wide + 6
    other = (high + 6) * row
    for q in range((high + 4) * row):
        _store(squares, other + q, _column(squares, q, row))
    for y in range(high + 4):
        q = other + y * row
        a, b = _load(squares, q), _load(squares, q + 1)
        for x in range(wide + 4):
            c = _load(squares, q + x + 2)
            _store(energy, y * (wide + 4) + x, _add(_add(a, b), c))
            a, b = b, c


@compiled
def _minimise_energy(energy, high, wide, empty, n_empty, scratch, lowest):  # type: ignore[no-untyped-def]
    """Where the query has no gradients: the lowest energy within reach is the distance."""
    row = wide + 4
    other = (high + 6) * (wide + 6)
    for y in range(high + 4):
        for x in range(wide):
            least = _load(energy, y * row + x)
            for d in range(1, _SHIFTS):
                least = _lower(least, _load(energy, y * row + x + d))
            _store(scratch, other + y * wide + x, least)
    last = high * wide - 1
    for t in range(n_empty):
        q = other + empty[t, 0] * wide + empty[t, 1]
        least = _load(scratch, q)
        for d in range(1, _SHIFTS):
            least = _lower(least, _load(scratch, q + d * wide))
        _store(lowest, last - t, least)


@compiled
def _columns(product, x, row):  # type: ignore[no-untyped-def]
    """Sum three rows of pixels, for each displacement to the right."""
    return (
        _column(product, x, row),
        _column(product, 3 * row + x, row),
        _column(product, 6 * row + x, row),
        _column(product, 9 * row + x, row),
        _column(product, 12 * row + x, row),
    )


@compiled
def _least(a, b, c, energy, e):  # type: ignore[no-untyped-def]
    """Lowest of the displacements to the right: three columns, and the candidate's energy."""
    return _lower(
        _lower(
            _lower(
                _add(_add(_add(a[0], b[0]), c[0]), _load(energy, e)),
                _add(_add(_add(a[1], b[1]), c[1]), _load(energy, e + 1)),
            ),
            _lower(
                _add(_add(_add(a[2], b[2]), c[2]), _load(energy, e + 2)),
                _add(_add(_add(a[3], b[3]), c[3]), _load(energy, e + 3)),
            ),
        ),
        _add(_add(_add(a[4], b[4]), c[4]), _load(energy, e + 4)),
    )


@compiled
def _minimise_difference(  # type: ignore[no-untyped-def]
    candidate, energy, high, wide, down, products, product_rows, runs, run_rows, product, lowest
):
    """Elsewhere: the lowest energy less twice the product with the query, over the context.

    Of the products only three rows of pixels are kept, for all displacements to the right, so that
    they stay in the nearest cache.
    """
    other = (high + 6) * (wide + 6)
    row = wide + 2
    _clear(product)
    for y in range(high + 2):
        for t in range(product_rows[y], product_rows[y + 1]):
            x = products[t, 0]
            q = (y + down) * (wide + 6) + x
            twice_a, twice_b = _splat(np.int16(products[t, 1])), _splat(np.int16(products[t, 2]))
            for right in range(_SHIFTS):
                a = _multiply(twice_a, _load(candidate, q + right))
                b = _multiply(twice_b, _load(candidate, other + q + right))
                _store(product, (3 * right + y % 3) * row + x, _add(a, b))
        if y < 2:
            continue
        for t in range(run_rows[y - 2], run_rows[y - 1]):
            x, m = runs[t, 0], runs[t, 1]
            e = (y - 2 + down) * (wide + 4) + x
            a, b = _columns(product, x, row), _columns(product, x + 1, row)
            for step in range(runs[t, 2]):
                c = _columns(product, x + 2 + step, row)
                here = _least(a, b, c, energy, e + step)
                if down:
                    here = _lower(here, _load(lowest, m + step))
                _store(lowest, m + step, here)
                a, b = b, c


@compiled
def _clear(rows):  # type: ignore[no-untyped-def]
    nothing = _splat(np.int16(0))
    for row in range(len(rows)):
        _store(rows, row, nothing)


@compiled
def _total(lowest, own, sums, out, start, count):  # type: ignore[no-untyped-def]
    """Add up the pixels of each candidate, and the query's own energy."""
    for lane in range(count):
        out[start + lane] = own
    for begin in range(0, len(lowest), _SAFE):
        part = _load(lowest, begin)
        for t in range(begin + 1, min(begin + _SAFE, len(lowest))):
            part = _add(part, _load(lowest, t))
        _store(sums, 0, part)
        for lane in range(count):
            out[start + lane] += sums[0, lane]
