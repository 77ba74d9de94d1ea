#!/usr/bin/env python3
"""Makes the fixtures beside this script: PNG files of every kind, written chunk by chunk with zlib alone (so that
they share no code with libpng), with the pixels that must be read from them in png/expected.json; and NumPy's files.

usage: Tests/ScrupleDataTests/Fixtures/make.py      (needs numpy)
"""

import gzip
import json
import pathlib
import struct
import zlib

import numpy

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 5, 4


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed(samples, depth):
    """One row of samples as bytes, the first sample in the highest bits."""
    if depth == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def png(colour, depth, picture, extra=(), interlaced=False):
    """picture[y][x] is a tuple of samples."""
    def rows(ys, xs):
        raw = b""
        for y in ys:
            if len(xs):
                raw += b"\0" + packed([s for x in xs for s in picture[y][x]], depth)
        return raw

    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        raw = b"".join(rows(range(y, HEIGHT, dy), range(x, WIDTH, dx)) for x, y, dx, dy in passes)
    else:
        raw = rows(range(HEIGHT), range(WIDTH))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(k, b) for k, b in extra)
            + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def over(sample, alpha, background):
    """One sample composited in the file's own encoding; sample and alpha are numbers in 0...255."""
    return (alpha * sample + (255 - alpha) * background + 127) // 255


def make_pngs():
    folder = HERE / "png"
    folder.mkdir(exist_ok=True)
    expected = {}

    def write(name, colour, depth, picture, channels, palette=None, transparency=None, **options):
        top = 2 ** depth - 1
        extra = list(options.pop("extra", []))
        if palette:
            extra.append((b"PLTE", bytes(sum(([*c] for c in palette), []))))
        if transparency is not None:
            extra.append((b"tRNS", transparency if isinstance(transparency, bytes)
                          else b"".join(struct.pack(">H", s) for s in transparency)))
        (folder / (name + ".png")).write_bytes(png(colour, depth, picture, extra, **options))

        def pixel(samples, background):
            if palette:
                has_alpha = transparency is not None and samples[0] < len(transparency)
                alpha = transparency[samples[0]] if has_alpha else 255
                return [over(s, alpha, background) for s in palette[samples[0]]]
            alpha = 255
            if transparency is not None and tuple(samples) == tuple(transparency):
                alpha = 0
            levels = [round(s * 255 / top) for s in samples]
            if colour in (4, 6):
                alpha = levels.pop()
            return [over(s, alpha, background) for s in levels]

        flat = [[s for row in picture for p in row for s in pixel(p, b)] for b in (255, 0)]
        expected[name] = {"channels": channels, "white": flat[0], "black": flat[1]}

    def picture(make):
        return [[make(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]

    for depth in (1, 2, 4, 8, 16):
        top = 2 ** depth - 1
        write(f"grey{depth}", 0, depth, picture(lambda x, y: ((x * 7919 + y * 104729 + x * y) % (top + 1),)), 1)
    for depth in (8, 16):
        top = 2 ** depth - 1
        rgb = picture(lambda x, y: (x * top // 4, y * top // 3, (x + y) * top // 7))
        write(f"rgb{depth}", 2, depth, rgb, 3)
        write(f"grey-alpha{depth}", 4, depth, picture(lambda x, y: (x * top // 4, y * top // 3)), 1)
        write(f"rgba{depth}", 6, depth,
              picture(lambda x, y: (x * top // 4, (4 - x) * top // 4, top // 2, y * top // 3)), 3)
    for depth in (1, 2, 4, 8):
        entries = min(2 ** depth, 20)
        colours = [(i * 255 // entries, 255 - i * 11, (i * 97) % 256) for i in range(entries)]
        indices = picture(lambda x, y: ((x + WIDTH * y) % entries,))
        write(f"palette{depth}", 3, depth, indices, 3, palette=colours)
        write(f"palette-alpha{depth}", 3, depth, indices, 3, palette=colours, transparency=bytes([0, 128]))
    grey = picture(lambda x, y: (x * 60,))
    write("grey-key8", 0, 8, grey, 1, transparency=(120,))
    rgb = picture(lambda x, y: (x * 60, y * 80, 17))
    write("rgb-key8", 2, 8, rgb, 3, transparency=(60, 80, 17))
    write("rgb-interlaced", 2, 8, rgb, 3, interlaced=True)
    write("grey-interlaced", 0, 8, grey, 1, interlaced=True)
    write("rgb-srgb", 2, 8, rgb, 3, extra=[(b"sRGB", b"\0")])
    write("grey-gamma", 0, 8, grey, 1, extra=[(b"gAMA", struct.pack(">I", 45455))])
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")).replace('},"', '},\n"') + "\n")


def make_npys():
    folder = HERE / "npy"
    folder.mkdir(exist_ok=True)
    numbers = numpy.arange(24).reshape(2, 3, 4)
    for kind in ("|u1", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8"):
        numpy.save(folder / f"{kind[1:]}.npy", (numbers if kind == "|u1" else numbers - 12).astype(kind))
    for version in (2, 3):
        with open(folder / f"version{version}.npy", "wb") as stream:
            numpy.lib.format.write_array(stream, numbers.astype("<f4"), version=(version, 0))
    numpy.save(folder / "bad-fortran.npy", numpy.asfortranarray(numbers.astype("<f4")))
    numpy.save(folder / "bad-big-endian.npy", numbers.astype(">f4"))
    numpy.save(folder / "bad-bool.npy", numbers > 5)
    numpy.save(folder / "bad-half.npy", numbers.astype("<f2"))
    numpy.save(folder / "bad-record.npy", numpy.zeros(3, dtype=[("a", "<f4"), ("b", "<i4")]))
    numpy.save(folder / "bad-object.npy", numpy.array([None, 1], dtype=object))


def make_gzips():
    folder = HERE / "gzip"
    folder.mkdir(exist_ok=True)
    one, two = gzip.compress(b"one, ", mtime=0), gzip.compress(b"two", mtime=0)
    (folder / "two-members.gz").write_bytes(one + two)
    (folder / "bomb.gz").write_bytes(gzip.compress(bytes(1 << 22), 9, mtime=0))


if __name__ == "__main__":
    make_pngs()
    make_npys()
    make_gzips()
