#!/bin/sh
# Makes the csv files that lockdown.json names.
#
#     sh prepare.sh DATA OUT
#
# DATA is a folder with three files from the replication archive of Pichler, Pangallo, del
# Rio-Chanona, Lafond and Farmer (2022), doi:10.5281/zenodo.5881855:
#     WIOD_shockdata.csv       shocks by industry, United Kingdom, spring 2020
#     table_ratio_inv_go.csv   stocks over monthly output by industry
#     wiod2016_56.csv          ratings, a header product,A01,A02,... and a line per product:
#                              1 critical, 0.5 important, 0 not
# OUT is a folder to create. lockdown.json is copied there.
set -eu
[ $# -eq 2 ] || { echo "usage: sh prepare.sh DATA OUT" >&2; exit 2; }
data=$1
out=$2
mkdir "$out"
cp "$(dirname "$0")/lockdown.json" "$out/lockdown.json"

# Columns: number, industry, supply shock, shock to households, other final demand before and after.
shocks() {
    tr -d '"\r' < "$data/WIOD_shockdata.csv" |
        awk -F, -v what="$1" 'BEGIN { print "code,amount" }
            NR == 1 { next }
            what == "supply" { value = 0 - $3 }
            what == "households" { value = $4 }
            what == "other" { value = $6 / $5 - 1 }
            { printf "%s,%.17g\n", $2, value }'
}
shocks supply > "$out/supply.csv"
shocks households > "$out/households.csv"
shocks other > "$out/other.csv"

# Industry, "its name, with commas", months of all stocks, of stocks of inputs. Thirty days a month.
tr -d '\r' < "$data/table_ratio_inv_go.csv" |
    sed 's/,"[^"]*",/,/; s/"//g' |
    awk -F, 'BEGIN { print "sector,days" }
        NR > 1 && $2 != "NA" { printf "%s,%.17g\n", $1, 30 * $2 }' > "$out/stocks.csv"

tr -d '"\r' < "$data/wiod2016_56.csv" |
    awk -F, 'BEGIN { print "product,user,c" }
        NR == 1 { for (j = 2; j <= NF; ++j) user[j] = $j; next }
        { for (j = 2; j <= NF; ++j) if ($j != 0) print $1 "," user[j] "," $j }' > "$out/ratings.csv"
