# The SDK, from where DOTNET_SDK_URL says: an archive, or a server with the layout of Microsoft's.

sdk_source=${DOTNET_SDK_URL:-https://builds.dotnet.microsoft.com/dotnet}
sdk_source=${sdk_source%/}

case ${CNB_TARGET_ARCH:-amd64} in
    amd64) rid=linux-x64 ;;
    arm64) rid=linux-arm64 ;;
    *) fail "there is no .NET SDK for ${CNB_TARGET_ARCH}" ;;
esac

is_archive() { [[ $sdk_source =~ \.(tar|tar\.gz|tgz|tar\.xz)$ ]]; }

# fetch URL: what it answers; ends the build where it does not.
fetch() {
    curl -fsSL --retry 2 --connect-timeout 20 "$@" 2>"$HOME/curl.log"
}

cannot_fetch() {
    local host=${sdk_source#*://}
    host=${host#*@}
    cat "$HOME/curl.log"
    if grep -q 'curl: (22)' "$HOME/curl.log"; then
        fail "${host%%/*} has no $1" "Correct ${2:-global.json or TargetFramework}, or name another source: paas config:set DOTNET_SDK_URL=URL."
    fi
    fail "the .NET SDK cannot be fetched: ${host%%/*} cannot be reached from this server" \
        "Name a mirror with Microsoft's layout, or the address of an SDK's .tar.gz: paas config:set DOTNET_SDK_URL=https://MIRROR/dotnet"
}

# The version that global.json names, empty where there is none.
global_version() {
    [ -f global.json ] || return 0
    python3 -c '
import json, re, sys
text = re.sub(r"^\s*//.*$", "", open("global.json", encoding="utf-8-sig").read(), flags=re.M)
print(json.loads(text).get("sdk", {}).get("version", ""))' 2>"$HOME/global.log" || fail "global.json is not valid: $(tail -n 1 "$HOME/global.log")"
}

# Sets sdk_version and sdk_checked, the day of the answer.
choose_sdk() {
    local wanted former="" today
    TZ=UTC printf -v today '%(%F)T' -1
    sdk_checked=$today
    if is_archive; then
        sdk_version=$sdk_source
        return
    fi
    wanted=$(global_version) || { echo "$wanted"; exit 1; }
    if [ -n "$wanted" ]; then
        detail "global.json asks for the SDK $wanted"
        sdk_version=$wanted
        return
    fi
    metadata sdk channel
    if [ "$REPLY" = "$channel $sdk_source" ]; then
        metadata sdk version
        former=$REPLY
    fi
    metadata sdk checked
    if [ -n "$former" ] && [ "$REPLY" = "$today" ]; then
        sdk_version=$former
    elif sdk_version=$(fetch "$sdk_source/Sdk/$channel/latest.version"); then
        # The last line; older files have the commit before it.
        sdk_version=$(tr -d '\r\357\273\277' <<<"$sdk_version" | grep -oE '^[0-9][0-9A-Za-z.-]+$' | tail -n 1)
    elif [ -n "$former" ]; then
        detail "${sdk_source#*://} does not answer; staying with the SDK $former"
        sdk_version=$former
        sdk_checked=$REPLY
    else
        cannot_fetch "SDK for .NET $channel"
    fi
}

install_sdk() {
    local url=$sdk_source what="archive of an SDK there"
    forget sdk
    mkdir -p "$layers/sdk"
    if ! is_archive; then
        url=$sdk_source/Sdk/$sdk_version/dotnet-sdk-$sdk_version-$rid.tar.gz
        what="SDK $sdk_version"
    fi
    detail "Downloading ${url##*/}"
    fetch "$url" -o "$HOME/sdk.tar" || cannot_fetch "$what"
    tar -xf "$HOME/sdk.tar" -C "$layers/sdk" --no-same-owner || fail "what $url answers is not an archive of an SDK"
    rm -f "$HOME/sdk.tar"
    [ -x "$layers/sdk/dotnet" ] || fail "what $url answers is not an archive of an SDK: it has no dotnet in its root"
}

provide_sdk() {
    heading "Installing the .NET SDK"
    choose_sdk
    if restored sdk version "$sdk_version"; then
        detail "Using the SDK from the cache"
    else
        install_sdk
    fi
    describe sdk "build cache" version "$sdk_version" channel "$channel $sdk_source" checked "$sdk_checked"
    export DOTNET_ROOT=$layers/sdk PATH="$layers/sdk:$PATH"
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false \
        DOTNET_CLI_HOME=$HOME MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 NUGET_XMLDOC_MODE=skip MSBUILDTERMINALLOGGER=off
    # Without ICU nothing of .NET starts; Debian's is there unless the app does without.
    if ! compgen -G '/layers/*/packages/usr/lib/*/libicuuc.so.*' >/dev/null; then export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1; fi
    dotnet --version >"$HOME/version" 2>&1 || {
        cat "$HOME/version"
        fail "no SDK here is one that global.json asks for" "Name another version there, or \"rollForward\": \"latestMajor\"; or another source: paas config:set DOTNET_SDK_URL=URL."
    }
    detail ".NET SDK $(cat "$HOME/version")"
}
