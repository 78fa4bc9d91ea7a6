#!/bin/bash
# Makes, once, the filesystem that test machines stand on: a small Debian or Ubuntu with sshd, sudo, users and an apt
# repository of its own. Arguments: the FOLDER for it, the SUITE ("" is this machine's own, others are Debian's), further
# PACKAGEs. Needs root and the network.
set -euo pipefail
base=$1 suite=$2
more=("${@:3}")
exec 9>"$base.lock"
flock 9 # one run at a time makes it
[[ -e $base/complete ]] && exit
rm -rf --one-file-system -- "$base"
mkdir -p -- "$base"
root=$base/root
if [[ -n $suite ]]; then
  mirror=$(apt-get indextargets --format '$(LABEL) $(SITE)' | awk '$1 == "Debian" { print $2; exit }')
else
  # shellcheck disable=SC1091
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v suite="$suite" '$2 == suite { print $1; exit }')
fi

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

debootstrap --variant=minbase --include="$(IFS=, && echo "openssh-server,sudo,fish,git,python3${more[*]:+,${more[*]}}")" "$suite" "$root" "$mirror" >"$base/log" 2>&1

# The machines have no way out: what apply installs comes from a repository on their own disk.
offered=(bubblewrap socat python3-venv libgomp1 ca-certificates curl)
for package in llama.cpp-tools libggml0-backend-vulkan sudo-rs rust-coreutils; do
  ! inside apt-cache show "$package" >/dev/null 2>&1 || offered+=("$package")
done
inside apt-get -q -y --no-install-recommends --download-only install "${offered[@]}" >>"$base/log" 2>&1
# Python too, for a machine that has lost it.
mapfile -t python < <(inside dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' '*python3*' | sed -n 's/^ii *//p')
inside apt-get -q -y --download-only --reinstall install "${python[@]}" >>"$base/log" 2>&1
mkdir -p "$root/srv/apt"
mv "$root"/var/cache/apt/archives/*.deb "$root/srv/apt/"
(cd "$root/srv/apt" && dpkg-scanpackages -m . >Packages 2>>"$base/log")
echo 'deb [trusted=yes] file:/srv/apt ./' >"$root/etc/apt/sources.list"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
inside apt-get -q update >>"$base/log" 2>&1

# dev: sudo without a password; typist: with one; guest: none at all; fisher: another login shell.
for user in dev typist guest fisher; do
  shell=/bin/bash
  [[ $user == fisher ]] && shell=/usr/bin/fish
  inside useradd --create-home --shell "$shell" --password '*' "$user"
  install -d -m 700 -o "$(inside id -u "$user")" -g "$(inside id -g "$user")" "$root/home/$user/.ssh"
done
echo 'typist:correct horse' | inside chpasswd
printf '%s\n' 'dev ALL=(ALL) NOPASSWD: ALL' 'fisher ALL=(ALL) NOPASSWD: ALL' 'typist ALL=(ALL) ALL' >"$root/etc/sudoers.d/users"
chmod 440 "$root/etc/sudoers.d/users"
rm -f "$root"/etc/ssh/ssh_host_*
cat >"$root/etc/ssh/sshd_config" <<'END'
UsePAM no
PasswordAuthentication no
HostKey /etc/ssh/ssh_host_ed25519_key
Subsystem sftp internal-sftp
MaxStartups 100
END
: >"$root/etc/resolv.conf"
touch "$base/complete"
