# The process type web, which a Procfile may replace.

# manifest JAR KEY: a value of its manifest, whose lines may be folded.
manifest() {
    unzip -p "$1" META-INF/MANIFEST.MF 2>/dev/null | tr -d '\r' | sed -e ':a' -e '$!N' -e 's/\n //' -e 'ta' -e 'P' -e 'D' | sed -n "s/^$2: *//p" | head -n 1
}

# The jars that a build leaves, or that are in the source, and that can be run.
executable_jars() {
    local file
    shopt -s nullglob
    for file in {,*/}{target,build}/quarkus-app/quarkus-run.ja[r]; do
        echo "$file"
        return
    done
    for file in {,*/}{target,build/libs}/*.{jar,war} *.jar; do
        case $file in
            *-sources.jar | *-javadoc.jar | *-tests.jar | *-plain.jar | *-plain.war | */original-* | .mvn/* | gradle/*) continue ;;
        esac
        if [ -n "$(manifest "$file" Main-Class)" ]; then echo "$file"; fi
    done
}

# The command for a jar; frameworks that have their own name for the port are told.
jar_command() {
    local port=
    if [[ $1 == *quarkus-run.jar ]]; then
        port=' -Dquarkus.http.host=0.0.0.0 -Dquarkus.http.port=$PORT'
    elif [ -n "$(manifest "$1" Spring-Boot-Version)" ] || [ -n "$(manifest "$1" Start-Class)" ]; then
        port=' -Dserver.port=$PORT'
    elif unzip -l "$1" 2>/dev/null | grep -q 'io/micronaut/http/server/'; then
        port=' -Dmicronaut.server.port=$PORT'
    fi
    echo "exec java \$JAVA_OPTS$port -jar $1"
}

# Jars that are run, and the libraries beside them.
bill_jars() {
    local place found
    mapfile -t found <<<"$1"
    for place in {,*/}{target,build}/quarkus-app/lib {,*/}target/{lib,dependency} {,*/}build/install/*/lib lib; do
        if [ -d "$place" ]; then found+=("$place"); fi
    done
    bill launch "${found[@]}"
}

declare_start() {
    local jars
    rm -f "$layers/launch.toml"
    jars=$(executable_jars)
    if [ -n "$jars" ]; then bill_jars "$jars"; fi
    if [ -z "$jars" ]; then
        if compgen -G '*/*.war' >/dev/null; then detail "A .war needs a server: make it executable (Spring Boot does), or name one in a Procfile"; fi
        detail "No jar with a Main-Class was found"
        return 0
    elif [[ $jars == *$'\n'* ]]; then
        detail "There are several jars that can be run; name one in a Procfile: web: java \$JAVA_OPTS -jar FILE"
        # shellcheck disable=SC2001
        sed 's/^/  /' <<<"$jars"
        return
    fi
    detail "Starting $jars"
    toml_string "$(jar_command "$jars")"
    printf '[[processes]]\ntype = "web"\ncommand = ["bash", "-c", %s]\ndefault = true\n' "$REPLY" >"$layers/launch.toml"
}
