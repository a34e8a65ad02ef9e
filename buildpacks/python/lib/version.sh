# Python itself is Debian's, in a layer of the apt buildpack.

# asked FILE VERSION: ends the build where Debian's Python is another one.
asked() {
    local wanted=$2
    [ -n "$wanted" ] || return 0
    detail "$1 asks for Python $wanted"
    case $python_version. in "$wanted".*) return ;; esac
    # A patch release is Debian's to choose: it has the security updates.
    [ "${wanted%.*}" != "${python_version%.*}" ] || return 0
    fail "$1 asks for Python $wanted; the stack's Debian has Python $python_version" \
        "Write ${python_version%.*} there, or bring a Dockerfile that begins with FROM python:$wanted."
}

check_version() {
    heading "Using Python"
    python=$(command -v python3)
    case $python in /layers/*) ;; *) fail "Python is not among the Debian packages of this build" "Put the buildpack paas/apt before paas/python." ;; esac
    python_version=$(python3 -c 'import platform; print(platform.python_version())')
    detail "Python $python_version"
    local wanted
    if [ -f .python-version ]; then
        wanted=$(sed -n 's/^[[:space:]]*\([0-9][0-9.]*\).*/\1/p' .python-version | head -n 1)
        asked .python-version "$wanted"
    elif [ -f runtime.txt ]; then
        wanted=$(sed -n 's/^python-\([0-9][0-9.]*\).*/\1/p' runtime.txt | head -n 1)
        asked runtime.txt "$wanted"
    elif [ -f Pipfile ]; then
        wanted=$(sed -n 's/^python\(_full\)\?_version[[:space:]]*=[[:space:]]*"\([0-9.]*\)".*/\2/p' Pipfile | head -n 1)
        asked Pipfile "$wanted"
    fi
}
