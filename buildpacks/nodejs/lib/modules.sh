# The app's packages.

prepare_npm_cache() {
    [ -d "$layers/npm-cache" ] || mkdir -p "$layers/npm-cache"
    describe npm-cache cache
    export NPM_CONFIG_CACHE="$layers/npm-cache"
    # Copied: what is linked to the cache would change with it.
    pnpm_store=(--store-dir "$layers/npm-cache/pnpm" --package-import-method copy)
    yarn_cache=(--non-interactive --cache-folder "$layers/npm-cache/yarn")
}

# Sets lockfile, empty where the app has none.
find_lockfile() {
    manager_files
    for lockfile in $REPLY; do
        if [ -f "$lockfile" ]; then return; fi
    done
    lockfile=
}

# Sets key, which is another one as soon as anything else could be installed.
set_modules_key() {
    local file text="$node_version $manager_package $CNB_STACK_ID 3"
    manager_files
    for file in package.json .npmrc $REPLY; do
        [ -f "$file" ] || continue
        contents "$file"
        text+=$'\n'"$file $REPLY"
    done
    read -r key _ < <(sha256sum <<<"$text")
    if [ -n "$install_scripts" ]; then key="$key-$RANDOM$RANDOM"; fi
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

# As on a first build: the build script may write into it, and there are tools that take no link.
bring_modules() { cp -a "$layers/$1/node_modules" node_modules; }

# Runs the build script; sets written, empty where it has left the packages alone. A cache of its tools is none of them.
build_among_modules() {
    : >"$HOME/installed"
    run_build
    written=$(find node_modules -mindepth 1 -path node_modules/.cache -prune -o -cnewer "$HOME/installed" -print -quit)
}

# The layer of the build before, untouched: another directory would be packed anew, though it has the same in it.
take_modules() {
    rm -rf node_modules
    link_modules modules
}

keep_modules() {
    metadata modules key
    # The same packages have the same bill.
    if [ "$REPLY" = "$key" ]; then rm -rf "$layers/modules"; else forget modules; fi
    mkdir -p "$layers/modules" node_modules
    mv node_modules "$layers/modules/node_modules"
    link_modules modules
}

install_in_place() {
    forget modules
    forget dev-modules
    install_packages all
    run_build
    prune_packages
    bill launch node_modules
}

# Production packages only.
install_production() {
    local former=
    forget dev-modules
    if restored modules key "$key"; then
        detail "Using node_modules from the cache: package.json and lockfile are unchanged"
        former=1
        if [ -n "$build_script" ]; then bring_modules modules; else mkdir node_modules; fi
    else
        install_packages production
    fi

    build_among_modules
    if [ -n "$former" ] && [ -z "$written" ]; then take_modules; else keep_modules; fi
    bill_once modules "$layers/modules/node_modules"
    describe modules "launch cache" key "$key"
}

# All packages for the build, production packages for the image.
install_for_build() {
    local former=
    # Without such a note it is of an older buildpack, or not there.
    if restored modules key "$key" && metadata modules written && [ "$REPLY" = no ]; then former=1; fi
    if restored dev-modules key "$key"; then
        detail "Using node_modules from the cache: package.json and lockfile are unchanged"
        bring_modules dev-modules
    else
        install_packages all
        forget dev-modules
        mkdir -p "$layers/dev-modules"
        cp -a node_modules "$layers/dev-modules/node_modules"
    fi

    build_among_modules
    if [ -d node_modules/.cache ]; then
        rm -rf "$layers/dev-modules/node_modules/.cache"
        cp -a node_modules/.cache "$layers/dev-modules/node_modules/"
    fi
    # What the build script writes there, such as a client for the database, is that of this build.
    if [ -n "$former" ] && [ -z "$written" ]; then take_modules; else
        prune_packages
        keep_modules
    fi
    bill_once modules "$layers/modules/node_modules"
    describe modules "launch cache" key "$key" written "$([ -z "$written" ] && echo no || echo yes)"
    describe dev-modules cache key "$key"
}

provide_modules() {
    heading "Installing packages"
    if [ -e node_modules ]; then
        detail "node_modules is in the source; it is not used. Take it out with: git rm -r --cached node_modules"
        rm -rf node_modules
    fi

    if [ -z "$packages" ]; then
        detail "package.json names none"
        forget modules
        forget dev-modules
        run_build
        return
    fi

    provide_manager
    set_modules_key
    # A workspace's packages lie in the source, and are linked from there.
    if [ -n "$must_stay" ] || [ -f pnpm-workspace.yaml ]; then install_in_place
    elif [ -n "$dev_packages" ] && [ -n "$build_script$install_scripts" ]; then install_for_build
    else install_production
    fi
}
