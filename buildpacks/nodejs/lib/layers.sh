# Layers and their metadata.

heading() { echo "-----> $*"; }

detail() { echo "$*"; }

# COMMAND || fail MESSAGE [WHAT TO DO]
fail() {
    # A command that was killed lets the platform say why.
    if [ "$?" = 137 ]; then exit 137; fi
    echo " !     $1"
    [ $# -lt 2 ] || echo " !     $2"
    exit 1
}

# metadata LAYER KEY: what the last successful build noted there.
metadata() {
    [ -f "$layers/$1.toml" ] || return 0
    sed -n "s/^$2 = \"\(.*\)\"\$/\1/p" "$layers/$1.toml" | head -n 1
}

# describe LAYER "TYPES" [KEY VALUE]...
describe() {
    local layer=$1 types=$2 type
    shift 2
    {
        echo "[types]"
        for type in $types; do echo "$type = true"; done
        echo "[metadata]"
        while [ $# -gt 0 ]; do
            printf '%s = "%s"\n' "$1" "${2//[\"\\]/}"
            shift 2
        done
    } >"$layers/$layer.toml"
}

# restored LAYER KEY VALUE: true where the layer's content came back and belongs to this value.
restored() {
    [ -d "$layers/$1" ] && [ "$(metadata "$1" "$2")" = "$3" ]
}

forget() { rm -rf "${layers:?}/$1" "$layers/$1.toml"; }
