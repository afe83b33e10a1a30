#!/bin/sh
# save_ptxas_report.sh REPORT COMMAND...: runs a compilation; what -Xptxas=-v says goes to the
# report, everything else to where it would have gone.
report=$1
shift
"$@" 2>"$report.all"
status=$?
grep -E "^ptxas info|bytes stack frame" "$report.all" >"$report"
grep -v -E "^ptxas info|bytes stack frame" "$report.all" >&2
rm -f "$report.all"
exit $status
