# Native code that could not be compiled: what is missing, and the Debian package that has it.

# header_package HEADER: sets REPLY to a package, empty where none is known.
header_package() {
    case $1 in
        libpq-fe.h | pg_config.h | pg_config) REPLY=libpq-dev ;;
        mysql.h | mysql/mysql.h | mysqld_error.h | mysql_config | mysqlclient) REPLY=default-libmysqlclient-dev ;;
        sqlite3.h) REPLY=libsqlite3-dev ;;
        ffi.h | libffi) REPLY=libffi-dev ;;
        yaml.h) REPLY=libyaml-dev ;;
        openssl/* | libssl | libcrypto) REPLY=libssl-dev ;;
        libxml/* | libxml-2.0 | xmlversion.h) REPLY=libxml2-dev ;;
        libxslt/*) REPLY=libxslt1-dev ;;
        curl/*) REPLY=libcurl4-openssl-dev ;;
        zlib.h | zlib) REPLY=zlib1g-dev ;;
        bzlib.h) REPLY=libbz2-dev ;;
        lzma.h) REPLY=liblzma-dev ;;
        readline/*) REPLY=libreadline-dev ;;
        jpeglib.h) REPLY=libjpeg-dev ;;
        png.h) REPLY=libpng-dev ;;
        ft2build.h | freetype2) REPLY=libfreetype-dev ;;
        cairo.h | cairo/* | cairo) REPLY=libcairo2-dev ;;
        pango/* | pangocairo) REPLY=libpango1.0-dev ;;
        vips/* | vips | vips-cpp) REPLY=libvips-dev ;;
        wand/* | MagickWand/* | MagickCore | MagickCore/*) REPLY=libmagickwand-dev ;;
        ldap.h | lber.h) REPLY=libldap-dev ;;
        sasl/*) REPLY=libsasl2-dev ;;
        gmp.h) REPLY=libgmp-dev ;;
        unicode/*) REPLY=libicu-dev ;;
        sql.h | sqlext.h) REPLY=unixodbc-dev ;;
        librdkafka/*) REPLY=librdkafka-dev ;;
        zmq.h) REPLY=libzmq3-dev ;;
        uuid/*) REPLY=uuid-dev ;;
        *) REPLY= ;;
    esac
}

# explain_native LOG: ends the build where this is what its last command failed of.
explain_native() {
    local missing
    if grep -qE '(^|[ /:])(make|gcc|g\+\+|cc|c\+\+): (command )?not found|not found: make|(unable to execute|error: command) .?[^ ]*(gcc|cc|g\+\+).?(:| failed:?) No such file|No such file or directory - (make|gcc)' "$1"; then
        fail "native code is to be compiled, and there is no compiler in the build" "Write build-essential in an Aptfile."
    fi
    # As compilers, pkg-config, mkmf and configure scripts say it.
    missing=$(sed -nE \
        -e "s/.*fatal error: '?([^:' ]+)'?(:| file) (No such file|not found).*/\1/p" \
        -e "s/.*Can't find the '([^']+)' header.*/\1/p" \
        -e "s/.*checking for ([^ ]+)\.\.\. \*+ No.*/\1/p" \
        -e "s/.*checking for ([^ ]+\.h)\.\.\. no\$/\1/p" \
        -e "s/.*Package '?([^', ]+)'?,? (was not found|required by).*/\1/p" \
        -e "s/.*(pg_config|mysql_config)[: ].*(not found|No such file).*/\1/p" "$1" | head -n 1)
    [ -n "$missing" ] || return 0
    header_package "$missing"
    fail "a package with native code cannot be compiled: $missing is missing in the build" \
        "Name the Debian package that has it in an Aptfile: ${REPLY:-packages.debian.org finds it by $missing, and most end in -dev}."
}
