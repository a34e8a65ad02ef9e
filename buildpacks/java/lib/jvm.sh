# Java itself is Debian's, in layers of the apt buildpack: the JDK for the build, the JRE for the running app.

# trust_store OUT FILE...: certificates that Java trusts, in the format that it reads.
trust_store() { python3 "$CNB_BUILDPACK_DIR/lib/truststore.py" "$@"; }

check_version() {
    local wanted major
    [ -f system.properties ] || return 0
    wanted=$(sed -nE 's/^[[:space:]]*java\.runtime\.version[[:space:]]*[=:][[:space:]]*([^[:space:]]+).*/\1/p' system.properties | tail -n 1)
    [ -n "$wanted" ] || return 0
    detail "system.properties asks for Java $wanted"
    # 17, 17.0.9, 1.8, and the distributions of Heroku: zulu-17, openjdk-17.
    major=${wanted##*-}
    major=${major#1.}
    [ "${major%%.*}" = "${java_version%%.*}" ] ||
        fail "system.properties asks for Java $wanted; the stack's Debian has Java $java_version" \
            "Write java.runtime.version=${java_version%%.*}, or bring a Dockerfile that begins with FROM eclipse-temurin:${major%%.*}."
}

# The launching JVM's home in a layer, for the build and for the run.
find_jvm() { compgen -G "$1" | head -n 1; }

provide_jvm() {
    local run layer=$layers/jvm trust=$HOME/cacerts
    heading "Using Java"
    run=$(find_jvm '/layers/*/packages/usr/lib/jvm/java-17-openjdk-*') ||
        fail "Java is not among the Debian packages of this build" "Put the buildpack paas/apt before paas/java."
    JAVA_HOME=$(find_jvm '/layers/*/build-packages/usr/lib/jvm/java-17-openjdk-*') || JAVA_HOME=$run
    export JAVA_HOME PATH="$JAVA_HOME/bin:$PATH"
    java_version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$run/release")
    detail "Java $java_version"
    check_version

    rm -rf "$layer"
    mkdir -p "$layer/env.launch" "$layer/profile.d"
    # The scripts that would have made this of Debian's certificates were not run. The build trusts what this server trusts besides.
    trust_store "$layer/cacerts" /usr/share/ca-certificates/mozilla/*.crt
    trust_store "$trust" "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"
    printf '%s' "$run" >"$layer/env.launch/JAVA_HOME.override"
    printf '%s' "$run/bin" >"$layer/env.launch/PATH.prepend"
    printf : >"$layer/env.launch/PATH.delim"
    # What a config var says comes later, and is stronger.
    printf '%s' "-Djavax.net.ssl.trustStore=$layer/cacerts -Dfile.encoding=UTF-8" >"$layer/env.launch/JAVA_TOOL_OPTIONS.prepend"
    printf ' ' >"$layer/env.launch/JAVA_TOOL_OPTIONS.delim"
    cp "$CNB_BUILDPACK_DIR/lib/memory.sh" "$layer/profile.d/"
    describe jvm launch
    # Java does not read http_proxy.
    export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$trust -Dfile.encoding=UTF-8$(proxy_options)${JAVA_TOOL_OPTIONS:+ $JAVA_TOOL_OPTIONS}"
}

# The server's proxy, as Java's system properties.
proxy_options() {
    local scheme variable url rest hosts
    for scheme in http https; do
        variable=${scheme}_proxy
        url=${!variable:-}
        [ -n "$url" ] || continue
        rest=${url#*://}
        rest=${rest%%/*}
        rest=${rest##*@}
        printf ' -D%s.proxyHost=%s' "$scheme" "${rest%%:*}"
        case $rest in *:*) printf ' -D%s.proxyPort=%s' "$scheme" "${rest##*:}" ;; esac
    done
    if [ -n "${no_proxy:-}" ]; then
        hosts=$(tr ',' '\n' <<<"$no_proxy" | sed -e 's/[[:space:]]//g' -e '/^$/d' -e 's/^\./*./' | paste -sd '|')
        printf ' -Dhttp.nonProxyHosts=%s' "$hosts"
    fi
}

# What each JVM says of its options is known, and colours are for terminals.
java_lines() { sed -u -e '/^Picked up JAVA_TOOL_OPTIONS: /d' -e 's/\x1b\[[0-9;]*m//g'; }

# The host that Java could not reach, in what it said.
unreachable_host() {
    { grep -oE '(Unknown host|UnknownHostException:) [A-Za-z0-9.-]+|Connect to [A-Za-z0-9.-]+' "$1" || grep -oE 'https?://[A-Za-z0-9.-]+' "$1"; } |
        grep -oE '[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+' | head -n 1
}
