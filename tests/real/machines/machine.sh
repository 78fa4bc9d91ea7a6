#!/bin/bash
# One test machine, from within its network namespace: its own filesystem over the base, its own processes, sshd as the first
# one. Arguments: the BASE, a FOLDER of its own, its NAME, the public KEY that opens every user, the SIZE of its disk, and
# a FOLDER that it shows at /srv/cache.
set -euo pipefail
base=$1 folder=$2 name=$3 key=$4 size=$5 cache=$6
root=$folder/root

mount --make-rprivate /
mkdir -p -- "$folder"
mount -t tmpfs -o "size=$size,mode=755" tmpfs "$folder"
mkdir -p "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=$base/root,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir "$root/run/sshd" "$root/srv/cache"
mount --bind "$cache" "$root/srv/cache"
mount -o remount,bind,ro "$root/srv/cache"
hostname "$name"
printf '127.0.0.1 localhost %s\n' "$name" >"$root/etc/hosts"
ssh-keygen -q -t ed25519 -N '' -f "$root/etc/ssh/ssh_host_ed25519_key"
for home in "$root"/home/*; do
  cp -- "$key" "$home/.ssh/authorized_keys"
  chown --reference="$home" "$home/.ssh/authorized_keys"
done
mkdir "$root/old"
cd "$root"
pivot_root . old
umount -l /old
exec chroot . /usr/sbin/sshd -D -e </dev/null
