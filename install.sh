#!/usr/bin/env bash
# Installs Paas on this machine. ./install.sh --help
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"

# ---- building the programs -------------------------------------------------------------------------------------------------

# Lays the programs out in $1 as they are installed under /opt/paas: bin/ lib/ buildpacks/.
build_tree() {
    local tree=$1
    mkdir -p "$tree/bin" "$tree/lib"
    local aot=(-c Release -r linux-x64 -v quiet --nologo -p:DebugSymbols=false)
    dotnet publish src/Paas.Runtime "${aot[@]}" -o "$tree/lib/paas-runtime"
    dotnet publish src/Paas.Cli "${aot[@]}" -o "$tree/lib/paas"
    dotnet publish src/Paas.Daemon -c Release -v quiet --nologo -o "$tree/lib/paasd"
    dotnet publish src/Paas.Router -c Release -v quiet --nologo -o "$tree/lib/paas-router"
    local program
    for program in paas paas-runtime paasd paas-router; do
        ln -sfn "../lib/$program/$program" "$tree/bin/$program"
    done
    rm -rf "$tree/buildpacks"
    if [ -d buildpacks ]; then cp -R buildpacks "$tree/buildpacks"; fi
}

case ${1:-} in
    --pack) build_tree "$(mkdir -p "$2" && readlink -f "$2")" ;;
    *) echo "install.sh: usage: ./install.sh --pack DIR" >&2; exit 2 ;;
esac
