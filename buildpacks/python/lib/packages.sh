# The app's packages, in a virtual environment that is a layer.

wheels() { dirname "$(find -L /layers/*/build-packages/usr/share/python-wheels -name 'pip-*.whl' 2>/dev/null | head -n 1)"; }

# pip from Debian's wheel; the environment itself stays free of it.
pip() {
    PYTHONPATH=$(ls "$wheels"/pip-*.whl) "$python" -m pip --python "$layers/venv/bin/python" \
        --disable-pip-version-check --no-input --cache-dir "$layers/pip-cache" "$@"
}

# What pip said, in words of what to do.
explain_pip() {
    local log=$1
    if grep -qE 'Max retries exceeded|NewConnectionError|ConnectTimeout|Name or service not known|Temporary failure|Connection (refused|reset|broken)|ProxyError|Could not fetch URL' "$log"; then
        local host=${PIP_INDEX_URL:-https://pypi.org}
        host=${host#*://}
        host=${host#*@}
        fail "the Python package index ${host%%/*} cannot be reached from this server" \
            "Name one that can: paas config:set PIP_INDEX_URL=https://MIRROR/simple, or commit wheels and write '--no-index' and '--find-links DIRECTORY' in requirements.txt."
    elif grep -qE "(No matching distribution|Could not find a version)" "$log"; then
        fail "$(sed -n 's/^ERROR: No matching distribution found for /there is no package /p' "$log" | head -n 1)" "Correct its name or version in $source_file; the lines above list the versions there are."
    elif grep -q 'hash' "$log" && grep -q 'DO NOT MATCH\|do not match' "$log"; then
        fail "$source_file is out of date: a package has another hash than it says" "Lock again, commit $source_file and push."
    fi
    explain_native "$log"
    fail "pip install failed" "The lines above say why. Correct $source_file, commit and push again."
}

install_packages() {
    local log=$HOME/pip.log options=()
    forget venv
    if grep -rqs '^[[:space:]]*python3-' Aptfile; then options+=(--system-site-packages); fi
    "$python" -m venv --without-pip "${options[@]}" "$layers/venv" || fail "the virtual environment cannot be made"
    [ -s "$HOME/requirements.txt" ] || return 0
    detail "pip install, from $source_file"
    # Debian's setuptools and wheel are there for packages that are built from source.
    export PIP_FIND_LINKS="${PIP_FIND_LINKS:+$PIP_FIND_LINKS }$wheels" PIP_RETRIES=${PIP_RETRIES:-2} PIP_DEFAULT_TIMEOUT=${PIP_DEFAULT_TIMEOUT:-20}
    CPATH="$(echo /layers/*/build-packages/usr/include/python3.*):${CPATH:-}" \
        pip install --no-warn-script-location --progress-bar off ${pip_option:+"$pip_option"} -r "$HOME/requirements.txt" 2>&1 | tee "$log" || explain_pip "$log"
}

provide_packages() {
    local key facts
    heading "Installing packages"
    wheels=$(wheels)
    mkdir -p "$layers/pip-cache"
    describe pip-cache cache
    # pip's own modules know what ranges of versions and markers mean.
    facts=$(PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$(ls "$wheels"/pip-*.whl) "$python" "$CNB_BUILDPACK_DIR/lib/requirements.py" "$HOME/requirements.txt" 2>"$HOME/facts.log") ||
        fail "the packages of this app cannot be read: $(tail -n 1 "$HOME/facts.log")" "Correct the file, commit and push again."
    source_file=${facts%%$'\n'*}
    key="${facts##*$'\n'} $python_version $CNB_STACK_ID $({ cat Aptfile 2>/dev/null || true; } | cksum | cut -d' ' -f1)"
    if [ -f requirements.txt ] && { [ -f poetry.lock ] || [ -f uv.lock ]; }; then
        detail "requirements.txt is what counts; delete it to be built from the lockfile"
    fi
    pip_option=$(sed -n 2p <<<"$facts")
    if restored venv key "$key"; then
        detail "Using the packages from the cache: ${source_file:-the app} is unchanged"
    else
        install_packages
    fi
    bill_once venv "$layers/venv"
    mkdir -p "$layers/venv/env.launch" "$layers/venv/env"
    printf 1 >"$layers/venv/env.launch/PYTHONUNBUFFERED.default"
    printf 2 >"$layers/venv/env.launch/WEB_CONCURRENCY.default"
    printf '%s' "$layers/venv" >"$layers/venv/env/VIRTUAL_ENV.override"
    # Code in the root, or in src, is found wherever the process begins.
    if [ -d src ]; then printf '/workspace:/workspace/src'; else printf /workspace; fi >"$layers/venv/env.launch/PYTHONPATH.prepend"
    printf : >"$layers/venv/env.launch/PYTHONPATH.delim"
    describe venv "launch build cache" key "$key"
    export PATH="$layers/venv/bin:$PATH"
}
