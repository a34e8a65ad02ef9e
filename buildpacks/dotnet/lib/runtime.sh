# What the published app runs on: a shared runtime out of the SDK, or its own.

# frameworks FILE: name and version of each that a .runtimeconfig.json needs; nothing where the app brings its own.
frameworks() {
    python3 -c '
import json, sys
options = json.load(open(sys.argv[1], encoding="utf-8-sig")).get("runtimeOptions", {})
needed = options.get("frameworks", []) + ([options["framework"]] if "framework" in options else [])
names = {entry["name"]: entry["version"] for entry in needed}
# ASP.NET Core is on top of the other, and does not always say so.
if "Microsoft.AspNetCore.App" in names: names.setdefault("Microsoft.NETCore.App", names["Microsoft.AspNetCore.App"])
for name, version in names.items(): print(name, version)' "$1"
}

# newest DIRECTORY LINE: the newest version there of a line such as 8.0.
newest() { find "$1" -maxdepth 1 -mindepth 1 -name "$2.*" -printf '%f\n' 2>/dev/null | sort -V | tail -n 1; }

# A runtime of another line than the SDK's, from the SDK's source.
fetch_runtime() {
    local line=$1 version
    if is_archive; then
        fail "the app needs the runtime of .NET $line, and the SDK of DOTNET_SDK_URL has $(find "$layers/sdk/shared/Microsoft.NETCore.App" -mindepth 1 -maxdepth 1 -printf '%f ')" \
            "Target that one, publish it self-contained (<SelfContained>true</SelfContained>), or name a source with Microsoft's layout in DOTNET_SDK_URL."
    fi
    version=$(fetch "$sdk_source/aspnetcore/Runtime/$line/latest.version") || cannot_fetch "runtime for .NET $line"
    version=$(tr -d '\r\357\273\277' <<<"$version" | grep -oE '^[0-9][0-9A-Za-z.-]+$' | tail -n 1)
    detail "Downloading the runtime $version"
    fetch "$sdk_source/aspnetcore/Runtime/$version/aspnetcore-runtime-$version-$rid.tar.gz" -o "$HOME/runtime.tar" || cannot_fetch "runtime $version"
    # Beside the SDK, whose layer is cached.
    tar -xf "$HOME/runtime.tar" -C "$layers/sdk" --no-same-owner --skip-old-files
}

provide_runtime() {
    local config name version found needed=() layer=$layers/runtime
    config=$(find "$output" -maxdepth 1 -name '*.runtimeconfig.json' | head -n 1)
    entry=$(basename "${config%.runtimeconfig.json}")
    rm -rf "$layer"
    mkdir -p "$layer/env.launch" "$layer/profile.d"
    if [ -n "$config" ]; then mapfile -t needed < <(frameworks "$config"); fi
    if [ ${#needed[@]} -gt 0 ]; then
        mkdir -p "$layer/dotnet"
        for name in "${needed[@]}"; do
            version=${name#* }
            name=${name%% *}
            version=$(cut -d. -f1,2 <<<"$version")
            found=$(newest "$layers/sdk/shared/$name" "$version")
            if [ -z "$found" ]; then
                fetch_runtime "$version"
                found=$(newest "$layers/sdk/shared/$name" "$version")
                [ -n "$found" ] || fail "there is no $name $version for this app"
            fi
            mkdir -p "$layer/dotnet/shared/$name"
            cp -a "$layers/sdk/shared/$name/$found" "$layer/dotnet/shared/$name/"
            detail "Runtime: $name $found"
        done
        cp -a "$layers/sdk/dotnet" "$layers/sdk/host" "$layer/dotnet/"
        printf '%s' "$layer/dotnet" >"$layer/env.launch/DOTNET_ROOT.override"
        printf '%s' "$layer/dotnet" >"$layer/env.launch/PATH.prepend"
        printf : >"$layer/env.launch/PATH.delim"
    else
        detail "Runtime: the app brings its own"
    fi
    write_settings "$layer"
    describe runtime launch
}

write_settings() {
    local variable
    for variable in DOTNET_RUNNING_IN_CONTAINER=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ASPNETCORE_FORWARDEDHEADERS_ENABLED=true \
        DOTNET_gcServer=0; do
        # A heap for each processor is for whoever has the machine to itself.
        printf '%s' "${variable#*=}" >"$1/env.launch/${variable%%=*}.default"
    done
    if [ -n "${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-}" ]; then printf 1 >"$1/env.launch/DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.default"; fi
    cp "$CNB_BUILDPACK_DIR/lib/port.sh" "$1/profile.d/"
}

declare_start() {
    local command
    rm -f "$layers/launch.toml"
    if [ -f "$output/$entry.dll" ] && [ -d "$layers/runtime/dotnet" ]; then
        command="dotnet $entry.dll"
    else
        # Native code has no configuration of a runtime beside it.
        property "$project" AssemblyName
        command=./${REPLY:-$(basename "${project%.*proj}")}
        [ -x "$output/$command" ] || fail "$output has no program $command" "Does $project set OutputType to Exe?"
    fi
    # Its views and static files are found from where it begins.
    toml_string "cd $(printf %q "$output") && exec $command"
    printf '[[processes]]\ntype = "web"\ncommand = ["bash", "-c", %s]\ndefault = true\n' "$REPLY" >"$layers/launch.toml"
    detail "Starting $command in $output"
}
