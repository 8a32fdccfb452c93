# storage.sh - readers of a table that others truncate, rewrite, alter and drop:
# no error but those that the documentation names, and no page that looks bad
#
# SOAK_SECONDS: how long (180).

seconds=${SOAK_SECONDS:-180}

psql -X -q -f soak/storage.sql
psql -X -q -c "CALL look($seconds)" & one=$!
PGOPTIONS='-c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0' \
	psql -X -q -c "CALL look($seconds)" & two=$!
rounds=0
while kill -0 $one 2>/dev/null
do
	psql -X -q -v ON_ERROR_STOP=1 -f soak/storage_change.sql
	rounds=$((rounds + 1))
done
wait $one
wait $two
echo "  the table was changed $rounds times"
[ "$rounds" -gt 0 ]
errors=$(psql -X -A -t -c 'SELECT DISTINCT state, message FROM errors')
[ -z "$errors" ] || { echo "$errors"; exit 1; }
