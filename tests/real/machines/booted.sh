#!/bin/bash
# This machine's own system, started anew: its files under an overlay, systemd as the first process, a network of its own.
# From within new namespaces. Argument: a FOLDER, for what is written.
set -euo pipefail
folder=$1
root=$folder/root

mount --make-rprivate /
mount -t tmpfs -o size=2g,mode=755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
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
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root/run/systemd/unit-root" # where services get their own view; made by the first of the system's that has one
ip link set lo up
# Nothing of this machine's services: users' own are what is tried.
find "$root/etc/systemd/system" -type l -path '*.wants/*' -delete
ln -sf /lib/systemd/system/basic.target "$root/etc/systemd/system/default.target"
for unit in systemd-udevd.service systemd-logind.service systemd-networkd.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
mkdir -p "$root/old"
cd "$root"
pivot_root . old
umount -l /old
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system </dev/null
