# index.sh - index_items() over a B-tree beside bt_page_items() and an index-only
# scan; what planning takes, what memory a look takes, how soon a cancel ends it
#
# Goals, of the ratios: without keys at least 4 times as fast an item as
# bt_page_items(), with printed keys 2 times; planning under 1 ms; no more
# memory over ten times as much index; a cancel within 100 ms.

. bench/lib.sh

# 22 bytes an item: 300 MB with 13 million
case $BENCH_SIZE in small) rows=600000 ;; *) rows=13400000 ;; esac
SETUP='SET max_parallel_workers_per_gather = 0; SET jit = off; SET enable_seqscan = off; SET enable_bitmapscan = off;'

psql -X -q <<SQL
CREATE EXTENSION pageinspect;
CREATE EXTENSION pgstattuple;
CREATE EXTENSION pg_prewarm;
CREATE TABLE one (i int, x text COLLATE "C");
INSERT INTO one SELECT i, 'key ' || i FROM generate_series(1, $rows) AS i;
CREATE INDEX one_i ON one (i);
CREATE TABLE few AS TABLE one LIMIT $rows / 10;
CREATE INDEX few_i ON few (i);
CREATE INDEX few_x ON few (x);
VACUUM (FREEZE, ANALYZE) one, few;
\\o /dev/null
SELECT pg_prewarm('one_i'), pg_prewarm('few_i'), pg_prewarm('few_x');
SQL

mb=$(psql -X -A -t -c "SELECT pg_relation_size('one_i') / 1048576")
items()
{
	echo "generate_series(1, pg_relation_size('$1') / 8192 - 1) AS b, bt_page_items('$1', b)"
}
contest "all items of a B-tree of $mb MB, an integer" 3 \
	"index_items, without keys"		"SELECT count(itemoffset), count(size), count(dead) FROM arch_inspect.index_items('one_i')" \
	"index_items, addresses"		"SELECT count(tids) FROM arch_inspect.index_items('one_i')" \
	"index_items, printed keys"		"SELECT count(key) FROM arch_inspect.index_items('one_i')" \
	"bt_page_items"					"SELECT count(itemoffset), count(itemlen), count(dead) FROM $(items one_i)" \
	"index-only scan"				"SELECT count(i) FROM one WHERE i > 0"
contest "a tenth of the rows, texts" 3 \
	"index_items, without keys"		"SELECT count(itemoffset), count(size), count(dead) FROM arch_inspect.index_items('few_x')" \
	"index_items, printed keys"		"SELECT count(key) FROM arch_inspect.index_items('few_x')" \
	"index_items, all columns"		"SELECT count(i::text) FROM arch_inspect.index_items('few_x') AS i" \
	"bt_page_items"					"SELECT count(itemoffset), count(itemlen), count(data) FROM $(items few_x)" \
	"bt_page_items, all columns"	"SELECT count(i::text) FROM $(items few_x) AS i"

echo "planning, in milliseconds, of ten times each"
psql -X -q -A -t <<SQL
CREATE FUNCTION planning(query text) RETURNS numeric LANGUAGE plpgsql AS \$\$
DECLARE
	plan json;
	took numeric[];
BEGIN
	FOR i IN 1..11 LOOP
		EXECUTE 'EXPLAIN (SUMMARY, FORMAT json) ' || query INTO plan;
		IF i > 1 THEN
			took := took || (plan->0->>'Planning Time')::numeric;
		END IF;
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(took) AS t);
END \$\$;
SELECT format('  %-44s %s', q, planning(q)) FROM (VALUES
	(\$\$SELECT * FROM arch_inspect.index_items('one_i')\$\$),
	(\$\$SELECT * FROM arch_inspect.index_page_items('one_i', 1)\$\$),
	(\$\$SELECT * FROM arch_inspect.index_page_stats('one_i', 1)\$\$)) AS v (q);
SQL
echo

echo "private memory and temporary files of a look over $mb MB, after one over a tenth"
psql -X -q -A -t <<SQL
SELECT count(i::text) FROM arch_inspect.index_items('few_i') AS i \\g /dev/null
SELECT (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\\s+(\\d+)'))[1] AS before \\gset
SELECT sum(temp_bytes) AS temp FROM pg_stat_database \\gset
SELECT count(i::text) FROM arch_inspect.index_items('one_i') AS i \\g /dev/null
SELECT pg_stat_force_next_flush() \\g /dev/null
SELECT format('  %-44s %s kB more, %s bytes of temporary files', 'index_items, all columns',
	   (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\\s+(\\d+)'))[1]::int - :before,
	   (SELECT sum(temp_bytes) FROM pg_stat_database) - :temp);
SQL
echo

# What is over the time that was given is what the cancel took.
echo "a statement timeout of 200 ms, in milliseconds until the query has ended"
for query in "SELECT count(key) FROM arch_inspect.index_items('one_i'), generate_series(1, 100)" \
	"SELECT count(*) FROM arch_inspect.index_items('one_i'), generate_series(1, 100) WHERE key = 'x'" \
	"SELECT count(*) FROM (SELECT arch_inspect.index_items('one_i') FROM generate_series(1, 100)) AS s"
do
	psql -X -q > "$PRIVATE/cancel.out" 2>&1 <<SQL
SELECT count(*) FROM arch_inspect.index_items('few_i') \\g /dev/null
SET statement_timeout = 200;
\\timing on
$query;
SQL
	grep -q 'statement timeout' "$PRIVATE/cancel.out"
	printf '  %-100s %s\n' "$query" "$(sed -n 's/^Time: //p' "$PRIVATE/cancel.out")"
done
