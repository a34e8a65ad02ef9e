# PHP's configuration, and that of the web server, where Debian's packages are: in a layer of the apt buildpack.

# The ini files that Debian's maintainers' scripts would link, with the priority that each names.
write_extensions() {
    local extensions=$1 file name priority zend
    mkdir -p "$layers/server/php"
    for file in "$extensions"/*.so; do
        name=$(basename "$file" .so)
        priority=20 zend=extension
        case $name in
            opcache) priority=10 zend=zend_extension ;;
            mysqlnd | pdo) priority=10 ;;
            xml) priority=15 ;;
            xdebug) continue ;;
        esac
        printf '%s=%s\n' "$zend" "$file" >"$layers/server/php/$priority-$name.ini"
    done
}

provide_server() {
    local program extensions
    heading "Using PHP"
    program=$(compgen -c php-fpm | grep -E '^php-fpm[0-9.]+$' | head -n 1) ||
        fail "PHP is not among the Debian packages of this build" "Put the buildpack paas/apt before paas/php."
    root=$(cd "$(dirname "$(command -v "$program")")/../.." && pwd)
    php=${program/-fpm/}
    extensions=$(dirname "$(find "$root/usr/lib/php" -name opcache.so | head -n 1)")
    rm -rf "$layers/server"
    mkdir -p "$layers/server/bin" "$layers/server/env" "$layers/server/env.launch"
    write_extensions "$extensions"
    cp "$CNB_BUILDPACK_DIR"/lib/{nginx.conf,source.conf,fpm.conf} "$root/etc/nginx/"{mime.types,fastcgi_params} "$layers/server/"
    cp "$CNB_BUILDPACK_DIR/lib/99-app.ini" "$layers/server/php/"
    cp "$CNB_BUILDPACK_DIR/lib/serve-php" "$layers/server/bin/"
    ln -s "$(command -v "$php")" "$layers/server/bin/php"
    ln -s "$(command -v "$program")" "$layers/server/bin/php-fpm"
    # Later directories are stronger: an app's own settings are in .php/*.ini.
    printf '%s' "$layers/server/php:/workspace/.php" >"$layers/server/env/PHP_INI_SCAN_DIR.override"
    printf production >"$layers/server/env.launch/APP_ENV.default"
    describe server "launch build"
    export PATH="$layers/server/bin:$PATH" PHP_INI_SCAN_DIR="$layers/server/php:$PWD/.php"
    detail "$(php -r 'echo "PHP ", PHP_VERSION;')"
}

# The directory to serve: what composer.json names, or where the frameworks keep it.
document_root() {
    local named
    named=$(php -r 'echo json_decode(@file_get_contents("composer.json") ?: "{}", true)["extra"]["document-root"] ?? "";')
    for root in "$named" public web webroot html; do
        if [ -n "$root" ] && [ -e "$root/index.php" ]; then echo "$root"; return; fi
    done
    echo .
}

declare_start() {
    local root file
    # A file that PHP cannot read answers 500 to everybody: better no release.
    while IFS= read -r -d '' file; do
        php -l "$file" >"$HOME/lint" 2>&1 || { grep -v '^$' "$HOME/lint"; fail "$file is not valid PHP" "The line above says where. Correct it, commit and push again."; }
    done < <(find . -maxdepth 2 -name '*.php' -not -path './vendor/*' -print0)
    root=$(document_root)
    detail "Serving ${root/#./the root of the app} with nginx and php-fpm"
    printf '[[processes]]\ntype = "web"\ncommand = ["serve-php", "%s"]\ndefault = true\n' "$root" >"$layers/launch.toml"
}
