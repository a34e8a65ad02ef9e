# Gradle, by the project's wrapper.

explain_gradle() {
    local log=$1 host file
    if grep -qE 'UnknownHostException|Name or service not known|No such host|Temporary failure in name resolution|Connect(ion)? (to .* )?(refused|timed out|reset)|Network is unreachable|No route to host' "$log"; then
        host=$(unreachable_host "$log")
        if [ "${host:-}" = services.gradle.org ] || grep -q 'gradle/wrapper\|org.gradle.wrapper' "$log"; then
            fail "Gradle itself cannot be fetched: ${host:-services.gradle.org} cannot be reached from this server" \
                "Name a mirror: paas config:set GRADLE_DISTRIBUTION_URL=https://MIRROR/gradle-VERSION-bin.zip (distributionUrl of gradle-wrapper.properties)."
        fi
        fail "the repository ${host:-repo.maven.apache.org} cannot be reached from this server" \
            "Name one that can: paas config:set MAVEN_MIRROR_URL=https://MIRROR/maven2, or write it under repositories in build.gradle."
    elif grep -qE 'release version [0-9]+ not supported|invalid (target|source) release|Unsupported class file major version|No matching toolchains|languageVersion' "$log"; then
        fail "the project and the stack's Java $java_version do not fit together" "Ask for Java ${java_version%%.*} in build.gradle and a Gradle that knows it (7.3 or newer), or bring a Dockerfile that begins with FROM gradle."
    elif grep -qE 'Could not (find|resolve) [^ :]+:[^ ]+' "$log"; then
        fail "$(grep -m1 -oE 'Could not (find|resolve) [^ :]+:[^ ]+' "$log")" "Correct its name or version, or name its repository, in build.gradle."
    elif grep -qE "Task '[^']+' not found" "$log"; then
        fail "$(grep -m1 -oE "Task '[^']+' not found" "$log")" "Name one that there is: paas config:set GRADLE_TASK=build"
    elif grep -q 'compileJava\|compileKotlin' "$log" && grep -qE 'error: |^e: ' "$log"; then
        fail "the source does not compile: $(grep -m1 -oE '[^/ ]+\.(java|kt|groovy):[0-9]+: .*' "$log")" "Correct it, commit and push again."
    fi
    fail "the Gradle build failed" "The lines above say why. Correct it, commit and push again."
}

# A mirror in the place of the public repositories, for the project and for its plugins.
gradle_mirror() {
    [ -n "${MAVEN_MIRROR_URL:-}" ] || return 0
    [[ $MAVEN_MIRROR_URL =~ ^[A-Za-z][A-Za-z0-9+.-]*://[^\'\"\\\$]+$ ]] || fail "MAVEN_MIRROR_URL is not an address: $MAVEN_MIRROR_URL"
    sed "s|@MIRROR@|${MAVEN_MIRROR_URL//&/\\&}|" "$CNB_BUILDPACK_DIR/lib/mirror.gradle" >"$HOME/mirror.gradle"
    options+=(--init-script "$HOME/mirror.gradle")
}

# Heroku's task stage where the project has it.
gradle_tasks() {
    if [ -n "${GRADLE_TASK:-}" ]; then
        read -ra tasks <<<"$GRADLE_TASK"
    elif grep -qsE "(task[ (]+[\"']?stage\b|register[(<][^)]*[\"']stage[\"'])" build.gradle build.gradle.kts; then
        tasks=(stage)
    else
        tasks=(build -x check)
    fi
}

# Debian's Gradle is of 2017, and builds nothing of today: the project brings its own.
prepare_wrapper() {
    [ -f gradlew ] && [ -f gradle/wrapper/gradle-wrapper.jar ] ||
        fail "the project has no Gradle wrapper (gradlew, gradle/wrapper/gradle-wrapper.jar)" "Run gradle wrapper on your machine, commit what it makes (git add -f the .jar) and push again."
    if [ -n "${GRADLE_DISTRIBUTION_URL:-}" ]; then
        sed -i '/^distributionSha256Sum/d; /^distributionUrl/d' gradle/wrapper/gradle-wrapper.properties
        printf '\ndistributionUrl=%s\n' "$GRADLE_DISTRIBUTION_URL" >>gradle/wrapper/gradle-wrapper.properties
    fi
}

build_with_gradle() {
    local log=$HOME/gradle.log options=(--no-daemon --console=plain) tasks
    heading "Building with Gradle"
    mkdir -p "$layers/gradle"
    describe gradle cache
    export GRADLE_USER_HOME=$layers/gradle GRADLE_OPTS="${GRADLE_OPTS:-} -Dorg.gradle.vfs.watch=false"
    gradle_mirror
    gradle_tasks
    prepare_wrapper
    detail "./gradlew ${tasks[*]}"
    sh ./gradlew "${options[@]}" "${tasks[@]}" 2>&1 | java_lines | tee "$log" || explain_gradle "$log"
    rm -rf "$layers/gradle/daemon" "$layers/gradle/.tmp" .gradle
}
