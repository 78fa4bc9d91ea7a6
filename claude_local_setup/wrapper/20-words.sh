# How it speaks: one line that says what is wrong and what to do about it.

die() { # CODE PROBLEM REMEDY
  printf 'claude-local: %s: %s\n' "$2" "$3" >&2
  exit "$1"
}

is_inside() { # PATH FOLDER: is PATH that folder, or below it?
  [[ $1 == "$2" || $1 == "${2%/}"/* ]]
}

# A session can leave links to devices, and files of any size: who read one of them would read for ever.
read_whole() { # FILE: sets REPLY to its bytes; false if it is no file, or no text, or longer than anybody writes
  local LC_ALL=C
  [[ -f $1 ]] || return
  REPLY=$(head -c 1000001 -- "$1" 2>/dev/null | tr '\0' '\1' && printf x)
  REPLY=${REPLY%x}
  ((${#REPLY} <= 1000000)) && [[ $REPLY != *$'\1'* ]]
}

at_home() { # WRITTEN: sets REPLY to the path, "~/" being the home directory
  case $1 in
    \~) REPLY=$real_home ;;
    \~/*) REPLY=$real_home/${1#\~/} ;;
    *) REPLY=$1 ;;
  esac
}

# Without a new process wherever it can be: a jail asks for dozens of paths. It moves the current directory.
resolve() { # PATH: sets REPLY to where it leads, all links followed; false if that is nowhere
  if [[ -d $1 ]] && cd -P -- "$1" 2>/dev/null; then
    REPLY=$PWD
  elif [[ -e $1 && ! -L $1 ]] && cd -P -- "${1%/*}/" 2>/dev/null; then
    REPLY=${PWD%/}/${1##*/}
  elif [[ -e $1 ]]; then
    REPLY=$(readlink -f -- "$1" && printf x) || return 1
    REPLY=${REPLY%$'\n'x}
  else
    return 1
  fi
}
