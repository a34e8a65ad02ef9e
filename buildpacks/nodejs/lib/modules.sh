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

# npm_install OPTION...: everything into ./node_modules.
npm_install() {
    find_lockfile
    if [ -n "$lockfile" ]; then
        detail "npm ci, from $lockfile"
        npm ci "$@" || fail "npm ci failed" "If package.json and $lockfile disagree, run npm install, commit $lockfile and push again."
    else
        detail "npm install; commit a package-lock.json for builds that repeat"
        npm install --no-package-lock "$@" || fail "npm install failed"
    fi

    mkdir -p node_modules
}

run_build() {
    [ -n "$build_script" ] || return 0
    heading "Building the app"
    detail "npm run $build_script"
    npm run --silent "$build_script" || fail "npm run $build_script failed"
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
