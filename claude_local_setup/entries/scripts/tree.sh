# Puts a folder, whole or not at all. A tar of its files comes base64 on standard input.
# Arguments: FOLDER (no link), SHA-256 of the tar.
set -eu
umask 022
folder=$1 promised=$2
parent=$(dirname -- "$folder")
mkdir -p -- "$parent"
temporary=$(mktemp -d -- "$parent/.$(basename -- "$folder").claude-local-setup.XXXXXX")
trap 'rm -rf -- "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

base64 -d | cat >"$temporary/tar" # cat says why it cannot write, base64 does not always
[ "$(sha256sum <"$temporary/tar" | cut -d' ' -f1)" = "$promised" ] || {
  echo "the new content did not arrive whole" >&2
  exit 1
}
mkdir -- "$temporary/new"
tar -xf "$temporary/tar" -C "$temporary/new" --no-same-owner
chmod 755 -- "$temporary/new"
find "$temporary/new" -type f -exec sync -- {} + && sync -- "$temporary/new" # first the bytes on the disk, then the name
if [ -e "$folder" ] || [ -L "$folder" ]; then mv -T -- "$folder" "$temporary/old"; fi
mv -T -- "$temporary/new" "$folder"
sync -- "$parent"
