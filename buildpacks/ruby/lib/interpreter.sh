# Ruby itself is Debian's, in a layer of the apt buildpack, which this makes work where it is.

# asked FILE VERSION: ends the build where Debian's Ruby is another one.
asked() {
    local wanted=$2
    [ -n "$wanted" ] || return 0
    detail "$1 asks for Ruby $wanted"
    case $ruby_version. in "$wanted".*) return ;; esac
    # A patch release is Debian's to choose: it has the security updates. Bundler takes a Gemfile at its word.
    if [ "$1" != Gemfile ] && [ "${wanted%.*}" = "${ruby_version%.*}" ]; then return; fi
    fail "$1 asks for Ruby $wanted; the stack's Debian has Ruby $ruby_version" \
        "Write $([ "$1" = Gemfile ] && echo "ruby \"~> ${ruby_version%.*}.0\"" || echo "${ruby_version%.*}") there, or bring a Dockerfile that begins with FROM ruby:$wanted."
}

check_version() {
    local wanted
    if [ -f .ruby-version ]; then
        wanted=$(sed -n 's/^[[:space:]]*\(ruby-\)\?\([0-9][0-9.]*\).*/\2/p' .ruby-version | head -n 1)
        asked .ruby-version "$wanted"
    fi
    # Ranges are Bundler's to compare.
    wanted=$(sed -nE "s/^[[:space:]]*ruby[[:space:](]+[\"']=?[[:space:]]*([0-9][0-9.]*)[\"'].*/\1/p" Gemfile | head -n 1)
    asked Gemfile "$wanted"
}

provide_ruby() {
    local program root arch headers file directory layer=$layers/ruby
    heading "Using Ruby"
    program=$(command -v ruby || true)
    case $program in /layers/*) ;; *) fail "Ruby is not among the Debian packages of this build" "Put the buildpack paas/apt before paas/ruby." ;; esac
    root=${program%/usr/bin/ruby}
    arch=$(dirname "$(echo "$root"/usr/lib/*/ruby/3.*/rbconfig.rb)")
    headers=$(echo /layers/*/build-packages/usr/include)
    rm -rf "$layer"
    mkdir -p "$layer/boot" "$layer/env"
    for file in rbconfig rubygems; do
        sed -e "s|@ROOT@|$root|g" -e "s|@ARCH@|$arch|g" -e "s|@HEADERS@|$headers|g" "$CNB_BUILDPACK_DIR/lib/$file.rb" >"$layer/boot/$file.rb"
    done
    # Character sets are looked for before that file is.
    ln -s "$arch/enc" "$layer/boot/enc"
    printf '%s' "$layer/boot" >"$layer/env/RUBYLIB.prepend"
    printf : >"$layer/env/RUBYLIB.delim"
    printf C.UTF-8 >"$layer/env/LANG.default"
    export RUBYLIB="$layer/boot${RUBYLIB:+:$RUBYLIB}" LANG=${LANG:-C.UTF-8}
    ruby_version=$(ruby -e 'print RUBY_VERSION') || fail "Ruby does not start"
    ruby_api=${arch##*/}
    gem_path=$root/usr/lib/ruby/gems/$ruby_api
    for directory in "$root/usr/share/rubygems-integration/$ruby_api" "$root/usr/share/rubygems-integration/all" "$root"/usr/lib/*/rubygems-integration/"$ruby_api"; do
        if [ -d "$directory" ]; then gem_path+=:$directory; fi
    done
    bundler_version=$(compgen -G "$root/usr/share/rubygems-integration/all/specifications/bundler-*.gemspec" | head -n 1)
    bundler_version=${bundler_version##*/bundler-}
    bundler_version=${bundler_version%.gemspec}
    describe ruby "launch build"
    detail "Ruby $ruby_version, Bundler $bundler_version"
    check_version
}
