# The process type web, which a Procfile may replace.

start_command() {
    if [ -n "$start_hooks" ] && [ -n "$start_script" ]; then
        echo "npm start"
    elif [ -n "$start_script" ]; then
        # Straight, without npm in between: the process gets its signals itself.
        echo "$start_script"
    elif [ -f server.js ]; then
        echo "node server.js"
    fi
}

declare_start() {
    local command
    command=$(start_command)
    if [ -z "$command" ]; then
        rm -f "$layers/launch.toml"
        return
    fi

    {
        echo "[[processes]]"
        echo 'type = "web"'
        echo "command = [\"bash\", \"-c\", $(node -p 'JSON.stringify(process.argv[1])' "$command")]"
        echo "default = true"
    } >"$layers/launch.toml"
}
