# The app's packages.

prepare_npm_cache() {
    [ -d "$layers/npm-cache" ] || mkdir -p "$layers/npm-cache"
    describe npm-cache cache
    export NPM_CONFIG_CACHE="$layers/npm-cache"
}

# Sets lockfile, empty where the app has none.
find_lockfile() {
    for lockfile in npm-shrinkwrap.json package-lock.json; do
        if [ -f "$lockfile" ]; then return; fi
    done
    lockfile=
}

# Sets key, which is another one as soon as npm could install anything else.
set_modules_key() {
    local file text="$node_version $CNB_STACK_ID 2"
    for file in package.json npm-shrinkwrap.json package-lock.json .npmrc; do
        [ -f "$file" ] || continue
        contents "$file"
        text+=$'\n'"$file $REPLY"
    done
    read -r key _ < <(sha256sum <<<"$text")
    if [ -n "$install_scripts" ]; then key="$key-$RANDOM$RANDOM"; fi
}

# What npm said, in words of what to do; the log of a failed npm is in $HOME/npm.log.
explain_npm() {
    local status=$? log=$HOME/npm.log lock=${lockfile:-package.json}
    [ "$status" != 137 ] || exit 137
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET' "$log"; then
        fail "the npm registry cannot be reached from this server" "Name one that can: paas config:set NPM_CONFIG_REGISTRY=https://MIRROR/"
    elif grep -qE 'can only install packages when|Missing: .* from lock file|Invalid: lock file' "$log"; then
        fail "$lock and package.json disagree" "On your machine run npm install, commit $lock and push again."
    elif grep -qE 'E404|ETARGET' "$log"; then
        fail "npm has no $(grep -m1 -oE "('|for )[@a-z0-9][^' ]*@[^' ]+" "$log" | sed "s/^'//; s/^for //")" "Correct its name or version in package.json."
    elif grep -qE 'gyp ERR!|node-gyp' "$log"; then
        fail "a package with native code cannot be compiled" "Name the Debian packages with the libraries it needs in an Aptfile, e.g. libcairo2-dev."
    elif grep -q ERESOLVE "$log"; then
        fail "two packages need versions of a third that do not fit together" "The lines above name them. Change one, or write legacy-peer-deps=true in .npmrc."
    fi
    fail "$1 failed" "The lines above say why. If package.json and the lockfile disagree, run npm install, commit ${lockfile:-package-lock.json} and push again."
}

# npm_install OPTION...: everything into ./node_modules.
npm_install() {
    find_lockfile
    if [ -n "$lockfile" ]; then
        detail "npm ci, from $lockfile"
        npm ci "$@" 2>&1 | tee "$HOME/npm.log" || explain_npm "npm ci"
    else
        detail "npm install; commit a package-lock.json for builds that repeat"
        npm install --no-package-lock "$@" 2>&1 | tee "$HOME/npm.log" || explain_npm "npm install"
    fi

    mkdir -p node_modules
}

explain_build() {
    local status=$? tool
    [ "$status" != 137 ] || exit 137
    tool=$(sed -nE 's/^sh: .*: ([^ :]+): not found$/\1/p' "$HOME/build.log" | head -n 1)
    if [ -n "$tool" ]; then
        fail "npm run $build_script failed: there is no $tool" "Name what brings '$tool' under devDependencies of package.json, commit the lockfile and push again."
    fi
    fail "npm run $build_script failed" "The lines above say why. Run it where you wrote the app, correct it, commit and push again."
}

run_build() {
    [ -n "$build_script" ] || return 0
    heading "Building the app"
    detail "npm run $build_script"
    npm run --silent "$build_script" 2>&1 | tee "$HOME/build.log" || explain_build
}

link_modules() { ln -sfn "$layers/$1/node_modules" node_modules; }

keep_modules() {
    forget modules
    mkdir -p "$layers/modules"
    mv node_modules "$layers/modules/node_modules"
    link_modules modules
}

install_in_place() {
    forget modules
    forget dev-modules
    npm_install --include=dev
    run_build
    npm prune --omit=dev >/dev/null || fail "npm prune failed"
}

# Production packages only.
install_production() {
    forget dev-modules
    if restored modules key "$key"; then
        detail "Using node_modules from the cache: package.json and lockfile are unchanged"
        link_modules modules
    else
        npm_install --omit=dev
        keep_modules
    fi

    run_build
    describe modules "launch cache" key "$key"
}

# All packages for the build, production packages for the image.
install_for_build() {
    if restored modules key "$key" && restored dev-modules key "$key"; then
        detail "Using node_modules from the cache: package.json and lockfile are unchanged"
        link_modules dev-modules
        run_build
        link_modules modules
    else
        npm_install --include=dev
        forget dev-modules
        mkdir -p "$layers/dev-modules"
        cp -a node_modules "$layers/dev-modules/node_modules"
        run_build
        npm prune --omit=dev >/dev/null || fail "npm prune failed"
        mkdir -p node_modules
        keep_modules
    fi

    describe modules "launch cache" key "$key"
    describe dev-modules cache key "$key"
}

provide_modules() {
    heading "Installing packages"
    if [ -e node_modules ]; then
        detail "node_modules is in the source; it is not used. Take it out with: git rm -r --cached node_modules"
        rm -rf node_modules
    fi
    if [ -f yarn.lock ] || [ -f pnpm-lock.yaml ]; then
        detail "Lockfiles of yarn and pnpm are not used; packages are installed with npm"
    fi

    if [ -z "$packages" ]; then
        detail "package.json names none"
        forget modules
        forget dev-modules
        run_build
        return
    fi

    set_modules_key
    if [ -n "$must_stay" ]; then install_in_place
    elif [ -n "$dev_packages" ] && [ -n "$build_script$install_scripts" ]; then install_for_build
    else install_production
    fi
}
