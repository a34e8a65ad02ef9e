# The process type web, which a Procfile may replace.

# Sets start to the command, empty where there is none.
find_start() {
    start=
    if [ -n "$start_hooks" ] && [ -n "$start_script" ]; then
        start="npm start"
    elif [ -n "$start_script" ]; then
        # Straight, without npm in between: the process gets its signals itself.
        start=$start_script
    elif [ -f server.js ]; then
        start="node server.js"
    fi
}

declare_start() {
    find_start
    if [ -z "$start" ]; then
        rm -f "$layers/launch.toml"
        return
    fi

    toml_string "$start"
    printf '[[processes]]\ntype = "web"\ncommand = ["bash", "-c", %s]\ndefault = true\n' "$REPLY" >"$layers/launch.toml"
}
