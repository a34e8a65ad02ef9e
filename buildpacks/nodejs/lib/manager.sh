# Who installs the app's packages: npm, yarn or pnpm.

# Sets manager (npm, pnpm, yarn, or berry for yarn 2 and later) and manager_package, the npm package that it comes as.
choose_manager() {
    local version=
    manager=npm manager_package=
    if [ -n "$package_manager" ]; then
        manager=${package_manager%%@*}
        version=${package_manager#"$manager"}
        version=${version#@}
        version=${version%%+*}
        case $manager in
            npm | yarn | pnpm) ;;
            *) fail "packageManager of package.json asks for $manager, which is not known here" "Name npm, yarn or pnpm, e.g. \"pnpm@10.34.0\"." ;;
        esac
    else
        manager_of_lockfile
    fi

    case $manager in
        pnpm) manager_package=pnpm@${version:-$(pnpm_line)} ;;
        yarn)
            version=${version:-$(yarn_line)}
            if [ "${version%%.*}" = 1 ]; then manager_package=yarn@$version; else
                manager=berry
                manager_package=@yarnpkg/cli-dist@$version
                check_linker
            fi
            ;;
    esac
}

manager_of_lockfile() {
    local file found=()
    for file in npm-shrinkwrap.json package-lock.json yarn.lock pnpm-lock.yaml; do
        if [ -f "$file" ]; then found+=("$file"); fi
    done
    case ${found[*]} in
        pnpm-lock.yaml) manager=pnpm ;;
        yarn.lock) manager=yarn ;;
        "npm-shrinkwrap.json package-lock.json") ;;
        *" "*) fail "there are lockfiles of several package managers: ${found[*]}" "Delete those that you do not use, or name one as packageManager in package.json." ;;
    esac
}

# The line of pnpm that writes such a lockfile.
pnpm_line() {
    contents pnpm-lock.yaml
    case $REPLY in
        *lockfileVersion:\ [\'\"]5.* | *lockfileVersion:\ 5.*) echo 7 ;;
        *lockfileVersion:\ [\'\"]6.*) echo 8 ;;
        *) echo 10 ;;
    esac
}

yarn_line() {
    contents yarn.lock
    if [[ $REPLY == *__metadata:* ]]; then echo 4; else echo 1; fi
}

check_linker() {
    export YARN_NODE_LINKER=node-modules
    if [ ! -f .yarnrc.yml ]; then return; fi
    contents .yarnrc.yml
    if [[ $REPLY =~ nodeLinker:[[:space:]]*[\"\']?pnp ]]; then
        fail "yarn's Plug'n'Play is not supported" "Write nodeLinker: node-modules in .yarnrc.yml, run yarn install and commit what it changes."
    fi
}

# What decides that another tree of packages would be installed.
manager_files() {
    case $manager in
        npm) REPLY="npm-shrinkwrap.json package-lock.json" ;;
        pnpm) REPLY="pnpm-lock.yaml pnpm-workspace.yaml .pnpmfile.cjs" ;;
        yarn) REPLY="yarn.lock .yarnrc" ;;
        berry) REPLY="yarn.lock .yarnrc.yml" ;;
    esac
}

provide_manager() {
    local archive layer=$layers/manager
    if [ "$manager" = npm ]; then
        forget manager
        return
    fi

    if restored manager package "$manager_package"; then
        detail "Using $manager_package from the cache"
    else
        detail "Downloading $manager_package"
        forget manager
        mkdir -p "$layer/lib" "$layer/bin"
        archive=$(download "$manager_package") || fail "$manager_package cannot be downloaded" "Is it a version that there is?"
        tar -xzf "$HOME/$archive" -C "$layer/lib" --strip-components=1
        node -e '
            const fs = require("fs"), [layer] = process.argv.slice(1);
            for (const [name, file] of Object.entries(JSON.parse(fs.readFileSync(`${layer}/lib/package.json`)).bin)) {
                fs.chmodSync(`${layer}/lib/${file}`, 0o755);
                fs.symlinkSync(`../lib/${file.replace(/^\.\//, "")}`, `${layer}/bin/${name}`);
            }' "$layer"
    fi

    # Also for the Procfile's sake, which may say yarn start.
    describe manager "launch build cache" package "$manager_package"
    export PATH="$layer/bin:$PATH" CI=true
    export YARN_REGISTRY=${NPM_CONFIG_REGISTRY:-https://registry.npmjs.org/} YARN_NPM_REGISTRY_SERVER=${NPM_CONFIG_REGISTRY:-https://registry.npmjs.org}
    export YARN_ENABLE_TELEMETRY=0 YARN_GLOBAL_FOLDER="$layers/npm-cache/yarn" YARN_INSTALL_STATE_PATH="$HOME/install-state.gz"
    # Before version 4 it would keep its archives in the source, which goes into the image and not to the next build.
    if [ ! -d .yarn/cache ] && ! grep -qs '^enableGlobalCache:' .yarnrc.yml; then export YARN_ENABLE_GLOBAL_CACHE=true; fi
}

# Sets focus, empty where yarn cannot leave development packages out: before version 4 that is done by a plugin.
find_focus() {
    local plugin
    focus=1
    # The source may bring another yarn than the one that is called.
    [[ $manager_package == *@[23]* ]] || grep -qs '^yarnPath:' .yarnrc.yml || return 0
    if yarn workspaces focus --help >/dev/null 2>&1; then return; fi
    plugin=$layers/manager/workspace-tools-$(yarn --version).cjs
    if [ ! -f "$plugin" ]; then import_focus "$plugin"; fi
    if [ -f "$plugin" ]; then export YARN_PLUGINS=$plugin; else focus=; fi
}

# The source stays as it is: the plugin is put into the layer, and what yarn notes of it is taken back.
import_focus() {
    local kept=$HOME/yarnrc imported=.yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs
    if [ -f .yarnrc.yml ]; then cp -p .yarnrc.yml "$kept"; fi
    # It comes from elsewhere than packages do, which a server may well not reach.
    if YARN_HTTP_TIMEOUT=10000 YARN_HTTP_RETRY=0 yarn plugin import workspace-tools >"$HOME/plugin.log" 2>&1; then mv "$imported" "$1"; fi
    rm -f .yarnrc.yml
    if [ -f "$kept" ]; then mv "$kept" .yarnrc.yml; fi
    if [ -d "${imported%/*}" ]; then rmdir -p --ignore-fail-on-non-empty "${imported%/*}"; fi
}

keep_development() {
    detail "yarn's plugin workspace-tools is neither in the source nor to be had: development packages stay in the image"
    detail "Commit what this does: yarn plugin import workspace-tools"
}

# install_packages production|all: everything that the lockfile says into ./node_modules.
install_packages() {
    local doing
    doing="$(manager_name) install"
    find_lockfile
    if [ "$manager" = npm ] && [ -n "$lockfile" ]; then doing="npm ci"; fi
    if [ -n "$lockfile" ]; then detail "$doing, from $lockfile"; else detail "$doing; commit a lockfile for builds that repeat"; fi
    case $manager:$1 in
        npm:production) run_npm --omit=dev ;;
        npm:all) run_npm --include=dev ;;
        pnpm:production) run_manager pnpm install --frozen-lockfile --prod "${pnpm_store[@]}" ;;
        pnpm:all) run_manager pnpm install --frozen-lockfile --prod=false "${pnpm_store[@]}" ;;
        yarn:production) run_manager yarn install --frozen-lockfile --production=true "${yarn_cache[@]}" ;;
        yarn:all) run_manager yarn install --frozen-lockfile --production=false "${yarn_cache[@]}" ;;
        berry:production)
            find_focus
            if [ -n "$focus" ]; then run_manager yarn workspaces focus --all --production; else
                run_manager yarn install --immutable
                if [ -n "$dev_packages" ]; then keep_development; fi
            fi
            ;;
        berry:all) run_manager yarn install --immutable ;;
    esac
    mkdir -p node_modules
}

# Leaves production packages in ./node_modules.
prune_packages() {
    if [ "$manager" = berry ]; then
        find_focus
        if [ -z "$focus" ]; then
            keep_development
            # The next build tries again, or says it again.
            written=1
            return
        fi
    fi
    case $manager in
        npm) npm prune --omit=dev ;;
        pnpm) pnpm prune --prod --config.ignore-scripts=true ;;
        yarn) yarn install --frozen-lockfile --production=true --ignore-scripts --prefer-offline "${yarn_cache[@]}" ;;
        # Without its state of the installation, it would take every package's scripts for outstanding.
        berry) YARN_ENABLE_SCRIPTS=0 yarn workspaces focus --all --production ;;
    esac >"$HOME/prune.log" 2>&1 || {
        cat "$HOME/prune.log"
        fail "$(manager_name) could not take the development packages out again" "The lines above say why."
    }
}

manager_name() { echo "${manager/berry/yarn}"; }

run_npm() {
    if [ -n "$lockfile" ]; then run_manager npm ci "$@"; else run_manager npm install --no-package-lock "$@"; fi
}

run_manager() { "$@" 2>&1 | tee "$HOME/install.log" || explain_install "$1 $2"; }

# What a package manager said, in words of what to do; its output is in $HOME/install.log.
explain_install() {
    local status=$? log=$HOME/install.log lock=${lockfile:-package.json}
    [ "$status" != 137 ] || exit 137
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET' "$log"; then
        fail "the npm registry cannot be reached from this server" "Name one that can: paas config:set NPM_CONFIG_REGISTRY=https://MIRROR/"
    elif grep -qE 'can only install packages when|Missing: .* from lock file|Invalid: lock file|ERR_PNPM_OUTDATED_LOCKFILE|lockfile needs to be updated|YN0028' "$log"; then
        fail "$lock and package.json disagree" "On your machine run $(manager_name) install, commit $lock and push again."
    elif grep -qE 'E404|ETARGET' "$log"; then
        fail "npm has no $(grep -m1 -oE "('|for )[@a-z0-9][^' ]*@[^' ]+" "$log" | sed "s/^'//; s/^for //")" "Correct its name or version in package.json."
    elif grep -qE 'gyp ERR!|node-gyp' "$log"; then
        explain_native "$log"
        fail "a package with native code cannot be compiled" "Name the Debian packages with the libraries it needs in an Aptfile, e.g. libcairo2-dev."
    elif grep -q ERESOLVE "$log"; then
        fail "two packages need versions of a third that do not fit together" "The lines above name them. Change one, or write legacy-peer-deps=true in .npmrc."
    fi
    explain_native "$log"
    fail "$1 failed" "The lines above say why. If package.json and the lockfile disagree, run $(manager_name) install, commit ${lockfile:-the lockfile} and push again."
}
