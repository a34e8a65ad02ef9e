#!/usr/bin/env bash
# Runs the compile and the release of a buildpack of Heroku's API, and translates what they leave behind.
set -euo pipefail
layers=$CNB_LAYERS_DIR
# It may write next to itself: export, for the buildpacks after it.
work=$(mktemp -d)
cp -R "$CNB_BUILDPACK_DIR/target/." "$work"

# The app is where Heroku has it. Of their stacks this is the one whose libraries are nearest to ours.
cd /app
export BUILD_DIR=$PWD CACHE_DIR=$layers/cache ENV_DIR=$CNB_PLATFORM_DIR/env STACK=heroku-22
if [ -f "$ENV_DIR/STACK" ]; then STACK=$(<"$ENV_DIR/STACK"); fi
mkdir -p "$CACHE_DIR"
if [ -f "$CNB_BUILDPACK_DIR/later" ]; then
    said=$("$work/bin/detect" "$BUILD_DIR" 2>&1) || {
        [ -z "$said" ] || printf '%s\n' "$said"
        echo " !     this buildpack does not fit what those before it made of the source"
        echo " !     Take it out, or change their order: paas buildpacks"
        exit 1
    }
fi
# Its lines are indented as a push's are, and so are all of a build.
"$work/bin/compile" "$BUILD_DIR" "$CACHE_DIR" "$ENV_DIR" 2>&1 | sed -u 's/^ \{7\}//'
printf '[types]\ncache = true\n' >"$layers/cache.toml"

# Variables that export sets, for the buildpacks that come later.
rm -rf "$layers/export"
if [ -f "$work/export" ]; then
    mkdir -p "$layers/export/env.build"
    printf '[types]\nbuild = true\n' >"$layers/export.toml"
    declare -A before=()
    while IFS='=' read -r -d '' name value; do before[$name]=$value; done < <(env -0)
    # shellcheck disable=SC1091
    while IFS='=' read -r -d '' name value; do
        case $name in _ | SHLVL | PWD | OLDPWD | */*) continue ;; esac
        [ "${before[$name]-}" = "$value" ] || printf '%s' "$value" >"$layers/export/env.build/$name.override"
    done < <(set +eu; . "$work/export" >&2; env -0)
fi

# Scripts that the app's processes source first; the launcher does it for those of layers.
rm -rf "$layers/profile"
mkdir -p "$layers/profile/profile.d" "$layers/profile/env.launch"
printf '[types]\nlaunch = true\n' >"$layers/profile.toml"
printf '/app' >"$layers/profile/env.launch/HOME.override"
cat >"$layers/profile/profile.d/app.sh" <<'SCRIPT'
for script in /app/.profile.d/*.sh; do
    if [ -f "$script" ]; then . "$script"; fi
done
unset script
SCRIPT

quote() {
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    printf '"%s"' "${text//$'\t'/\\t}"
}

# The two sections of release's YAML that mean something here; both are flat.
: >"$layers/launch.toml"
[ -x "$work/bin/release" ] || exit 0
release=$("$work/bin/release" "$BUILD_DIR")
section=
while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    if [[ $line =~ ^([a-z_]+):[[:space:]]*$ ]]; then
        section=${BASH_REMATCH[1]}
    elif [[ $line =~ ^[[:space:]]+([A-Za-z0-9_-]+):[[:space:]]+(.*[^[:space:]])[[:space:]]*$ ]]; then
        name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
        if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
        case $section in
            default_process_types)
                printf '[[processes]]\ntype = %s\ncommand = ["bash", "-c", %s]\n' "$(quote "$name")" "$(quote "$value")" >>"$layers/launch.toml"
                if [ "$name" = web ]; then echo 'default = true' >>"$layers/launch.toml"; fi ;;
            config_vars)
                printf '%s' "$value" >"$layers/profile/env.launch/$name.default" ;;
        esac
    elif [[ $line =~ ^[^[:space:]#-] ]]; then
        section=
    fi
done <<<"$release"
