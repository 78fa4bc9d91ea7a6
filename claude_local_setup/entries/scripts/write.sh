# Replaces one file, whole or not at all. The new content comes base64 on standard input.
# Arguments: FILE (no link), MODE, SHA-256 that the file must still have ("absent": none), SHA-256 of the new content.
set -eu
umask 022
file=$1 mode=$2 expected=$3 promised=$4
folder=$(dirname -- "$file")
name=$(basename -- "$file")

fail() {
  echo "$1" >&2
  exit 1
}
sum() { sha256sum <"$1" | cut -d' ' -f1; }

mkdir -p -- "$folder"
for left in "$folder/.$name.claude-local-setup."??????; do # of a run that was killed
  [ ! -f "$left" ] || rm -f -- "$left"
done
temporary=$(mktemp -- "$folder/.$name.claude-local-setup.XXXXXX")
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

base64 -d | cat >"$temporary" # cat says why it cannot write, base64 does not always
[ "$(sum "$temporary")" = "$promised" ] || fail "the new content did not arrive whole"
if [ -e "$file" ] || [ -L "$file" ]; then
  [ -f "$file" ] && [ ! -L "$file" ] || fail "$file is no longer a plain file"
  [ "$(sum "$file")" = "$expected" ] || fail "$file was changed meanwhile; run it again"
  # Owner and group stay: for root they may be somebody else's, for others only the group can differ.
  chown --reference="$file" -- "$temporary" 2>/dev/null || [ "$(stat -c %u "$file")" = "$(id -u)" ] ||
    fail "$file belongs to somebody else"
else
  [ "$expected" = absent ] || fail "$file is gone; run it again"
fi
chmod -- "$mode" "$temporary"
sync -- "$temporary" # first the bytes on the disk, then the name: a power cut leaves the old file or the new one
mv -fT -- "$temporary" "$file"
sync -- "$folder"
