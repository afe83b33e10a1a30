# shellcheck shell=bash
# Runs steps one after the other within a time budget, for gpu_check.sh: a step that fails or takes
# too long does not stop the others. Every step leaves OUT/NAME.log; steps_finish writes
# OUT/summary.txt and OUT/summary.json.
#
#   steps_start OUT SECONDS      steps_dry_run=true before it prints the steps instead
#   step NAME SECONDS COMMAND    `timeout` after SECONDS, or what is left of the budget
#   skip NAME REASON
#   steps_finish                 false where a step failed

steps_dry_run=${steps_dry_run:-false}

steps_start() {
    steps_out=$1
    steps_end=$(($(date +%s) + $2))
    steps_names=()
    steps_states=()
    steps_seconds=()
    steps_notes=()
    steps_child=
    $steps_dry_run || mkdir -p "$steps_out"
    trap 'if [ -n "$steps_child" ]; then kill "$steps_child"; fi; exit 130' INT TERM
}

note_step() { # NAME STATE SECONDS NOTE
    steps_names+=("$1")
    steps_states+=("$2")
    steps_seconds+=("$3")
    steps_notes+=("$4")
    printf '%-18s %-8s %4s s  %s\n' "$1" "$2" "$3" "$4"
}

skip() {
    if $steps_dry_run; then
        printf '%-18s skipped: %s\n' "$1" "$2"
    else
        note_step "$1" skipped 0 "$2"
    fi
}

step() {
    local name=$1 limit=$2 start left status=0
    shift 2
    if $steps_dry_run; then
        printf '%-18s %4s s  %s\n' "$name" "$limit" "${*@Q}"
        return
    fi
    start=$(date +%s)
    left=$((steps_end - start))
    if [ "$left" -lt 5 ]; then
        skip "$name" "the time budget is used up"
        return
    fi
    if [ "$left" -lt "$limit" ]; then limit=$left; fi
    # In the background, for a signal to this script is handled while it waits.
    timeout --kill-after=5 "$limit" "$@" >"$steps_out/$name.log" 2>&1 </dev/null &
    steps_child=$!
    wait "$steps_child" || status=$?
    steps_child=
    local taken=$(($(date +%s) - start))
    case $status in
        0) note_step "$name" ok "$taken" "" ;;
        124 | 137) note_step "$name" failed "$taken" "stopped after $limit s, see $name.log" ;;
        *) note_step "$name" failed "$taken" "exit code $status, see $name.log" ;;
    esac
}

# The text as a JSON string.
json_string() {
    local text=$1
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    printf '"%s"' "${text//[[:cntrl:]]/ }"
}

# {"machine": ..., "steps": [...], "results": {NAME: what OUT/NAME.json holds}}
write_summary_json() {
    local i file separator=
    printf '{\n"machine": %s,\n"steps": [' "$(json_string "$1")"
    for i in "${!steps_names[@]}"; do
        printf '%s\n {"name": %s, "state": "%s", "seconds": %s, "note": %s}' "$separator" \
            "$(json_string "${steps_names[i]}")" "${steps_states[i]}" "${steps_seconds[i]}" \
            "$(json_string "${steps_notes[i]}")"
        separator=,
    done
    printf '\n],\n"results": {'
    separator=
    for i in "${!steps_names[@]}"; do
        file=$steps_out/${steps_names[i]}.json
        # What a stopped step left may be half an object.
        if [ "${steps_states[i]}" != ok ] || [ ! -s "$file" ]; then continue; fi
        printf '%s\n%s: ' "$separator" "$(json_string "${steps_names[i]}")"
        cat "$file"
        separator=,
    done
    printf '\n}\n}\n'
}

# Summaries; MACHINE is a line about it. What stands in OUT/figures.txt follows the table of steps.
steps_finish() {
    local machine=$1 i failed=0
    $steps_dry_run && return 0
    {
        printf '%s\n\n%-18s %-8s %6s  %s\n' "$machine" step state time note
        for i in "${!steps_names[@]}"; do
            printf '%-18s %-8s %4s s  %s\n' "${steps_names[i]}" "${steps_states[i]}" \
                "${steps_seconds[i]}" "${steps_notes[i]}"
        done
        if [ -f "$steps_out/figures.txt" ]; then cat "$steps_out/figures.txt"; fi
    } >"$steps_out/summary.txt"
    write_summary_json "$machine" >"$steps_out/summary.json"
    for i in "${steps_states[@]}"; do
        if [ "$i" = failed ]; then failed=1; fi
    done
    return $failed
}
