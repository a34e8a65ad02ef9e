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

# Starting a process costs more than all the rest of a build in which nothing has changed; what follows starts none.

# contents FILE: sets REPLY to its text.
contents() { IFS= read -r -d '' REPLY <"$1" || true; }

# metadata LAYER KEY: sets REPLY to what the last successful build noted there.
metadata() {
    local line
    REPLY=
    [ -f "$layers/$1.toml" ] || return 0
    while IFS= read -r line; do
        if [[ $line == "$2 = \""*\" ]]; then
            REPLY=${line#*\"}
            REPLY=${REPLY%\"}
            return
        fi
    done <"$layers/$1.toml"
}

# toml_string TEXT: sets REPLY to it as a basic string of TOML.
toml_string() {
    local text=${1//\\/\\\\} control code
    text=${text//\"/\\\"}
    while [[ $text =~ [[:cntrl:]] ]]; do
        control=${BASH_REMATCH[0]}
        printf -v code '\\u%04X' "'$control"
        text=${text//"$control"/$code}
    done
    REPLY="\"$text\""
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
    [ -d "$layers/$1" ] || return 1
    metadata "$1" "$2"
    [ "$REPLY" = "$3" ]
}

forget() {
    if [ -e "$layers/$1" ] || [ -e "$layers/$1.toml" ]; then rm -rf "${layers:?}/$1" "$layers/$1.toml" "$layers/$1.sbom.cdx.json"; fi
}

# bill LAYER [ARGUMENT]...: writes a layer's bill of materials (launch: that of the app's own directory) from what lies there.
bill() {
    local layer=$1
    shift
    python3 -B "$CNB_BUILDPACK_DIR/lib/components.py" "$layers/$layer.sbom.cdx.json" "$@" || detail "There is no bill of materials of $layer: the lines above say why"
}

# bill_once LAYER [ARGUMENT]...: the same, unless it came back with its layer.
bill_once() { if [ ! -f "$layers/$1.sbom.cdx.json" ]; then bill "$@"; fi; }
