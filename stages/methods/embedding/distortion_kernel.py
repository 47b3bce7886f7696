"""The image distortion model compiled: many candidates of one query side by side.

Import this module only where it is used: it needs numba, and so 0.3 s and more. It is one long file
because numba keeps compiled code by file: a change of what it called elsewhere would go unnoticed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, models, register_model
from numpy.typing import NDArray

# Candidates side by side, one in each lane of 16 bits.
LANES = 16
# Values of a minimum lie in -450 .. 1350 and so 24 of them add up in 16 bits.
_SAFE = 24
# Of a pixel's search. Here and not imported: numba renews its cache when this file changes.
_REACH = 2
_SHIFTS = 2 * _REACH + 1
# Pixels that are turned at once, so that what is written stays in the nearest cache.
_STRIP = 64
_VECTOR = ir.VectorType(ir.IntType(16), LANES)


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile at the first call; keep the machine code on disk where a folder can be written."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


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
    """Arrays that one thread needs, 0.3 MB for 24 x 24 pixels.

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
    lists = (((high + 2) * (wide + 2), 4), (high * (wide // 2 + 1), 4), (pixels, 2))
    zeros = (pixels, 2 * bordered, 2 * bordered)
    rows = ((high + 4) * (wide + 4), (high + 2) * (wide + 2), pixels, 1)
    return (
        *(np.empty(shape, np.int64) for shape in lists),
        # What is never written, the border, stays zero.
        *(np.zeros((count, LANES), np.int16) for count in zeros + rows),
    )


@_compiled
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
    first, last : int
    out : ndarray of int32, of the shape of `chosen`
        Written where the candidates of these queries stand.
    work : tuple of ndarray
        Of `workspace`, one for each thread.
    """
    products, runs, calm, packed, candidate, scratch, energy, product, lowest, sums = work
    high, wide = queries.shape[2] - 6, queries.shape[3] - 6
    for i in range(first, last):
        n_products, n_runs, n_calm, own = _survey(queries[i], products, runs, calm)
        # Only what this query's list names is written below.
        _clear(product)
        for start in range(starts[i], starts[i + 1], LANES):
            count = min(LANES, starts[i + 1] - start)
            _gather(points, chosen, start, count, packed)
            _unpack(packed, high, wide, candidate, scratch)
            _energies(scratch, high, wide, energy)
            _settle_calm(energy, high, wide, calm, n_calm, scratch, lowest)
            _settle_runs(
                candidate, energy, high, wide, products, n_products, runs, n_runs, product, lowest
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


@_compiled
def _survey(query, products, runs, calm):  # type: ignore[no-untyped-def]
    """Where a query has gradients, and where no context of a pixel has any."""
    high, wide = query.shape[1] - 6, query.shape[2] - 6
    n_products = n_runs = n_calm = own = done = 0
    for y in range(high + 2):
        for x in range(wide + 2):
            a, b = query[0, y + 2, x + 2], query[1, y + 2, x + 2]
            if a != 0 or b != 0:
                products[n_products, 0] = y * (wide + 2) + x
                products[n_products, 1] = y * (wide + 6) + x
                products[n_products, 2] = -2 * a
                products[n_products, 3] = -2 * b
                n_products += 1
    for y in range(high):
        running = False
        for x in range(wide):
            energy = 0
            for u in range(y + 2, y + 5):
                for v in range(x + 2, x + 5):
                    a, b = int(query[0, u, v]), int(query[1, u, v])
                    energy += a * a + b * b
            own += energy
            if energy == 0:
                calm[n_calm, 0] = y
                calm[n_calm, 1] = x
                n_calm += 1
                running = False
                continue
            if not running:
                runs[n_runs, 0] = y * (wide + 2) + x
                runs[n_runs, 1] = y * (wide + 4) + x
                runs[n_runs, 2] = done
                runs[n_runs, 3] = 0
                n_runs += 1
                running = True
            runs[n_runs - 1, 3] += 1
            done += 1
    return n_products, n_runs, n_calm, own


@_compiled
def _clear(rows):  # type: ignore[no-untyped-def]
    nothing = _splat(np.int16(0))
    for row in range(len(rows)):
        _store(rows, row, nothing)


@_compiled
def _gather(points, chosen, start, count, packed):  # type: ignore[no-untyped-def]
    """Turn the candidates so that one pixel of all stands together."""
    for begin in range(0, len(packed), _STRIP):
        end = min(begin + _STRIP, len(packed))
        for lane in range(count):
            point = chosen[start + lane]
            for pixel in range(begin, end):
                packed[pixel, lane] = points[point, pixel]


@_compiled
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


@_compiled
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


@_compiled
def _settle_calm(energy, high, wide, calm, n_calm, scratch, lowest):  # type: ignore[no-untyped-def]
    """Where the query has no gradients the lowest energy within reach is the distance."""
    row = wide + 4
    other = (high + 6) * (wide + 6)
    for y in range(high + 4):
        for x in range(wide):
            least = _load(energy, y * row + x)
            for d in range(1, _SHIFTS):
                least = _lower(least, _load(energy, y * row + x + d))
            _store(scratch, other + y * wide + x, least)
    last = high * wide - 1
    for t in range(n_calm):
        q = other + calm[t, 0] * wide + calm[t, 1]
        least = _load(scratch, q)
        for d in range(1, _SHIFTS):
            least = _lower(least, _load(scratch, q + d * wide))
        _store(lowest, last - t, least)


@_compiled
def _settle_runs(  # type: ignore[no-untyped-def]
    candidate, energy, high, wide, products, n_products, runs, n_runs, product, lowest
):
    """Elsewhere: energy less twice the product with the query, summed over the context."""
    other = (high + 6) * (wide + 6)
    row = wide + 2
    for dy in range(_SHIFTS):
        for dx in range(_SHIFTS):
            first = dy == 0 and dx == 0
            for t in range(n_products):
                q = products[t, 1] + dy * (wide + 6) + dx
                a = _multiply(_splat(np.int16(products[t, 2])), _load(candidate, q))
                b = _multiply(_splat(np.int16(products[t, 3])), _load(candidate, other + q))
                _store(product, products[t, 0], _add(a, b))
            for t in range(n_runs):
                q, e, m = runs[t, 0], runs[t, 1] + dy * (wide + 4) + dx, runs[t, 2]
                a = _column(product, q, row)
                q += 1
                b = _column(product, q, row)
                for _ in range(runs[t, 3]):
                    q += 1
                    c = _column(product, q, row)
                    here = _add(_add(_add(a, b), c), _load(energy, e))
                    if not first:
                        here = _lower(here, _load(lowest, m))
                    _store(lowest, m, here)
                    a, b = b, c
                    e += 1
                    m += 1


@_compiled
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
