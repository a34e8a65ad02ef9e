namespace Paas.Images.Stacks;

/// <summary>
/// The shell that assembles root filesystems. Each script runs in mount and process namespaces of its own, so that whatever
/// happens to it, no mount and no process is left. The overlay is volatile: nothing of it has to survive a power cut, and
/// dpkg's many fsyncs would double the time.
/// </summary>
internal static class StackScripts
{
    private const string Mount =
        """
        mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$WORK/upper,workdir=$WORK/work,volatile,redirect_dir=off,metacopy=off" "$WORK/root"
        """;

    private const string Options =
        """
        --mode=root --format=directory --skip=check/empty
        --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' --dpkgopt=force-unsafe-io
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*'
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt='path-exclude=/usr/bin/*lto-dump*'
        """;

    /// <summary>What differs from build to build, or belongs to this host, and nobody needs.</summary>
    private const string Clean =
        """
        cd "$1"
        find var/log var/cache var/lib/apt/lists tmp run -type f -delete
        find dev -mindepth 1 -delete
        find usr var -name '*.dpkg-old' -delete
        rm -f etc/passwd- etc/group- etc/shadow- etc/gshadow- etc/subuid- etc/subgid- etc/.pwd.lock
        rm -f var/lib/dpkg/status-old var/lib/dpkg/available var/lib/dpkg/diversions-old var/lib/dpkg/statoverride-old
        rm -rf var/lib/apt/lists/partial var/lib/apt/lists/auxfiles var/cache/apt/archives/partial
        sed -i 's/^\([^:]*:[^:]*\):[0-9]*:/\1:19000:/' etc/shadow
        """;

    /// <summary>LOWER is an empty directory, so the upper directory becomes the whole root filesystem.</summary>
    public static string Run { get; } =
        $$"""
        {{Mount}}
        cat > "$WORK/finish" <<'END'
        set -e
        chroot "$1" groupadd --gid 1000 paas
        chroot "$1" useradd --uid 1000 --gid 1000 --no-create-home --home-dir /workspace --shell /bin/bash paas
        mkdir -p "$1/workspace"
        chown 1000:1000 "$1/workspace"
        rm -f "$1/etc/resolv.conf" "$1/etc/hostname" "$1/etc/machine-id" "$1/var/lib/dbus/machine-id"
        : > "$1/etc/resolv.conf"
        : > "$1/etc/hostname"
        printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' > "$1/etc/hosts"
        END
        cat > "$WORK/clean" <<'END'
        set -e
        {{Clean}}
        END
        mmdebstrap {{Join(Options)}} --variant=minbase --include="$PACKAGES" --customize-hook='sh "$WORK/finish" "$1"' "$SUITE" "$WORK/root" "$@"
        sh "$WORK/clean" "$WORK/root"
        """;

    /// <summary>LOWER is the run image; the upper directory becomes the difference.</summary>
    public static string Build { get; } =
        $$"""
        {{Mount}}
        cat > "$WORK/install" <<'END'
        set -e
        # What apps will have when they run: buildpacks that add Debian packages leave these out.
        cp "$1/var/lib/dpkg/status" "$1/var/lib/dpkg/status.run"
        export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" DEBIAN_FRONTEND=noninteractive
        # npm needs one module of node-css-loader. That package's own dependencies, webpack with 200 others, it does not need.
        relax() {
          cd "$WORK" && apt-get download node-css-loader && dpkg-deb -R node-css-loader_*.deb relaxed &&
            sed -i 's/^Depends: .*/Depends: nodejs:any, node-util-deprecate/' relaxed/DEBIAN/control && dpkg-deb -b relaxed "$1/tmp/node-css-loader.deb"
        }
        case ",$PACKAGES," in *,npm,*) relax "$1" > "$WORK/apt.log" 2>&1 && relaxed="$1/tmp/node-css-loader.deb" ;; esac
        echo 'I: installing compilers and tools...'
        apt-get install --yes --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Chroot-Directory="$1" \
          $(echo "$PACKAGES" | tr , ' ') $relaxed >> "$WORK/apt.log" 2>&1 || { tail -n 15 "$WORK/apt.log"; exit 1; }
        : > "$1/etc/resolv.conf"
        : > "$1/etc/hostname"
        END
        cat > "$WORK/clean" <<'END'
        set -e
        {{Clean}}
        END
        mmdebstrap {{Join(Options)}} --variant=custom --customize-hook='sh "$WORK/install" "$1"' "$SUITE" "$WORK/root" "$@"
        sh "$WORK/clean" "$WORK/root"
        """;

    private static string Join(string options) => options.Replace('\n', ' ');
}
