# dotnet publish, with NuGet's packages in a layer.

explain_publish() {
    local log=$1 host
    if grep -qE 'NU1301|Unable to load the service index|NameResolution|Name or service not known|Connection refused|timed out|Resource temporarily unavailable' "$log"; then
        host=$(grep -oE 'https?://[A-Za-z0-9.-]+' "$log" | head -n 1)
        host=${host#*://}
        fail "the NuGet source ${host:-api.nuget.org} cannot be reached from this server" \
            "Name one that can: paas config:set NUGET_SOURCE=https://MIRROR/v3/index.json, or commit packages and a nuget.config that names their directory."
    elif grep -qE 'NU1004' "$log"; then
        fail "packages.lock.json is out of date" "Run dotnet restore --force-evaluate, commit packages.lock.json and push again."
    elif grep -qE 'NU110[0-3]' "$log"; then
        fail "$(grep -m1 -oE 'Unable to find package [^.]+(\.[^. ]+)*|NU110[0-3]: [^[]+' "$log")" "Correct its name or version in $project, or name its source in nuget.config."
    elif grep -qE 'NETSDK1045|does not support targeting' "$log"; then
        fail "the SDK $(cat "$HOME/version") is older than $framework" "Raise the version in global.json, or name a newer SDK: paas config:set DOTNET_SDK_URL=URL."
    elif grep -qE 'error [A-Z]+[0-9]+:' "$log"; then
        fail "the source does not compile: $(grep -m1 -oE '[^/ ]+\([0-9,]+\): error [^[]*|error [A-Z]+[0-9]+: [^[]*' "$log")" "Correct it, commit and push again."
    fi
    fail "dotnet publish failed" "The lines above say why. Correct it, commit and push again."
}

# What decides about packages: projects, lockfiles and settings, each with its path.
packages_key() {
    find . -path ./.git -prune -o -type f \( -name '*.*proj' -o -name 'packages.lock.json' -o -name 'Directory.*.props' -o -name 'Directory.*.targets' \
        -o -iname 'nuget.config' -o -name 'global.json' -o -name 'packages.config' \) -print0 | sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-32
}

publish_project() {
    local log=$HOME/publish.log options=() extra=() key
    heading "Publishing ${project##*/}"
    configuration=${BUILD_CONFIGURATION:-Release}
    output=$(dirname "$project")/bin/publish
    key="$(packages_key) $(cat "$HOME/version") ${NUGET_SOURCE:-}"
    if restored nuget key "$key"; then
        detail "Using NuGet's packages from the cache: projects and lockfiles are unchanged"
    elif [ -d "$layers/nuget" ] && [ "$(du -sm "$layers/nuget" | cut -f1)" -gt 2048 ]; then
        # Versions that nothing names any more are in the way one day.
        forget nuget
    fi
    mkdir -p "$layers/nuget"
    describe nuget cache
    export NUGET_PACKAGES=$layers/nuget
    options=(--configuration "$configuration" --framework "$framework" --output "$output" --nologo)
    if [ -n "${NUGET_SOURCE:-}" ]; then options+=("-p:RestoreSources=$NUGET_SOURCE"); fi
    if [ -f "$(dirname "$project")/packages.lock.json" ]; then options+=(-p:RestoreLockedMode=true); fi
    # Words that the app's owner wrote as arguments.
    read -ra extra <<<"${DOTNET_PUBLISH_OPTIONS:-}"
    detail "dotnet publish $project -c $configuration ${extra[*]}"
    dotnet publish "$project" "${options[@]}" "${extra[@]}" 2>&1 | tee "$log" || explain_publish "$log"
    describe nuget cache key "$key"
    bill launch "$output"
    # What was compiled on the way is not part of the app.
    find . -path ./.git -prune -o -type d -name obj -exec rm -rf {} +
    find . -path ./.git -prune -o -type d -path "*/bin/$configuration" -exec rm -rf {} +
}
