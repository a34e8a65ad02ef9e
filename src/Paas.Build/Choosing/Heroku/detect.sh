#!/usr/bin/env bash
# Runs the detect of a buildpack of Heroku's API, which says no with 1.
if [ -f "$CNB_BUILDPACK_DIR/later" ]; then
    echo "asked when those before it have built"
    exit 0
fi
export STACK=heroku-22
said=$("$CNB_BUILDPACK_DIR/target/bin/detect" "$PWD")
status=$?
[ -z "$said" ] || printf '%s\n' "$said"
[ $status -eq 0 ] || exit 100
