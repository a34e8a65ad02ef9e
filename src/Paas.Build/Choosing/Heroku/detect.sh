#!/usr/bin/env bash
# Runs the detect of a buildpack of Heroku's API, which says no with 1.
export STACK=heroku-22
said=$("$CNB_BUILDPACK_DIR/target/bin/detect" "$PWD")
status=$?
[ -z "$said" ] || printf '%s\n' "$said"
[ $status -eq 0 ] || exit 100
