# Maven: the project's wrapper, or Debian's.

explain_maven() {
    local log=$1 host
    if grep -qE 'Unknown host|UnknownHostException|Temporary failure in name resolution|Connect(ion)? (to .* )?(refused|timed out|reset)|Network is unreachable|No route to host|Failed to fetch' "$log"; then
        host=$(unreachable_host "$log")
        fail "the Maven repository ${host:-repo.maven.apache.org} cannot be reached from this server" \
            "Name one that can: paas config:set MAVEN_MIRROR_URL=https://MIRROR/maven2, or commit a settings file and name it in MAVEN_SETTINGS_PATH."
    elif grep -qE 'release version [0-9]+ not supported|invalid target release|class file has wrong version|has been compiled by a more recent version' "$log"; then
        fail "the project asks for a newer Java than $java_version" "Lower maven.compiler.release (or java.version) in pom.xml, or bring a Dockerfile that begins with FROM eclipse-temurin."
    elif grep -q 'COMPILATION ERROR' "$log"; then
        fail "the source does not compile: $(grep -m1 -oE '[^/ ]+\.java:\[[0-9]+,[0-9]+\].*' "$log")" "Correct it, commit and push again."
    elif grep -qE 'Could not (find artifact|resolve dependencies)|was not found in http' "$log"; then
        fail "$(grep -m1 -oE '(Could not find artifact [^ ]+|[^ ]+ was not found in [^ ]+)' "$log" || echo "a dependency cannot be found")" "Correct its name or version in pom.xml, or name its repository there."
    elif grep -q 'Non-parseable POM\|problems were encountered while processing the POMs' "$log"; then
        fail "pom.xml cannot be read" "The lines above say where. Correct it, commit and push again."
    fi
    fail "the Maven build failed" "The lines above say why. Correct it, commit and push again."
}

# Settings: a file of the source, one from an address, or a mirror's.
maven_settings() {
    local file=$HOME/settings.xml
    if [ -n "${MAVEN_SETTINGS_PATH:-}" ]; then
        [ -f "$MAVEN_SETTINGS_PATH" ] || fail "MAVEN_SETTINGS_PATH names $MAVEN_SETTINGS_PATH, which is not in the source"
        settings=(-s "$MAVEN_SETTINGS_PATH")
    elif [ -n "${MAVEN_SETTINGS_URL:-}" ]; then
        curl -fsSL --retry 2 "$MAVEN_SETTINGS_URL" -o "$file" 2>"$HOME/curl.log" || fail "MAVEN_SETTINGS_URL cannot be fetched: $(cat "$HOME/curl.log")"
        settings=(-s "$file")
    elif [ -n "${MAVEN_MIRROR_URL:-}" ]; then
        [[ $MAVEN_MIRROR_URL =~ ^[A-Za-z][A-Za-z0-9+.-]*://[^\<\>\&\"]+$ ]] || fail "MAVEN_MIRROR_URL is not an address: $MAVEN_MIRROR_URL"
        printf '<settings><mirrors><mirror><id>mirror</id><mirrorOf>external:*</mirrorOf><url>%s</url></mirror></mirrors></settings>\n' "$MAVEN_MIRROR_URL" >"$file"
        settings=(-s "$file")
    elif [ -f settings.xml ]; then
        settings=(-s settings.xml)
    fi
}

# Debian's, which is wherever its packages are.
provide_maven() {
    MAVEN_HOME=$(compgen -G '/layers/*/build-packages/usr/share/maven' | head -n 1)
    export MAVEN_HOME
    maven=(sh "$MAVEN_HOME/bin/mvn")
}

build_with_maven() {
    local log=$HOME/maven.log settings=() options=() goals=() maven
    heading "Building with Maven"
    mkdir -p "$layers/maven/repository"
    describe maven cache
    maven_settings
    if [ -f mvnw ]; then
        maven=(sh ./mvnw)
        # Distributions are kept where the repository is.
        export MAVEN_USER_HOME=$layers/maven
        if [ -n "${MAVEN_MIRROR_URL:-}" ]; then export MVNW_REPOURL=${MVNW_REPOURL:-${MAVEN_MIRROR_URL%/}}; fi
    else
        provide_maven
    fi
    # Words that the app's owner wrote as arguments.
    read -ra options <<<"${MAVEN_CUSTOM_OPTS:--DskipTests}"
    read -ra goals <<<"${MAVEN_CUSTOM_GOALS:-package}"
    export MAVEN_OPTS=${MAVEN_JAVA_OPTS:-${MAVEN_OPTS:--Xmx1024m -XX:TieredStopAtLevel=1}}
    detail "$([ -f mvnw ] && echo ./mvnw || echo mvn) ${options[*]} ${goals[*]}"
    # A failure to download that Maven remembers would outlast its cause.
    find "$layers/maven/repository" -name '*.lastUpdated' -delete
    "${maven[@]}" -B -ntp -Dstyle.color=never "${settings[@]}" "-Dmaven.repo.local=$layers/maven/repository" "${options[@]}" "${goals[@]}" 2>&1 |
        java_lines | tee "$log" || explain_maven "$log"
}
