# In the jail: the sockets that have a path, which no namespace closes.

close_sockets() { # no socket of the host answers, wherever it lies
  local LC_ALL=C line path='' listings=0 # as bytes: where a name is not UTF-8, "." would not match
  local -A known=()
  while IFS= read -ru "$sockets" line; do
    if [[ $line =~ ^[^:\ ]*:\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ +[0-9]+\ (.*)$ ]]; then
      close_once "$path"
      path=${BASH_REMATCH[1]}
    elif [[ $line == "Num       RefCount "* ]]; then
      close_once "$path"
      path='' listings=$((listings + 1))
    else
      path+=$'\n'$line # a name may hold a line break
    fi
  done
  close_once "$path"
  exec {sockets}<&-
  # Without the headings nothing was read, and what is not known cannot be closed.
  ((listings == 3)) || die 1 "this machine's sockets cannot be listed" "cat /proc/net/unix"
}

# While sockets come and go the kernel leaves lines out: often where bash itself goes back and forth in the file, one time
# in a thousand where it is read at a stretch. So it is, three times. Begun early: it goes on while the jail is put together.
list_sockets() { # sets sockets, from which to read the lines of those with a name
  local table=/proc/net/unix
  exec {sockets}< <(LC_ALL=C exec grep -ahvE '^[^: ]*: ([0-9A-F]+ ){5} *[0-9]+$' $table $table $table)
}

close_once() { # PATH: sets known
  [[ -z $1 || -n ${known[$1]-} ]] && return
  known[$1]=1
  close_socket "$1"
}

close_socket() { # PATH, if it is one
  case $1 in
    '' | @*) return 0 ;; # the network namespace closes those without a path
    /*) [[ -S $1 ]] || return 0 ;;
    *)
      close_relative "$1"
      return
      ;;
  esac
  resolve "$1" || die 1 "cannot find out where the socket $1 leads" "make it readable, or remove it"
  is_covered "$REPLY" || jail+=(--ro-bind /dev/null "$REPLY")
}

close_relative() { # NAME, as a program gave it: below that program's current directory, as long as it stays there
  local folder
  for folder in /proc/[0-9]*/cwd; do
    [[ -S $folder/$1 ]] && resolve "$folder" && close_socket "$REPLY/$1"
  done
}
