#!/bin/bash
# A machine of its own for container engines, until its standard input ends: own processes, mounts, network and control groups, and
# empty, forgotten /run, /var/lib, /var/log, /var/tmp and /etc. So an engine runs with its own defaults, whatever it leaves goes with
# this process, and an engine that the real machine runs is neither seen nor disturbed.
#
# usage: host.sh NAME    NAME: the control group, in every hierarchy, that is the root of this machine's
set -eu

# Every mounted hierarchy of control groups: its place and, in version 1, its controllers.
hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2, $3, $4 }' /proc/self/mounts; }

join() {
    local place kind options group
    while read -r place kind options; do
        group=$place/$1
        mkdir "$group"
        if [ -e "$group/cpuset.cpus" ] && [ "$kind" = cgroup ]; then
            cat "$place/cpuset.cpus" >"$group/cpuset.cpus"
            cat "$place/cpuset.mems" >"$group/cpuset.mems"
        fi
        echo $$ >"$group/cgroup.procs"
    done < <(hierarchies)
}

# Mounted anew, so that the control group of this machine is what its processes see as the root.
mount_hierarchies() {
    local found place kind options controllers
    found=$(hierarchies)
    umount --recursive /sys/fs/cgroup
    [ "$(wc -l <<<"$found")" = 1 ] || mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup
    while read -r place kind options; do
        mkdir -p "$place"
        controllers=$(tr , '\n' <<<"$options" | grep -vE '^(rw|ro|nosuid|nodev|noexec|relatime|xattr|clone_children|release_agent=.*|nsdelegate|memory_recursiveprot)$' | paste -sd,) || true
        mount -t "$kind" ${controllers:+-o "$controllers"} "$kind" "$place"
    done <<<"$found"
}

# Version 2 allows limits only below groups without processes.
make_room() {
    [ -e /sys/fs/cgroup/cgroup.controllers ] || return 0
    mkdir /sys/fs/cgroup/host
    for process in $(cat /sys/fs/cgroup/cgroup.procs); do echo "$process" >/sys/fs/cgroup/host/cgroup.procs || true; done
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control; done
}

if [ "${2-}" != inside ]; then
    join "$1"
    exec unshare --cgroup --mount --net --pid --fork --kill-child --mount-proc "$BASH" "$0" "$1" inside
fi

mount_hierarchies
make_room
for directory in /run /var/lib /var/log /var/tmp; do mount -t tmpfs -o mode=755 tmpfs "$directory"; done
mkdir -p /run/etc/changes /run/etc/work /run/home /run/lock
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/changes,workdir=/run/etc/work /etc
ip link set lo up
echo ready
exec tini -s -- cat
