# Puts a Python package's files into a folder of their own, whole or not at all; pip checks what it has loaded.
# Arguments: FOLDER, the text of pip.py. On standard input: one requirement, with its hash.
set -eu
umask 022
folder=$1 pip=$2
parent=$(dirname -- "$folder")
mkdir -p -- "$parent"
temporary=$(mktemp -d -- "$parent/.$(basename -- "$folder").claude-local-setup.XXXXXX")
trap 'rm -rf -- "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

cat >"$temporary/wanted"
/usr/bin/python3 -m venv "$temporary/pip"
"$temporary/pip/bin/python" -c "$pip" install -q --disable-pip-version-check --no-input --no-deps --only-binary :all: \
  --require-hashes --target "$temporary/new" -r "$temporary/wanted"
find "$temporary/new" -type f -exec sync -- {} +
mv -T -- "$temporary/new" "$folder"
sync -- "$parent"
