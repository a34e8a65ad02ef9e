# The app's gems, in a layer of their own.

explain_bundler() {
    local log=$1 host
    if grep -qE 'Could not (reach host|fetch specs)|Network error|Net::OpenTimeout|SocketError|getaddrinfo|Temporary failure|Failed to open TCP|HTTPError' "$log"; then
        host=$(grep -oE '(reach host |https?://)[A-Za-z0-9.-]+[A-Za-z0-9]' "$log" | sed -E 's/^(reach host |https?:\/\/)//' | head -n 1)
        fail "the gem server ${host:-rubygems.org} cannot be reached from this server" \
            "Name one that can: paas config:set BUNDLE_MIRROR__ALL=https://MIRROR, or run bundle cache and commit vendor/cache."
    elif grep -qE 'Your Ruby version is' "$log"; then
        fail "$(grep -m1 -oE 'Your Ruby version is .*' "$log")" "Write the stack's version in the Gemfile, or bring a Dockerfile that begins with FROM ruby."
    elif grep -qE 'after changing your Gemfile|deployment mode|frozen|does not satisfy|the gemspecs for path gems changed' "$log"; then
        fail "Gemfile.lock is out of date" "On your machine run bundle install, commit Gemfile.lock and push again."
    elif grep -qE 'only supports platforms' "$log"; then
        fail "Gemfile.lock is not for Linux" "Run bundle lock --add-platform x86_64-linux, commit Gemfile.lock and push again."
    elif grep -qE 'Could not find (gem|compatible versions)?|Could not find .* in any of the sources' "$log"; then
        fail "$(grep -m1 -oE 'Could not find .*' "$log")" \
            "$([ -d vendor/cache ] && echo "Run bundle cache, commit vendor/cache and push again." || echo "Correct its name or version in the Gemfile.")"
    elif grep -q 'There was an error .*parsing .*Gemfile' "$log"; then
        fail "the Gemfile cannot be read" "The lines above say where. Bundler here is $bundler_version, which does not know what newer ones do."
    fi
    # Bundler wraps lines; what make and extconf.rb said is whole in their own files.
    find "$layers/gems" \( -name mkmf.log -o -name gem_make.out \) -exec cat {} + >>"$log" 2>/dev/null || true
    explain_native "$log"
    fail "bundle install failed" "The lines above say why. Correct it, commit and push again."
}

# What Bundler goes by, here and in the running app. A .bundle/config of the source speaks of another machine.
configure_bundler() {
    local variable
    mkdir -p "$layers/gems/env" "$layers/gems/env.launch"
    declare -A values=(
        [BUNDLE_PATH]=$layers/gems [BUNDLE_APP_CONFIG]=$layers/gems/.bundle [BUNDLE_WITHOUT]=${BUNDLE_WITHOUT:-development:test}
        # The one there is: not another one, fetched because the lockfile was written by it.
        [BUNDLER_VERSION]=$bundler_version
    )
    if [ -n "$locked" ]; then values[BUNDLE_DEPLOYMENT]=true; fi
    for variable in "${!values[@]}"; do
        printf '%s' "${values[$variable]}" >"$layers/gems/env/$variable.override"
        export "$variable=${values[$variable]}"
    done
    printf '%s' "$layers/gems/ruby/$ruby_api:$gem_path" >"$layers/gems/env/GEM_PATH.override"
    printf '/workspace/bin:%s' "$layers/gems/ruby/$ruby_api/bin" >"$layers/gems/env.launch/PATH.prepend"
    printf : >"$layers/gems/env.launch/PATH.delim"
    for variable in RACK_ENV RAILS_ENV; do printf production >"$layers/gems/env.launch/$variable.default"; done
    for variable in RAILS_LOG_TO_STDOUT RAILS_SERVE_STATIC_FILES; do printf enabled >"$layers/gems/env.launch/$variable.default"; done
    # Threads make glibc keep memory that jemalloc would give back; this keeps it within bounds.
    printf 2 >"$layers/gems/env.launch/MALLOC_ARENA_MAX.default"
    export GEM_PATH="$layers/gems/ruby/$ruby_api:$gem_path" BUNDLE_JOBS=${BUNDLE_JOBS:-4} BUNDLE_RETRY=${BUNDLE_RETRY:-1} BUNDLE_TIMEOUT=${BUNDLE_TIMEOUT:-15}
    export BUNDLE_GLOBAL_GEM_CACHE=false BUNDLE_SILENCE_ROOT_WARNING=true
}

run_bundler() {
    local log=$HOME/bundler.log options=()
    # What is committed is all there is: Bundler, too, asks nobody else then.
    if [ -d vendor/cache ]; then
        detail "bundle install, from vendor/cache"
        options+=(--local)
    else
        detail "bundle install"
    fi
    bundle install "${options[@]}" 2>&1 | tee "$log" || explain_bundler "$log"
}

provide_gems() {
    local key locked=
    heading "Installing gems"
    if [ -f Gemfile.lock ]; then locked=1; else detail "Commit Gemfile.lock for builds that repeat"; fi
    key=$({ cat Gemfile Gemfile.lock ./*.gemspec Aptfile 2>/dev/null || true; } | sha256sum | cut -c1-32)
    key+=" $ruby_version $CNB_STACK_ID ${BUNDLE_WITHOUT:-}"
    metadata gems ruby
    # Gems of other gems' versions stay until they are not needed; those of another Ruby do not work.
    if [ "$REPLY" != "$ruby_version" ]; then forget gems; fi
    rm -rf "$layers/gems/env" "$layers/gems/env.launch"
    if restored gems key "$key"; then
        detail "Using the gems from the cache: the Gemfile and its lockfile are unchanged"
        configure_bundler
        # Without one in the source, that of the last build.
        if [ -z "$locked" ]; then cp "$layers/gems/Gemfile.lock" .; fi
    else
        configure_bundler
        run_bundler
        bundle clean --force >"$HOME/clean.log" 2>&1 || cat "$HOME/clean.log"
        rm -rf "$layers/gems/ruby/$ruby_api/cache"
        if [ -z "$locked" ]; then cp Gemfile.lock "$layers/gems/"; fi
        rm -f "$layers/gems.sbom.cdx.json"
    fi
    bill_once gems "$layers/gems"
    describe gems "launch build cache" key "$key" ruby "$ruby_version"
}

has_gem() { grep -qE "^    $1 \(" Gemfile.lock 2>/dev/null; }
