
# Who sees what of an index: structure, keys, searches.  The same of a standby,
# and in a transaction that is READ ONLY.  Keys whose type fails to print them,
# or takes long.  Functions of an operator class that want more than their owner
# may.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1, extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nmax_parallel_workers_per_gather = 0");
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE SCHEMA r;
CREATE TABLE r.t (i int, b text COLLATE "C", p point, e int[]);
INSERT INTO r.t SELECT i, 'key ' || i, point(i, i), ARRAY[i % 9] FROM generate_series(1, 3000) AS i;
CREATE INDEX of_btree ON r.t (i, b);
CREATE INDEX of_hash ON r.t USING hash (i);
CREATE INDEX of_gist ON r.t USING gist (p);
CREATE INDEX of_gin ON r.t USING gin (e);
CREATE INDEX of_brin ON r.t USING brin (i) WITH (pages_per_range = 2);
CREATE INDEX of_spgist ON r.t USING spgist (b);
CREATE ROLE owner;
CREATE ROLE nobody;
CREATE ROLE reader;
CREATE ROLE some_columns;
CREATE ROLE all_data;
CREATE ROLE all_data_above;
CREATE ROLE scans;
CREATE ROLE nosy SUPERUSER;
GRANT USAGE ON SCHEMA r TO PUBLIC;
GRANT CREATE ON SCHEMA r TO owner;
ALTER TABLE r.t OWNER TO owner;
GRANT SELECT ON r.t TO reader;
GRANT SELECT (i) ON r.t TO some_columns;
GRANT pg_read_all_data TO all_data;
GRANT all_data TO all_data_above;
GRANT pg_stat_scan_tables TO scans;
));

# What a role sees of an index, by each function: "no", "structure" or "keys".
$node->safe_psql('postgres', q(
CREATE FUNCTION r.seen(idx text, OUT seen text) LANGUAGE plpgsql AS $$
DECLARE
	query text;
	one text;
BEGIN
	FOREACH query IN ARRAY ARRAY[
		'SELECT CASE WHEN count(i.key) > 0 THEN ''keys'' WHEN count(*) > 0 THEN ''structure'' END FROM arch_inspect.index_items(%L) AS i',
		'SELECT CASE WHEN count(i.key) > 0 THEN ''keys'' WHEN count(*) > 0 THEN ''structure'' END FROM generate_series(0, pg_relation_size(%1$L) / 8192 - 1) AS b, arch_inspect.index_page_items(%1$L, b) AS i',
		'SELECT CASE WHEN count(*) > 0 THEN ''structure'' END FROM arch_inspect.index_page_stats(%L, 0)',
		'SELECT CASE WHEN count(*) > 0 THEN ''structure'' END FROM arch_inspect.index_tree(%L)',
		'SELECT CASE WHEN count(*) > 0 THEN ''structure'' END FROM arch_inspect.index_tree_pages(%L)']
	LOOP
		BEGIN
			EXECUTE format(query, idx) INTO one;
		EXCEPTION WHEN insufficient_privilege THEN one := 'no';
		END;
		seen := concat_ws(' ', seen, one);
	END LOOP;
END $$;
CREATE FUNCTION r.searched(OUT seen text) LANGUAGE plpgsql AS $$
BEGIN
	SELECT count(*) > 1 INTO seen FROM arch_inspect.index_descent('r.of_btree', 77);
EXCEPTION WHEN insufficient_privilege THEN seen := 'no';
END $$;
));

my @indexes = qw(of_btree of_hash of_gist of_gin of_brin of_spgist);

# ... of all indexes that are seen alike, and through the way of a search,
# which tells of values
sub seen
{
	my ($role, $server) = @_;

	return $server->safe_psql('postgres',
		"SET ROLE $role; BEGIN READ ONLY; SELECT DISTINCT r.seen('r.' || i) FROM unnest('{@{[join ',', @indexes]}}'::text[]) AS i; SELECT r.searched(); COMMIT");
}

my %all = (no => join(' ', ('no') x 5) . "\nno", structure => join(' ', ('structure') x 5) . "\nno",
	keys => "keys keys structure structure structure\ntrue");

sub matrix
{
	my ($name, %expected) = @_;

	is(seen($_, $node), $all{ $expected{$_} }, "$name: $_ sees $expected{$_}") foreach sort keys %expected;
}

matrix('a table', owner => 'keys', nobody => 'no', reader => 'structure', some_columns => 'no',
	all_data => 'keys', all_data_above => 'keys', scans => 'structure', nosy => 'keys');
$node->safe_psql('postgres', 'ALTER TABLE r.t ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON r.t USING (i = 1)');
matrix('with policies', owner => 'keys', reader => 'no', all_data => 'no', scans => 'structure', nosy => 'keys');
$node->safe_psql('postgres', 'ALTER TABLE r.t FORCE ROW LEVEL SECURITY');
matrix('with forced policies', owner => 'no', reader => 'no', all_data => 'no', scans => 'structure', nosy => 'keys');
$node->safe_psql('postgres', 'ALTER TABLE r.t NO FORCE ROW LEVEL SECURITY; ALTER TABLE r.t DISABLE ROW LEVEL SECURITY');

# An operator class whose owner wants the caller's rights: its comparison, and
# the expression of an index, do not run, or not as who looks.
$node->safe_psql('postgres', q(
SET ROLE owner;
CREATE TABLE r.ran (by_whom name, what text);
CREATE FUNCTION r.sly(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF current_setting('is_superuser') = 'on' OR session_user = 'nosy' AND current_user <> 'owner' THEN
		RAISE EXCEPTION 'ran as %', current_user;
	END IF;
	RETURN $1;
END $$;
CREATE FUNCTION r.sly_cmp(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF current_user NOT IN ('owner') THEN
		RAISE EXCEPTION 'compared as %', current_user;
	END IF;
	RETURN btint4cmp($1, $2);
END $$;
RESET ROLE;
CREATE FUNCTION r.sly_eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT r.sly_cmp($1, $2) = 0';
CREATE OPERATOR r.= (LEFTARG = int, RIGHTARG = int, FUNCTION = r.sly_eq);
CREATE OPERATOR CLASS r.sly_ops FOR TYPE int USING btree AS OPERATOR 3 r.=, FUNCTION 1 r.sly_cmp(int, int);
ALTER OPERATOR CLASS r.sly_ops USING btree OWNER TO owner;
ALTER OPERATOR FAMILY r.sly_ops USING btree OWNER TO owner;
ALTER FUNCTION r.sly_eq(int, int) OWNER TO owner;
SET ROLE owner;
CREATE TABLE r.few (i int);
INSERT INTO r.few SELECT generate_series(1, 2000);
CREATE INDEX of_sly ON r.few (i r.sly_ops);
CREATE INDEX of_expression ON r.few (r.sly(i)) WHERE r.sly(i) > 0;
));
is($node->safe_psql('postgres', q(
	SET SESSION AUTHORIZATION nosy;
	SELECT count(*) FROM arch_inspect.index_items('r.of_sly') WHERE key = '77';
	SELECT count(*) FROM arch_inspect.index_items('r.of_expression') WHERE key = '77';
	SELECT count(*) > 0 FROM arch_inspect.index_tree('r.of_expression');
	SELECT count(*) FILTER (WHERE matches IS NOT NULL), string_agg(problem, '; ') FROM arch_inspect.index_descent('r.of_sly', 77);
	SELECT count(*) FILTER (WHERE matches IS NOT NULL), string_agg(problem, '; ') FROM arch_inspect.index_descent('r.of_expression', 77);
)), "1\n1\nt\n1|\n1|", 'functions of an index run as its owner, or not at all');

# Types whose output functions fail, and take an hour.
$node->safe_psql('postgres', q(
CREATE TYPE r.failing;
CREATE FUNCTION r.failing_in(cstring) RETURNS r.failing LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION r.failing_out(r.failing) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'enum_out';
CREATE TYPE r.failing (INPUT = r.failing_in, OUTPUT = r.failing_out, LIKE = int4);
CREATE FUNCTION r.failing_cmp(r.failing, r.failing) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE OPERATOR CLASS r.failing_ops DEFAULT FOR TYPE r.failing USING btree AS FUNCTION 1 r.failing_cmp(r.failing, r.failing);
CREATE TYPE r.slow;
CREATE FUNCTION r.slow_in(cstring) RETURNS r.slow LANGUAGE internal IMMUTABLE STRICT AS 'float8in';
CREATE FUNCTION r.slow_out(r.slow) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'pg_sleep';
CREATE TYPE r.slow (INPUT = r.slow_in, OUTPUT = r.slow_out, LIKE = float8);
CREATE FUNCTION r.slow_cmp(r.slow, r.slow) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btfloat8cmp';
CREATE OPERATOR CLASS r.slow_ops DEFAULT FOR TYPE r.slow USING btree AS FUNCTION 1 r.slow_cmp(r.slow, r.slow);
CREATE TABLE r.bad (f r.failing, s r.slow);
INSERT INTO r.bad SELECT i::text::r.failing, '3600' FROM generate_series(1, 5) AS i;
CREATE INDEX of_failing ON r.bad (f);
CREATE INDEX of_slow ON r.bad (s);
CHECKPOINT;
));
$node->restart;
is($node->safe_psql('postgres', q(
	SELECT count(*), count(DISTINCT key), count(*) FILTER (WHERE problem ~ '^the type''s output function says: ' AND key ~ '\\\\x0[1-5]000000') FROM arch_inspect.index_items('r.of_failing');
	SELECT count(*), count(problem) FROM (SELECT itemoffset, problem FROM arch_inspect.index_items('r.of_failing') OFFSET 0) AS i;
)), "5|5|5\n5|0", 'keys that their type fails to print are bytes, and the reason');
my $start = time();
my ($rc, $out, $err) = $node->psql('postgres', q(SET statement_timeout = 300; SELECT key FROM arch_inspect.index_items('r.of_slow')));
like($err, qr/canceling statement due to statement timeout/, 'a timeout ends the output function of a key');
cmp_ok(time() - $start, '<', 20, 'and soon');

# A standby shows what the primary shows, but for what SP-GiST's meta page
# remembers, which is not in the WAL.
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', q(
DELETE FROM r.t WHERE i % 3 = 0;
VACUUM r.t;
INSERT INTO r.t SELECT i, 'late ' || i, point(i, -i), ARRAY[i % 9] FROM generate_series(1, 2000) AS i));
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
foreach my $idx (@indexes)
{
	my $sql = "SELECT count(*) > 10, count(problem), md5(string_agg(ROW(blkno, level, page_kind, itemoffset, kind, key, tids, child, dead, size, details)::text, ',')) FROM arch_inspect.index_items('r.$idx') WHERE kind <> 'last used page'";
	my $pages = "SELECT md5(string_agg(s::text, ',')) FROM generate_series(0, pg_relation_size('r.$idx') / 8192 - 1) AS b, arch_inspect.index_page_stats('r.$idx', b) AS s";
	my $tree = "SELECT md5(string_agg(t::text, ',')) FROM arch_inspect.index_tree('r.$idx') AS t";

	like($standby->safe_psql('postgres', $sql), qr/^t\|0\|/, "$idx on a standby");
	is($standby->safe_psql('postgres', "$sql; $pages; $tree"), $node->safe_psql('postgres', "$sql; $pages; $tree"), "$idx is alike there");
}
is(seen('owner', $standby), $all{keys}, 'the owner on a standby');
is(seen('reader', $standby), $all{structure}, 'and a reader');

unlike(slurp_file($_->logfile), qr/PANIC|terminated by signal|TRAP/, 'the log tells of nothing') foreach $node, $standby;
$standby->stop;
$node->stop;
done_testing();
