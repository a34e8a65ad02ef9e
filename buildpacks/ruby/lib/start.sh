# The process types, which a Procfile may replace.

rails() { if [ -f bin/rails ]; then echo bin/rails; else echo "bundle exec rails"; fi; }

# The web server's command, empty where none is found.
start_command() {
    if [ -f config/application.rb ] && has_gem railties; then
        echo "$(rails) server -b 0.0.0.0 -p \$PORT -e \$RAILS_ENV"
    elif [ -f config.ru ] && has_gem puma; then
        if [ -f config/puma.rb ]; then echo "bundle exec puma -C config/puma.rb -p \$PORT"; else echo "bundle exec puma -b tcp://0.0.0.0:\$PORT"; fi
    elif [ -f config.ru ]; then
        echo "bundle exec rackup config.ru -o 0.0.0.0 -p \$PORT -E \$RACK_ENV"
    elif [ -f web.rb ]; then
        echo "bundle exec ruby web.rb"
    elif [ -f app.rb ]; then
        echo "bundle exec ruby app.rb"
    fi
}

# Rails' stylesheets and scripts, unless they are committed.
compile_assets() {
    local log=$HOME/assets.log
    [ -f config/application.rb ] || return 0
    has_gem sprockets || has_gem propshaft || return 0
    heading "Compiling assets"
    if compgen -G 'public/assets/.*manifest*.json' >/dev/null || compgen -G 'public/assets/*manifest*.json' >/dev/null; then
        detail "public/assets is in the source, and is used as it is"
        return
    fi
    mkdir -p "$layers/assets" tmp/cache
    if [ -d "$layers/assets/cache" ]; then mv "$layers/assets/cache" tmp/cache/assets; fi
    # Whoever compiles needs no secrets, and no database; Rails before 7.1 knows only the second of the names.
    (
        export RAILS_ENV=${RAILS_ENV:-production} SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=${SECRET_KEY_BASE:-not-the-one-that-the-app-runs-with}
        if has_gem pg; then export DATABASE_URL=${DATABASE_URL:-postgresql://nobody:nothing@127.0.0.1/nothing}; fi
        if has_gem mysql2; then export DATABASE_URL=${DATABASE_URL:-mysql2://nobody:nothing@127.0.0.1/nothing}; fi
        exec $(rails) assets:precompile
    ) 2>&1 | tee "$log" || explain_assets "$log"
    # The next build starts where this one ended.
    if [ -d tmp/cache/assets ]; then mv tmp/cache/assets "$layers/assets/cache"; fi
    describe assets cache
}

explain_assets() {
    if grep -qE 'key not found: "|KeyError' "$1"; then
        fail "compiling assets needs a variable: $(grep -m1 -oE 'key not found: .*' "$1")" "Set it with paas config:set, and push again."
    fi
    fail "$(rails) assets:precompile failed" "The lines above say why. Or run it on your machine and commit public/assets."
}

declare_process() {
    toml_string "$2"
    printf '[[processes]]\ntype = "%s"\ncommand = ["bash", "-c", %s]\n' "$1" "$REPLY" >>"$layers/launch.toml"
}

declare_start() {
    local command
    : >"$layers/launch.toml"
    command=$(start_command)
    if [ -n "$command" ]; then
        declare_process web "$command"
        echo 'default = true' >>"$layers/launch.toml"
    fi
    if has_gem rake && { [ -f Rakefile ] || [ -f rakefile ]; }; then declare_process rake "bundle exec rake"; fi
    if [[ $command == *" server "* ]]; then
        declare_process console "$(rails) console"
        warn_of_secret
    elif has_gem irb; then
        declare_process console "bundle exec irb"
    else
        declare_process console irb
    fi
}

warn_of_secret() {
    if [ -z "${SECRET_KEY_BASE:-}${RAILS_MASTER_KEY:-}" ] && [ ! -f config/master.key ]; then
        detail "Rails needs a secret to run: paas config:set --secret RAILS_MASTER_KEY=\$(cat config/master.key), or SECRET_KEY_BASE=\$(openssl rand -hex 64)"
    fi
}
