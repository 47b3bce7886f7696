// The image distortion model in whole numbers, as mnist_clustering/distortion/ranking.py has it.

/**
 * Measure how well a query is found in other images: each pixel looks for its like within two pixels,
 * comparing the gradients of its 3 x 3 neighbourhood.
 * @param {Gradients} query @returns {(image: Gradients) => number}
 */
function distortionFrom({ across, down, high, wide }) {
  const { REACH, CONTEXT } = rules.ranking, span = wide + 2 * (REACH + CONTEXT);
  const tall = high + 2 * CONTEXT, broad = wide + 2 * CONTEXT;
  const squares = new Int32Array(tall * broad), columns = new Int32Array(high * broad);
  const lowest = new Int32Array(high * wide);
  return (image) => {
    lowest.fill(0x7fffffff);
    for (let top = 0; top <= 2 * REACH; top++) {
      for (let left = 0; left <= 2 * REACH; left++) {
        for (let r = 0, i = 0; r < tall; r++) {
          let a = (r + REACH) * span + REACH, b = (r + top) * span + left;
          for (let c = 0; c < broad; c++, i++, a++, b++) {
            const x = across[a] - image.across[b], y = down[a] - image.down[b];
            squares[i] = x * x + y * y;
          }
        }
        for (let i = 0, end = high * broad; i < end; i++) {
          columns[i] = squares[i] + squares[i + broad] + squares[i + 2 * broad];
        }
        for (let r = 0, i = 0; r < high; r++) {
          for (let c = 0, j = r * broad; c < wide; c++, i++, j++) {
            const sum = columns[j] + columns[j + 1] + columns[j + 2];
            if (sum < lowest[i]) lowest[i] = sum;
          }
        }
      }
    }
    return lowest.reduce((sum, one) => sum + one, 0);
  };
}
