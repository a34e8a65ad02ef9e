"""The bundle and the runtimes that the benchmarks here share."""
import ctypes, json, os, shutil, subprocess, sys, time

here = os.path.dirname(os.path.realpath(__file__))
programs = os.environ.get("PAAS_PROGRAMS", os.path.join(here, "../../artifacts/programs"))
ours = os.path.realpath(os.path.join(programs, "bin/paas-runtime"))
RUNTIMES = {"paas-runtime": ours, "crun": "crun", "runc": "runc"}


libc = ctypes.CDLL(None, use_errno=True)
GROUPS, HYBRID = "/sys/fs/cgroup", os.path.isdir("/sys/fs/cgroup/unified") and os.path.isdir("/sys/fs/cgroup/memory")


def alone():
    """Begins the script anew once no other benchmark runs."""
    if not os.environ.get("BENCH_ALONE"):
        os.execv(os.path.join(here, "../alone"), ["alone", sys.executable, *sys.argv])


CONFIG = {
    "ociVersion": "1.0.2",
    "process": {
        "terminal": False, "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"], "env": ["PATH=/bin"], "cwd": "/",
        "capabilities": {kind: ["CAP_KILL", "CAP_NET_BIND_SERVICE"] for kind in ("bounding", "effective", "permitted")},
        "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}], "noNewPrivileges": True,
    },
    "root": {"path": "rootfs", "readonly": True}, "hostname": "bench",
    "mounts": [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
    ],
    "linux": {
        "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
        "resources": {"memory": {"limit": 134217728}, "pids": {"limit": 100}},
        "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"],
        "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        "seccomp": {
            "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
            "syscalls": [{"names": ["acct", "add_key", "bpf", "delete_module", "init_module", "kexec_load", "keyctl", "mount", "move_mount",
                                    "open_by_handle_at", "perf_event_open", "pivot_root", "ptrace", "reboot", "request_key", "setns",
                                    "swapoff", "swapon", "umount2", "unshare", "userfaultfd"], "action": "SCMP_ACT_ERRNO"}],
        },
    },
}


def make_rootfs(directory):
    for name in ("bin", "proc", "sys", "dev", "tmp"):
        os.makedirs(os.path.join(directory, name))
    shutil.copy("/usr/bin/busybox", os.path.join(directory, "bin/busybox"))
    for applet in ("true", "sleep", "sh"):
        os.symlink("busybox", os.path.join(directory, "bin", applet))


def make_bundle(directory, *args):
    """A bundle whose process has these arguments."""
    make_rootfs(os.path.join(directory, "rootfs"))
    config = json.loads(json.dumps(CONFIG))
    config["process"]["args"] = list(args)
    with open(os.path.join(directory, "config.json"), "w") as file:
        json.dump(config, file)
    return directory


def drop_limits(bundle):
    """For v2 beside v1, whose are all controllers there."""
    path = os.path.join(bundle, "config.json")
    with open(path) as file:
        config = json.load(file)
    del config["linux"]["resources"]
    with open(path, "w") as file:
        json.dump(config, file)


def supervise_bundle(directory, number):
    """A bundle for `supervise`, whose image is the directory `layer`."""
    bundle = os.path.join(directory, f"s{number}")
    make_bundle(bundle, "/bin/sleep", "1000")
    for name in ("upper", "work"):
        os.makedirs(os.path.join(bundle, name))
    with open(os.path.join(bundle, "supervise.json"), "w") as file:
        json.dump({
            "version": 1, "containerId": f"paas-bench-s{number}", "runtimeRoot": os.path.join(directory, "root"),
            "socketPath": os.path.join(bundle, "socket"), "statePath": os.path.join(bundle, "state.json"), "logDirectory": os.path.join(bundle, "log"),
            "sandbox": {"rootfs": {"lowerDirectories": [os.path.join(directory, "layer")], "upperDirectory": os.path.join(bundle, "upper"),
                                   "workDirectory": os.path.join(bundle, "work"), "idMapped": False}},
            "restart": {"mode": "never"}, "stopSignal": "SIGKILL", "stopGraceSeconds": 1, "labels": {},
        }, file)
    return bundle


def in_own_mounts(version=None):
    """
    Gives this process mounts of its own; nothing mounted from here on is seen by others. Where a machine has both versions of control groups side by
    side, it shows one of them alone: crun takes such a machine for v2.
    """
    new_namespace, private, bind, detach = 0x20000, 0x44000, 0x1000, 2
    if libc.unshare(new_namespace):
        sys.exit(f"unshare: {os.strerror(ctypes.get_errno())}")
    mount("none", "/", private)
    if HYBRID and version == 1:
        libc.umount2((GROUPS + "/unified").encode(), detach)
    elif HYBRID and version == 2:
        mount(GROUPS + "/unified", "/mnt", bind)
        mount("/mnt", GROUPS, bind)


def mount(source, place, flags):
    if libc.mount(source.encode(), place.encode(), b"", ctypes.c_ulong(flags), None):
        sys.exit(f"mount {place}: {os.strerror(ctypes.get_errno())}")


def call(command):
    """Runs a command and waits; milliseconds."""
    started = time.perf_counter()
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    took = (time.perf_counter() - started) * 1000
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.decode(errors='replace').strip()}")
    return took


def call_detached(command):
    """As call, for a command that leaves a process behind which would hold a pipe open."""
    started = time.perf_counter()
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        raise RuntimeError(f"{' '.join(command)} failed")
    return (time.perf_counter() - started) * 1000


def peak_memory(command):
    """Peak resident set of a command in MiB, or None without GNU time: what a program was before its execve counts, and python is large."""
    if not shutil.which("time"):
        return None
    result = subprocess.run([shutil.which("time"), "-f", "%M", *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(result.stderr.split()[-1]) / 1024


def usable(bundle, root):
    """The runtimes that are here and can run the bundle."""
    found = {}
    for name, program in RUNTIMES.items():
        if not shutil.which(program):
            print(f"{name}: not installed")
            continue
        try:
            call([program, "--root", os.path.join(root, name), "run", "--bundle", bundle, f"paas-bench-{name}-warm"])
            found[name] = program
        except RuntimeError as error:
            print(f"{name}: cannot run this bundle here: {str(error).splitlines()[-1]}")
    return found
