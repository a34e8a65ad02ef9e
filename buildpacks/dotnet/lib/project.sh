# The project that is published, out of those in the source.

# property FILE NAME: sets REPLY to what a project file says, or the Directory.Build.props of the root; empty where neither does.
property() {
    local file
    REPLY=
    for file in "$1" Directory.Build.props; do
        [ -f "$file" ] || continue
        REPLY=$(sed -nE "s|.*<$2>[[:space:]]*([^<]*[^<[:space:]])[[:space:]]*</$2>.*|\1|p" "$file" | head -n 1)
        [ -z "$REPLY" ] || return 0
    done
}

# A program: not a library, and not tests.
is_program() {
    ! grep -qE 'Microsoft\.NET\.Test\.Sdk|<IsTestProject>[[:space:]]*true' "$1" || return 1
    if grep -qE 'Sdk="Microsoft\.NET\.Sdk\.(Web|Worker)["/]' "$1"; then return 0; fi
    property "$1" OutputType
    [[ ${REPLY,,} == exe ]]
}

choose_project() {
    local file programs=() served=()
    heading "Reading the project"
    if [ -n "${DOTNET_PROJECT:-}" ]; then
        project=$DOTNET_PROJECT
        if [ -d "$project" ]; then project=$(compgen -G "${project%/}/*.*proj" | head -n 1 || true); fi
        [ -f "${project:-}" ] || fail "DOTNET_PROJECT names $DOTNET_PROJECT, and there is no such project in the source" "Give the path of a .csproj: paas config:set DOTNET_PROJECT=src/App/App.csproj"
    else
        shopt -s nullglob
        for file in {,*/,*/*/}*.{csproj,fsproj,vbproj}; do
            is_program "$file" || continue
            programs+=("$file")
            if grep -q 'Sdk="Microsoft\.NET\.Sdk\.Web' "$file"; then served+=("$file"); fi
        done
        shopt -u nullglob
        # Of several programs the one that serves the web.
        if [ ${#served[@]} = 1 ]; then programs=("${served[0]}"); fi
        case ${#programs[@]} in
            1) project=${programs[0]} ;;
            0) fail "there is no project that is a program: only libraries and tests" "A program has OutputType Exe or the SDK Microsoft.NET.Sdk.Web; name it with paas config:set DOTNET_PROJECT=PATH." ;;
            *) fail "there are several projects that are programs: ${programs[*]}" "Name the one to publish: paas config:set DOTNET_PROJECT=${programs[0]}" ;;
        esac
    fi
    property "$project" TargetFramework
    framework=$REPLY
    if [ -z "$framework" ]; then
        property "$project" TargetFrameworks
        # Of several the last is the newest, as people write them.
        framework=${REPLY##*;}
    fi
    [[ $framework =~ ^net([0-9]+\.[0-9]+)$ ]] ||
        fail "$project has the TargetFramework '$framework', which does not run on Linux or is not known" "Write one such as net8.0."
    channel=${BASH_REMATCH[1]}
    detail "$project, $framework"
}
