# ASP.NET Core listens on the port that the platform names, unless the app has said where.
if [ -z "${ASPNETCORE_URLS:-}${URLS:-}${ASPNETCORE_HTTP_PORTS:-}${HTTP_PORTS:-}" ] && [ -n "${PORT:-}" ]; then
    # The first is what every version understands, the second is for those that look there only.
    export ASPNETCORE_URLS="http://*:$PORT" HTTP_PORTS="$PORT"
fi
