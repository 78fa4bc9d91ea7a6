#!/bin/bash
# Compiles an AppArmor profile, given on standard input, with a parser that knows user namespaces (4.0 and later), and loads
# nothing. Argument: the FOLDER that keeps a small Debian 13 with one, where this machine's own is older. Needs root.
set -euo pipefail
folder=$1
compile=(apparmor_parser --skip-kernel-load --skip-cache --quiet)
[[ -e /etc/apparmor.d/abi/4.0 ]] && exec "${compile[@]}"
if [[ ! -e $folder/complete ]]; then
  rm -rf --one-file-system -- "$folder"
  mkdir -p -- "$folder"
  mirror=$(apt-get indextargets --format '$(LABEL) $(SITE)' | awk '$1 == "Debian" { print $2; exit }')
  debootstrap --variant=minbase --include=apparmor trixie "$folder/root" "$mirror" >"$folder/log" 2>&1
  touch "$folder/complete"
fi
exec chroot "$folder/root" "${compile[@]}"
