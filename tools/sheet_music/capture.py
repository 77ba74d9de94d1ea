"""Pages as a camera or scanner sees them: cut out, turned, in perspective, unevenly lit, blurred, noisy, compressed."""

import io

import numpy
from PIL import Image

from pictures import strokes

SIZE = 64


class Canvas:
    """A page in grey, with halves and quarters of itself for views from farther away."""

    def __init__(self, pixels):
        self.levels = [Image.fromarray(numpy.ascontiguousarray(pixels))]
        for _ in range(3):
            self.levels.append(self.levels[-1].reduce(2))
        self.height, self.width = pixels.shape

    def view(self, random, left, top, side):
        """The square of that side at that place [SIZE, SIZE], seen askew: turned up to 12°, corners moved up to 7 %."""
        level = int(numpy.clip(numpy.floor(numpy.log2(side / (2 * SIZE))), 0, 3))
        factor = 2 ** level
        angle = random.normal(0, 4) * numpy.pi / 180
        angle = numpy.clip(angle, -0.2, 0.2)
        corners = numpy.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * side / 2
        corners = corners @ numpy.array([[numpy.cos(angle), numpy.sin(angle)], [-numpy.sin(angle), numpy.cos(angle)]])
        corners = corners + random.uniform(-0.07, 0.07, (4, 2)) * side * (random.random() < 0.7)
        corners = (corners + [left + side / 2, top + side / 2]) / factor
        fine = self.levels[level].transform((2 * SIZE, 2 * SIZE), Image.Transform.QUAD, corners.ravel().tolist(),
                                            Image.Resampling.BILINEAR, fillcolor=255)
        return numpy.asarray(fine.reduce(2))

    def place(self, random, side):
        """A random place for a square of that side, wholly inside where it fits."""
        return (random.uniform(0, max(1, self.width - side)), random.uniform(0, max(1, self.height - side)))


def printed(random, views):
    """Ink on paper [n, SIZE, SIZE] of 0…255: the blacks and whites of the print become greys of a photograph."""
    count = len(views)
    paper = random.uniform(150, 255, (count, 1, 1))
    dark = numpy.minimum(random.uniform(0, 110, (count, 1, 1)), paper - 70)
    return dark + (paper - dark) * views.astype(numpy.float32) / 255


def photographed(random, images):
    """Light, shadow, blur, noise and compression on images [n, SIZE, SIZE] -> bytes."""
    count = len(images)
    images = images.astype(numpy.float32) * light(random, count)
    weight = (random.uniform(0, 0.3, count) * (random.random(count) < 0.7)).astype(numpy.float32)[:, None, None]
    for axis in (1, 2):
        padded = numpy.pad(images, [(0, 0)] + [(1, 1) if a == axis else (0, 0) for a in (1, 2)], mode="edge")
        before, after = (numpy.take(padded, range(s, s + SIZE), axis) for s in (0, 2))
        images = (1 - 2 * weight) * images + weight * (before + after)
    deviation = (random.uniform(0, 9, count) * (random.random(count) < 0.8)).astype(numpy.float32)[:, None, None]
    images = images + deviation * random.standard_normal(images.shape, numpy.float32)
    images = numpy.clip(images, 0, 255).astype(numpy.uint8)
    for index in numpy.flatnonzero(random.random(count) < 0.4):
        stream = io.BytesIO()
        Image.fromarray(images[index]).save(stream, "JPEG", quality=int(random.integers(25, 90)))
        images[index] = numpy.asarray(Image.open(stream))
    return images


def light(random, count):
    """Factors [count, SIZE, SIZE]: a slope, slow unevenness, and over some images the shadow of an edge."""
    rows, columns = numpy.mgrid[:SIZE, :SIZE].astype(numpy.float32) / (SIZE / 2) - 1
    angle = random.uniform(0, 2 * numpy.pi, (2, count, 1, 1)).astype(numpy.float32)
    slope = random.uniform(0, 0.25, (count, 1, 1)).astype(numpy.float32)
    factors = 1 + slope * (numpy.cos(angle[0]) * columns + numpy.sin(angle[0]) * rows)
    factors += 0.05 * strokes.bumps(random, count, SIZE)
    across = numpy.cos(angle[1]) * columns + numpy.sin(angle[1]) * rows
    edge = random.uniform(-0.8, 0.8, (count, 1, 1)).astype(numpy.float32)
    softness = random.uniform(0.05, 0.6, (count, 1, 1)).astype(numpy.float32)
    depth = (random.uniform(0.1, 0.5, (count, 1, 1)) * (random.random((count, 1, 1)) < 0.3)).astype(numpy.float32)
    return factors * (1 - depth * numpy.clip((across - edge) / softness, 0, 1))


class Music:
    """Views of a rendered page that show notes on a staff."""

    def __init__(self, pixels, space):
        self.canvas, self.space = Canvas(pixels), space
        dark = pixels < 128
        tall = dark[:-4] & dark[1:-3] & dark[2:-2] & dark[3:-1] & dark[4:]  # higher than a staff line is thick
        self.notes = numpy.pad(numpy.cumsum(numpy.cumsum(tall, 0, dtype=numpy.int32), 1, dtype=numpy.int32), ((1, 0), (1, 0)))
        wide = numpy.ones_like(dark[:, 48:])
        for shift in range(0, 49, 4):  # longer than any letter or beam between neighbours
            wide &= dark[:, shift:dark.shape[1] - 48 + shift]
        self.lines = numpy.pad(numpy.cumsum(numpy.cumsum(wide, 0, dtype=numpy.int32), 1, dtype=numpy.int32), ((1, 0), (1, 0)))

    def view(self, random):
        """A view in which a staff is 5 to 32 pixels high, of a place with at least two staff lines' worth of line and
        some ink that is taller than lines; None if none is found."""
        for _ in range(60):
            staff = numpy.exp(random.uniform(numpy.log(5), numpy.log(32)))
            side = min(SIZE * 4 * self.space / staff, 0.95 * self.canvas.width, 0.95 * self.canvas.height)
            left, top = self.canvas.place(random, side)
            if (self._share(self.lines, left, top, side) > 2.5 / side
                    and self._share(self.notes, left, top, side) > 0.018):
                return self.canvas.view(random, left, top, side)
        return None

    @staticmethod
    def _share(sums, left, top, side):
        bottom, right = (min(int(v + side), limit - 1) for v, limit in zip((top, left), sums.shape))
        top, left = min(int(top), bottom), min(int(left), right)
        inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return inside / (side * side)
