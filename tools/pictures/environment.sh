# Sourced by the tools that draw pictures: python_environment NAME makes .venv-NAME/ with the packages of
# tools/pictures/requirements-NAME.txt, once, and sets $python.
python_environment() {
  local root venv requirements
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  venv=$root/.venv-$1
  requirements=$root/tools/pictures/requirements-$1.txt
  if ! cmp -s "$requirements" "$venv/installed.txt"; then
    python3 -m venv "$venv" || { echo "$0: run tools/setup pictures first" >&2; exit 69; }
    "$venv/bin/pip" install -q --disable-pip-version-check -r "$requirements" || {
      echo "$0: pip could not install the packages of $requirements" >&2
      exit 69
    }
    cp "$requirements" "$venv/installed.txt"
  fi
  export PYTHONPATH=$root/tools
  python=$venv/bin/python
}
