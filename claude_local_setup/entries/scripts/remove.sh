# Removes what we put. Arguments, one of:
#   file SHA-256 FILE    a file that still has that content; "link:TEXT" instead of a sum: a link that still says TEXT
#   folder FOLDER        a folder that is empty
#   record SHA-256 FILE TOP
#                        the manifest ("absent": there is none) and the folders from TOP down to it. They go by one
#                        rename: before it a killed run can go on, after it nothing names us but a leftover
#   all PATH…            whatever is there, whole; links are removed, never followed
set -eu
what=$1
shift

fail() {
  echo "$1" >&2
  exit 1
}
check_parents() { # a folder that cannot go is not emptied either
  for path; do
    folder=$(dirname -- "$path")
    if [ -e "$path" ] && [ ! -w "$folder" ]; then fail "$folder is not writable"; fi
  done
}
sum() { sha256sum <"$1" | cut -d' ' -f1; }

case $what in
  file)
    expected=$1 file=$2
    [ -e "$file" ] || [ -L "$file" ] || exit 0
    if [ -L "$file" ]; then
      [ "link:$(readlink -- "$file")" = "$expected" ] || fail "$file was changed meanwhile; run it again"
    else
      [ "$(sum "$file")" = "$expected" ] || fail "$file was changed meanwhile; run it again"
    fi
    rm -f -- "$file"
    sync -- "$(dirname -- "$file")"
    ;;
  folder) [ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty -- "$1" ;;
  record)
    expected=$1 file=$2 top=$3
    if [ "$expected" != absent ] && [ "$(sum "$file")" != "$expected" ]; then fail "$file was changed meanwhile; run it again"; fi
    away=$(mktemp -u -- "$(dirname -- "$top")/.$(basename -- "$top").claude-local-setup.XXXXXX")
    mv -nT -- "$top" "$away"
    sync -- "$(dirname -- "$top")"
    rm -f -- "$away${file#"$top"}"
    find "$away" -depth -type d -exec rmdir -- {} \; 2>/dev/null || true
    [ ! -e "$away" ] || mv -nT -- "$away" "$top" # somebody has put something there since
    ;;
  all)
    check_parents "$@"
    rm -rf --one-file-system -- "$@" 2>/dev/null && exit 0
    check_parents "$@"
    # A folder that its owner made read-only (a cache of modules) holds rm up.
    find "$@" -xdev -type d ! -perm -u+rwx -exec chmod u+rwx -- {} \; 2>/dev/null || true
    rm -rf --one-file-system -- "$@"
    ;;
esac
