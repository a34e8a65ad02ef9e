# What package.json says: sets the variables of facts.js, empty where it says nothing.

# The facts of the last build, where package.json and how it is read are the same.
known_facts() {
    local layer=$layers/package now
    if [ ! -f "$layer/facts" ]; then return 1; fi
    contents package.json
    now=$REPLY
    contents "$layer/package.json"
    [ "$REPLY" = "$now" ] || return 1
    contents "$CNB_BUILDPACK_DIR/lib/facts.js"
    now=$REPLY
    contents "$layer/facts.js"
    [ "$REPLY" = "$now" ] || return 1
    contents "$layer/facts"
}

read_package() {
    if ! known_facts; then
        REPLY=$(node "$CNB_BUILDPACK_DIR/lib/facts.js" 2>"$HOME/facts.log") ||
            fail "package.json is not valid: $(grep -m1 Error "$HOME/facts.log" || tail -n 1 "$HOME/facts.log")" \
                "Correct it, commit and push again."
        mkdir -p "$layers/package"
        cp package.json "$CNB_BUILDPACK_DIR/lib/facts.js" "$layers/package/"
        printf '%s\n' "$REPLY" >"$layers/package/facts"
    fi

    describe package cache
    eval "$REPLY"
}
