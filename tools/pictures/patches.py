"""Patches of photographs: any place, any scale, turned and mirrored."""

import numpy
from PIL import Image


def patch(random, photographs, names, size, least_deviation=6.0):
    """One grey patch [size, size] of one of the named photographs.

    Its side in the photograph is from U in the logarithm, between `size` / 2 and the photograph's shorter side; patches
    whose grey levels deviate by less than `least_deviation` (sky) are drawn again."""
    while True:
        photograph = photographs[names[random.integers(len(names))]]
        height, width = photograph.shape
        side = int(round(numpy.exp(random.uniform(numpy.log(size / 2), numpy.log(min(height, width))))))
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        square = Image.fromarray(photograph[top:top + side, left:left + side])
        pixels = numpy.asarray(square.resize((size, size), Image.Resampling.BOX if side > size
                                             else Image.Resampling.BILINEAR))
        if pixels.std() < least_deviation:
            continue
        pixels = numpy.rot90(pixels, random.integers(4))
        return pixels[:, ::-1] if random.random() < 0.5 else pixels


def drawn_from(random, pixels):
    """A patch as a drawing: thresholded at a quantile, or its edges; white on black mostly, softened."""
    levels = pixels.astype(numpy.float32)
    if random.random() < 0.6:
        share = random.uniform(0.5, 0.92)
        drawing = (levels > numpy.quantile(levels, share)).astype(numpy.float32)
        if random.random() < 0.3:
            drawing *= levels / 255
    else:
        down, across = numpy.gradient(levels)
        slope = numpy.hypot(down, across)
        drawing = numpy.clip(slope / max(numpy.quantile(slope, random.uniform(0.9, 0.99)), 1), 0, 1)
    if random.random() < 0.5:  # only a disc of it, on black as MNIST's and Fashion-MNIST's pictures are
        size = len(drawing)
        rows, columns = numpy.mgrid[:size, :size] - (size - 1) / 2
        radius = random.uniform(0.25, 0.5) * size
        stretch = random.uniform(0.5, 1)
        drawing *= numpy.clip(radius - numpy.hypot(rows, columns / stretch) + 0.5, 0, 1)
    return (drawing * 255).astype(numpy.uint8)
