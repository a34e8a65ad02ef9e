# What package.json says: sets the variables of facts.js, empty where it says nothing.

read_package() {
    local facts
    facts=$(node "$CNB_BUILDPACK_DIR/lib/facts.js" 2>"$HOME/facts.log") ||
        fail "package.json is not valid: $(grep -m1 Error "$HOME/facts.log" || tail -n 1 "$HOME/facts.log")" \
            "Correct it, commit and push again."
    eval "$facts"
}
