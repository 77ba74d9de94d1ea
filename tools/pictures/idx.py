"""IDX files as MNIST has them, and sheets of samples to look at."""

import struct

import numpy
from PIL import Image

from fetching import write_gzip


def write(folder, part, images, labels=None):
    """Writes images [n, height, width] of bytes as `part`-images-idx3-ubyte.gz, and their labels if there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    write_gzip(folder / f"{part}-images-idx3-ubyte.gz",
               struct.pack(">IIII", 0x00000803, *images.shape) + numpy.ascontiguousarray(images).tobytes())
    if labels is not None:
        write_gzip(folder / f"{part}-labels-idx1-ubyte.gz",
                   struct.pack(">II", 0x00000801, len(labels)) + numpy.asarray(labels, numpy.uint8).tobytes())


def contact_sheet(file, images, columns=20, rows=12):
    """The first images side by side, as a PNG."""
    images = images[:columns * rows]
    size = images.shape[1]
    sheet = numpy.full((rows * (size + 2), columns * (size + 2)), 128, numpy.uint8)
    for index, image in enumerate(images):
        top, left = index // columns * (size + 2), index % columns * (size + 2)
        sheet[top:top + size, left:left + size] = image
    Image.fromarray(sheet).save(file)
