# What Composer installs, kept as a layer that builds begin with.

explain_composer() {
    local log=$1
    if grep -qE 'Could not resolve host|Failed to connect|Connection (timed out|refused)|curl error (6|7|28|35)' "$log"; then
        fail "the Composer repository $(grep -oE 'https?://[^/ ]+' "$log" | head -n 1) cannot be reached from this server" \
            "Name a mirror under \"repositories\" in composer.json, or commit vendor/."
    elif grep -q 'is not up to date with the latest changes\|is not present in the lock file' "$log"; then
        fail "composer.lock is out of date" "Run composer update --lock, commit composer.lock and push again."
    elif grep -qE 'requires (php|ext-)' "$log"; then
        fail "a package asks for another PHP, or for an extension that is not installed" "Name the extension as ext-NAME under \"require\" in composer.json."
    fi
    fail "composer install failed" "The lines above say why. Correct it, commit and push again."
}

prepare_composer() {
    composer=$(type -P composer) || fail "Composer is not among the Debian packages of this build" "Put the buildpack paas/apt before paas/php."
    # It finds its classes from its own place.
    composer=$(readlink -f "$composer")
    mkdir -p "$layers/composer-cache"
    describe composer-cache cache
    export COMPOSER_CACHE_DIR="$layers/composer-cache" COMPOSER_NO_INTERACTION=1
}

# Plugins that put files beside vendor/, or change those in it, do so as a package is installed: one that came back would be left as it is.
installs_elsewhere() {
    php -r '
        foreach (json_decode(@file_get_contents("composer.lock") ?: "{}", true)["packages"] ?? [] as $package) {
            if (($package["type"] ?? "") === "composer-plugin" && preg_match("/install|scaffold|patch/", $package["name"])) exit(0);
        }
        exit(1);'
}

provide_packages() {
    local key log=$HOME/composer.log
    [ -f composer.json ] || return 0
    heading "Installing packages"
    if [ -d vendor ]; then
        detail "vendor/ is in the source, and is used as it is"
        if [ -f vendor/composer/installed.json ]; then bill launch vendor; fi
        return
    fi
    prepare_composer
    key="$(cat composer.json composer.lock auth.json 2>/dev/null | sha256sum | cut -c1-32) $(php -r 'echo PHP_VERSION;') 2"
    # Packages that are in the source may have changed with any of its files.
    if grep -q '"type": *"path"' composer.json; then key+=" $(find . -type f -not -path './.git/*' -path '*/*/*' -exec sha256sum {} + | sort | sha256sum | cut -c1-32)"; fi
    if restored vendor key "$key"; then
        detail "Using vendor from the cache: composer.json and composer.lock are unchanged"
        # Composer's autoloader finds the app from its own place: the directory cannot be a link.
        cp -a "$layers/vendor/vendor" vendor
    else
        forget vendor
    fi
    detail "composer install"
    # Also with nothing to install: its scripts write what is not in vendor, and the autoloader lists the app's own classes.
    php "$composer" install --no-dev --prefer-dist --optimize-autoloader --no-progress 2>&1 | tee "$log" || explain_composer "$log"
    mkdir -p vendor
    bill launch vendor
    if installs_elsewhere; then
        forget vendor
        return
    fi
    if [ ! -d "$layers/vendor" ]; then
        mkdir -p "$layers/vendor"
        cp -a vendor "$layers/vendor/vendor"
    fi
    describe vendor cache key "$key"
}
