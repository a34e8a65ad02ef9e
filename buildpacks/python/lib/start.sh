# The process type web, which a Procfile may replace.

has_module() { python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$1') is None)" 2>/dev/null; }

# wsgi_app PATTERN: sets REPLY to MODULE:NAME of the first file that makes such an app.
find_app() {
    local file line
    REPLY=
    for file in wsgi.py asgi.py app.py main.py application.py server.py app/__init__.py app/main.py src/main.py src/app.py; do
        [ -f "$file" ] || continue
        line=$(grep -m1 -oE "^[A-Za-z_][A-Za-z0-9_]*( *: *[A-Za-z_.]+)? *= *($1)\(" "$file") || continue
        file=${file%/__init__.py}
        file=${file#src/}
        file=${file%.py}
        REPLY="${file//\//.}:${line%%[ :=]*}"
        return
    done
    return 1
}

# serve_wsgi MODULE:NAME
serve_wsgi() {
    # By the environment's own Python: a server from an Aptfile would run on another, that lacks the app's packages.
    if has_module gunicorn; then
        echo "python -m gunicorn --bind 0.0.0.0:\$PORT --access-logfile - $1"
    elif has_module waitress; then
        echo "python -m waitress --port=\$PORT $1"
    fi
}

start_command() {
    local wsgi command
    if [ -f manage.py ]; then
        wsgi=$(find . -maxdepth 3 -name wsgi.py -not -path './.*' | sort | head -n 1)
        wsgi=${wsgi#./}
        wsgi=${wsgi%.py}
        command=$([ -z "$wsgi" ] || serve_wsgi "${wsgi//\//.}:application")
        echo "${command:-python manage.py runserver --noreload 0.0.0.0:\$PORT}"
    elif find_app 'FastAPI|Starlette|fastapi\.FastAPI|Quart|Litestar' && has_module uvicorn; then
        echo "python -m uvicorn $REPLY --host 0.0.0.0 --port \$PORT"
    elif find_app 'Flask|flask\.Flask|Bottle|falcon\.App|create_app'; then
        command=$(serve_wsgi "$REPLY")
        echo "${command:-flask --app $REPLY run --host 0.0.0.0 --port \$PORT}"
    elif [ -f main.py ]; then
        echo "python main.py"
    elif [ -f app.py ]; then
        echo "python app.py"
    fi
}

# Django's static files, where its settings say where to.
collect_static() {
    [ -f manage.py ] && [ -z "${DISABLE_COLLECTSTATIC:-}" ] && has_module django || return 0
    grep -rqs --include='*.py' '^[[:space:]]*STATIC_ROOT' . || return 0
    heading "Collecting static files"
    python manage.py collectstatic --noinput ||
        fail "python manage.py collectstatic failed" "Config vars that settings need can be set with paas config:set; DISABLE_COLLECTSTATIC=1 leaves this step out."
}

declare_start() {
    local command
    command=$(start_command)
    if [ -z "$command" ]; then
        rm -f "$layers/launch.toml"
        return
    fi
    case $command in
        *runserver* | *"-m flask "*)
            detail "This is a server for development; add gunicorn to requirements.txt for one that serves several requests at a time" ;;
    esac
    toml_string "$command"
    printf '[[processes]]\ntype = "web"\ncommand = ["bash", "-c", %s]\ndefault = true\n' "$REPLY" >"$layers/launch.toml"
}
