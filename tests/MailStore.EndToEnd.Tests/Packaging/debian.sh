#!/bin/sh
# debian.sh: a minimal Debian to install the package in. Its mounts are in a namespace of their own, and gone with its processes.
#   debian.sh base FILE                an archive of the system, with what the tests install later, unless it is there; needs the network
#   debian.sh unpack FILE ROOT
#   debian.sh start ROOT COMMAND...    COMMAND becomes its first process; without network. Prints 'ready' before
set -eu

base() {
    file=$1
    [ ! -e "$file" ] || return 0
    . /etc/os-release
    [ "$ID" = debian ] || VERSION_CODENAME=bookworm
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    debootstrap --variant=minbase "$VERSION_CODENAME" "$root"
    # fetched as this machine fetches
    apt-config dump Acquire >"$root/etc/apt/apt.conf.d/99this-machine"
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C
    chroot "$root" apt-get -q update
    chroot "$root" apt-get -q install -y --no-install-recommends --download-only systemd libssl3* libstdc++6 libgcc-s1 adduser
    mkdir -p "$(dirname "$file")"
    tar -C "$root" --numeric-owner -czf "$file.part" .
    mv "$file.part" "$file"
}

start() {
    # systemd takes the control group in which it starts for the root of all
    groups=$(findmnt -n -t cgroup2 -o TARGET | head -1)
    mkdir -p "$groups/mailstore-test-$$"
    echo $$ >"$groups/mailstore-test-$$/cgroup.procs"
    exec unshare --mount --pid --fork --kill-child --cgroup --ipc --uts --net sh "$0" inside "$@"
}

inside() {
    root=$1
    shift
    mount --make-rprivate /
    mount --bind "$root" "$root"
    cd "$root"
    mount -t proc proc proc
    # settings of the kernel are this machine's
    mount --bind proc/sys proc/sys
    mount -o remount,bind,ro proc/sys
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=755 tmpfs dev
    for device in null zero full random urandom tty; do
        : >dev/$device
        mount --bind /dev/$device dev/$device
    done
    mkdir dev/shm dev/pts
    mount -t tmpfs tmpfs dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    ip link set lo up
    # no chroot: user namespaces (PrivateUsers=) cannot be made in one
    mkdir -p .old
    pivot_root . .old
    umount -l /.old
    echo ready
    exec env -i container=mailstore-test PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

case ${1:-} in
    base|start|inside) "$@" ;;
    unpack) mkdir -p "$3" && tar -C "$3" --numeric-owner -xpf "$2" && chmod 0755 "$3" ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac
