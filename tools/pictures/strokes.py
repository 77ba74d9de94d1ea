"""Small drawings in white on black: strokes of a pen, letters, signs."""

import numpy
from PIL import Image, ImageDraw

from . import fonts

FINE = 3  # drawings are made this much larger, then reduced


def curve(random, points, turn):
    """A smooth random curve through the unit square: [steps, 2]. `turn`: how sharply it may turn, in radians."""
    direction = random.uniform(0, 2 * numpy.pi)
    place = random.uniform(0.2, 0.8, 2)
    corners = [place]
    for _ in range(points):
        direction += random.normal(0, turn)
        place = place + random.uniform(0.15, 0.5) * numpy.array([numpy.cos(direction), numpy.sin(direction)])
        corners.append(place)
    return smooth(numpy.array(corners))


def smooth(corners, steps=10):
    """A Catmull-Rom spline through points [n, 2]."""
    padded = numpy.concatenate([corners[:1], corners, corners[-1:]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = numpy.linspace(0, 1, steps, endpoint=False)[:, None, None]
    path = 0.5 * (2 * start + (end - before) * t + (2 * before - 5 * start + 4 * end - after) * t ** 2
                  + (3 * start - before - 3 * end + after) * t ** 3)
    return numpy.concatenate([path.transpose(1, 0, 2).reshape(-1, 2), corners[-1:]])


def draw_curve(drawing, path, width, value=255):
    """A line with round ends and joints."""
    path = [tuple(p) for p in path]
    drawing.line(path, fill=value, width=max(1, int(round(width))), joint="curve")
    radius = width / 2 - 0.5
    if radius > 0.5:
        for x, y in (path[0], path[-1]):
            drawing.ellipse((x - radius, y - radius, x + radius, y + radius), fill=value)


def strokes(random, size):
    """One to four curves, lines, arcs or polygons with one pen, as large as a digit of MNIST or larger."""
    image = Image.new("L", (size * FINE, size * FINE))
    drawing = ImageDraw.Draw(image)
    box = random.uniform(0.5, 0.95) * size * FINE
    width = random.uniform(0.8, 4.5) * FINE
    paths = []
    for _ in range(random.choice([1, 2, 3, 4], p=[0.35, 0.3, 0.2, 0.15])):
        kind = random.random()
        if kind < 0.6:
            paths.append(curve(random, random.integers(1, 7), random.uniform(0.2, 1.6)))
        elif kind < 0.75:
            paths.append(random.uniform(0, 1, (2, 2)))
        elif kind < 0.9:
            start, angle = random.uniform(0, 2 * numpy.pi), random.uniform(1, 6.4)
            turns = numpy.linspace(start, start + angle, 40)
            radii = random.uniform(0.2, 0.5, 2)
            paths.append(0.5 + numpy.stack([numpy.cos(turns), numpy.sin(turns)], 1) * radii)
        else:
            corners = random.uniform(0, 1, (random.integers(3, 6), 2))
            paths.append(numpy.concatenate([corners, corners[:1]]))
    every = numpy.concatenate(paths)
    low, extent = every.min(0), max(numpy.ptp(every, axis=0).max(), 1e-3)
    middle = numpy.ptp(every, axis=0) / extent / 2
    for path in paths:
        draw_curve(drawing, ((path - low) / extent - middle) * box + size * FINE / 2, width)
    return numpy.asarray(image.reduce(FINE))


def glyphs(random, size, typefaces):
    """A letter or sign, or two or three, of any script, thin to fat."""
    file, characters = typefaces.choose(random)
    count = random.choice([1, 2, 3], p=[0.8, 0.12, 0.08])
    text = "".join(characters[random.integers(len(characters))] for _ in range(count))
    extra = int(random.choice([0, 0, 1, 2, 3, 4]))
    font = fonts.loaded(file, 16 * FINE)
    left, top, right, bottom = font.getbbox(text, stroke_width=extra)
    if right - left < 2 or bottom - top < 2:
        return glyphs(random, size, typefaces)
    # Drawn once to be measured and once more in the size that fills the box.
    box = random.uniform(0.5, 1.0) * size * FINE
    pixels = int(numpy.clip(16 * FINE * box / max(right - left, bottom - top), 6, 4 * size * FINE))
    font = fonts.loaded(file, pixels)
    left, top, right, bottom = font.getbbox(text, stroke_width=extra)
    image = Image.new("L", (size * FINE, size * FINE))
    ImageDraw.Draw(image).text(
        ((size * FINE - right - left) / 2, (size * FINE - bottom - top) / 2), text, fill=255, font=font,
        stroke_width=extra)
    return numpy.asarray(image.reduce(FINE))


def bend(random, images, degrees=20, shear=0.3, elastic=1.2):
    """Images [n, size, size] (float), each turned, sheared, shifted and bent a little, black where nothing was."""
    count, size, _ = images.shape
    angle = random.uniform(-degrees, degrees, count) * numpy.pi / 180
    slant = random.uniform(-shear, shear, count)
    rows, columns = (numpy.mgrid[:size, :size] - (size - 1) / 2).astype(numpy.float32)
    cosine, sine = (f(angle).astype(numpy.float32)[:, None, None] for f in (numpy.cos, numpy.sin))
    slant = slant.astype(numpy.float32)[:, None, None]
    across = cosine * columns - sine * rows + slant * rows
    down = sine * columns + cosine * rows
    across = across + bumps(random, count, size) * elastic + random.normal(0, 0.6, (count, 1, 1))
    down = down + bumps(random, count, size) * elastic + random.normal(0, 0.6, (count, 1, 1))
    return sample(images, down + (size - 1) / 2, across + (size - 1) / 2)


def bumps(random, count, size, knots=5):
    """Smooth random fields [count, size, size] of about unit deviation: cubic between a few knots."""
    values = random.normal(0, 1, (count, knots, knots)).astype(numpy.float32)
    place = numpy.linspace(0, knots - 1, size)
    weights = numpy.maximum(0, 1 - numpy.abs(place[:, None] - numpy.arange(knots)))
    weights = weights * weights * (3 - 2 * weights)
    weights = (weights / weights.sum(1, keepdims=True)).astype(numpy.float32)
    return numpy.einsum("ik,nkl,jl->nij", weights, values, weights, optimize=True)


def sample(images, down, across):
    """Bilinear samples of images [n, h, w] at places [n, H, W]; 0 outside."""
    count, height, width = images.shape
    padded = numpy.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(-1)
    down, across = numpy.clip(down + 1, 0, height + 0.999), numpy.clip(across + 1, 0, width + 0.999)
    top, left = down.astype(numpy.int64), across.astype(numpy.int64)
    below, right = (down - top).astype(numpy.float32), (across - left).astype(numpy.float32)
    first = (numpy.arange(count)[:, None, None] * (height + 2) + top) * (width + 2) + left
    upper = padded[first] * (1 - right) + padded[first + 1] * right
    lower = padded[first + width + 2] * (1 - right) + padded[first + width + 3] * right
    return upper * (1 - below) + lower * below
