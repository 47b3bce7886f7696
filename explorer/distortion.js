// The image distortion model in whole numbers, as mnist_clustering/distortion/ranking.py has it.

/**
 * Measure how well a query is found in other images: each pixel looks for its like within two pixels,
 * comparing the gradients of its 3 x 3 neighbourhood.
 * @param {Int8Array} query two gradients a pixel
 * @param {number} high @param {number} wide @returns {(image: Int8Array) => number}
 */
function distortionFrom(query, high, wide) {
  const { REACH, CONTEXT } = rules.ranking, around = 2 * (REACH + CONTEXT);
  const span = wide + around, size = (high + around) * span;
  const own = layOut(query, high, wide, [new Int16Array(size), new Int16Array(size)]);
  const theirs = [new Int16Array(size), new Int16Array(size)];
  const tall = high + 2 * CONTEXT, broad = wide + 2 * CONTEXT;
  const squares = new Int32Array(tall * broad), columns = new Int32Array(high * broad);
  const lowest = new Int32Array(high * wide);
  return (image) => {
    layOut(image, high, wide, theirs);
    lowest.fill(0x7fffffff);
    for (let down = 0; down <= 2 * REACH; down++) {
      for (let right = 0; right <= 2 * REACH; right++) {
        for (let r = 0, i = 0; r < tall; r++) {
          let a = (r + REACH) * span + REACH, b = (r + down) * span + right;
          for (let c = 0; c < broad; c++, i++, a++, b++) {
            const x = own[0][a] - theirs[0][b], y = own[1][a] - theirs[1][b];
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
    let total = 0;
    for (let i = 0; i < lowest.length; i++) total += lowest[i];
    return total;
  };
}

/**
 * Lay the two gradients out side by side, with a margin of zeros.
 * @param {Int8Array} image @param {number} high @param {number} wide @param {Int16Array[]} into
 */
function layOut(image, high, wide, into) {
  const margin = rules.ranking.REACH + rules.ranking.CONTEXT, span = wide + 2 * margin;
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0, to = (r + margin) * span + margin; c < wide; c++, i += 2, to++) {
      into[0][to] = image[i];
      into[1][to] = image[i + 1];
    }
  }
  return into;
}
