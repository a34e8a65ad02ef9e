# A JVM takes a quarter of what a container may have; it is alone there, and may have more. What the app says itself is stronger.
_paas_limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || echo max)
case ${JAVA_OPTS:-}${JAVA_TOOL_OPTIONS:-} in
    *-Xmx* | *MaxRAMPercentage* | *MaxRAMFraction*) ;;
    *)
        # Without a limit the number is one with no meaning, larger than any memory.
        if [ "$_paas_limit" != max ] && [ "${#_paas_limit}" -lt 16 ]; then
            if [ "$_paas_limit" -le 536870912 ]; then _paas_share=60; else _paas_share=75; fi
            export JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=$_paas_share ${JAVA_TOOL_OPTIONS:-}"
        fi
        ;;
esac
unset _paas_limit _paas_share
