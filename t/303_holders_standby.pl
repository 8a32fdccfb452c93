
# Holders that only replication knows: a standby's queries with and without a
# slot, transactions of the primary as the standby sees them, and slots that
# were invalidated.  Judged by VACUUM VERBOSE where there is one.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 5
max_slot_wal_keep_size = 1MB
fsync = off
));
$primary->start;
my $major = $primary->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000");
$primary->safe_psql('postgres', $_) foreach ('CREATE EXTENSION arch_inspect', 'CREATE TABLE t (id int PRIMARY KEY, v int)',
	'INSERT INTO t SELECT i, 0 FROM generate_series(1, 20) AS i');
$primary->backup('b');

sub standby
{
	my ($name, $slot) = @_;
	my $standby = PostgreSQL::Test::Cluster->new($name);
	$standby->init_from_backup($primary, 'b', has_streaming => 1);
	$standby->append_conf('postgresql.conf', "hot_standby_feedback = on\nwal_receiver_status_interval = 1s\nmax_standby_streaming_delay = -1");
	if ($slot)
	{
		$primary->safe_psql('postgres', "SELECT pg_create_physical_replication_slot('$slot', true)");
		$standby->append_conf('postgresql.conf', "primary_slot_name = '$slot'");
	}
	$standby->start;
	return $standby;
}

# What VACUUM keeps, what why_dead() says that it keeps, and by whom
sub judge
{
	my ($table) = @_;
	my $why = $primary->safe_psql('postgres', "SELECT kind, holder, versions FROM arch_inspect.why_dead('$table') WHERE kind <> 'removable'");
	my ($ret, $out, $err) = $primary->psql('postgres', "VACUUM (VERBOSE) $table");
	$err =~ /(\d+) are dead but not yet removable/ or die $err;
	like($why, qr/^kept\|\|$1$/m, "VACUUM keeps $1 of $table, as foreseen");
	return $why;
}

# without a slot it is the walsender that holds, for all databases
my $standby = standby('standby', '');
my $reader = $standby->background_psql('postgres');
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t');
$primary->poll_query_until('postgres', "SELECT count(*) = 1 FROM arch_inspect.xmin_horizons WHERE kind = 'standby feedback'") or die;
$primary->safe_psql('postgres', 'UPDATE t SET v = 1 WHERE id <= 5');
$primary->safe_psql('postgres', 'UPDATE t SET v = 1 WHERE id = 9');
like(judge('t'), qr/^standby feedback\|walsender \d+ for a standby\|6$/m, 'a query of the standby keeps them');
is( $primary->safe_psql('postgres', "SELECT tables, harmless, affects FROM arch_inspect.xmin_horizons WHERE kind = 'standby feedback'"),
	'{"shared tables","catalog tables","ordinary tables"}|f|all databases', 'in tables of all kinds but temporary ones');
like($primary->safe_psql('postgres', "SELECT explanation FROM arch_inspect.explain_visibility('t', '(0,1)') WHERE question = 'may VACUUM remove it?'"),
	qr/; it is kept by process \d+, for a standby's queries\.$/, 'explain_visibility says so');

# as the standby sees what runs on the primary
my $writer = $primary->background_psql('postgres');
$writer->query_safe('BEGIN; UPDATE t SET v = 2 WHERE id = 20');
my $xid = $writer->query_safe('SELECT pg_current_xact_id()');
$primary->safe_psql('postgres', 'UPDATE t SET v = 2 WHERE id = 19');
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', "SELECT holder, xid, affects, harmless FROM arch_inspect.xmin_horizons WHERE kind = 'primary'"),
	"transaction $xid of the primary|$xid|all databases|f", 'a transaction of the primary counts on the standby');
is( $standby->safe_psql('postgres', q(
		SELECT count(DISTINCT xmin), bool_and(xmin <= (SELECT min(h.xmin::text::bigint)::text::xid8 FROM arch_inspect.xmin_horizons AS h WHERE NOT h.harmless AND h.kind <> 'horizon'))
		  FROM arch_inspect.xmin_horizons WHERE kind = 'horizon')),
	'1|t', 'and there is one horizon for all tables');
$writer->query_safe('COMMIT');
$writer->quit;
$reader->query_safe('COMMIT');
$reader->quit;
$standby->stop;
$primary->poll_query_until('postgres', "SELECT count(*) = 0 FROM arch_inspect.xmin_horizons WHERE kind = 'standby feedback'") or die;
like(judge('t'), qr/^kept\|\|0$/, 'gone, it keeps nothing');

# with a slot it is the slot that holds, and goes on when the standby is gone
$standby = standby('slotted', 'regress_slot');
$reader = $standby->background_psql('postgres');
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t');
$primary->poll_query_until('postgres', "SELECT count(*) = 1 FROM arch_inspect.xmin_horizons WHERE kind = 'replication slot'") or die;
$primary->safe_psql('postgres', 'UPDATE t SET v = 3 WHERE id <= 4');
$primary->safe_psql('postgres', 'SELECT pg_stat_force_next_flush()');
like(judge('t'), qr/^replication slot\|replication slot regress_slot\|4$/m, 'its slot keeps them');
like($primary->safe_psql('postgres', "SELECT held_back_by FROM arch_inspect.autovacuum_forecast WHERE relation = 't'::regclass"),
	qr/^replication slot regress_slot \(\d+ transactions back\)$/, 'and the forecast names it');
# (it goes before its reader does, or it would tell that nobody reads any more)
$standby->stop('immediate');
eval { $reader->quit };
like(judge('t'), qr/^replication slot\|replication slot regress_slot\|\d+$/m, 'also without a standby');

# a logical slot holds catalogs alone, and what was invalidated nothing
$primary->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('regress_logical', 'test_decoding')");
$primary->safe_psql('postgres', 'CREATE TABLE gone (a int, b int)');
$primary->safe_psql('postgres', 'DROP TABLE gone');
like(judge('pg_attribute'), qr/^replication slot catalog_xmin\|replication slot regress_logical\|\d+$/m, 'a logical slot keeps rows of catalogs');
foreach (1 .. 4)
{
	$primary->safe_psql('postgres', 'SELECT pg_logical_emit_message(false, \'x\', repeat(\'x\', 10000)); SELECT pg_switch_wal()');
}
$primary->safe_psql('postgres', 'CHECKPOINT');
ok($primary->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_replication_slots WHERE wal_status = 'lost'"), 'both slots are lost');
is( $primary->safe_psql('postgres', q(
		SELECT DISTINCT holder, harmless, reason, oldest, advice ~ 'anew: SELECT pg_drop_replication_slot' FROM arch_inspect.xmin_horizons
		 WHERE kind LIKE 'replication slot%' ORDER BY 1)),
	"regress_logical|t|the slot was invalidated|f|t\nregress_slot|t|the slot was invalidated|f|t", 'they hold nothing, and it is said why');
like(judge('t'), qr/^kept\|\|0$/, 'VACUUM is not held back');
like(judge('pg_attribute'), qr/^kept\|\|0$/, 'nor in catalogs');
is($primary->safe_psql('postgres', 'SELECT count(held_back_by) FROM arch_inspect.autovacuum_forecast'), '0', 'and the forecast blames nobody');

# the session of another database counts in shared catalogs alone
$primary->safe_psql('postgres', $_) foreach ('CREATE DATABASE other', 'CREATE ROLE regress_someone');
my $other = $primary->background_psql('other');
$other->query_safe('BEGIN; SELECT pg_current_xact_id()');
my $pid = $other->query_safe('SELECT pg_backend_pid()');
$primary->safe_psql('postgres', $_) foreach ("COMMENT ON ROLE regress_someone IS 'a'", "COMMENT ON ROLE regress_someone IS 'b'", 'UPDATE t SET v = 4 WHERE id = 3');
like(judge('t'), qr/^kept\|\|0$/, 'a session of another database keeps nothing here');
like(judge('pg_shdescription'), qr/^backend\|client backend $pid\|\d+$/m, 'but in a shared catalog');
$other->quit;

SKIP:
{
	skip 'the setting went with 16', 2 if $major >= 16;
	$primary->safe_psql('postgres', 'ALTER SYSTEM SET vacuum_defer_cleanup_age = 1000');
	$primary->reload;
	ok($primary->poll_query_until('postgres', "SELECT count(*) = 2 FROM arch_inspect.xmin_horizons WHERE kind = 'setting'"), 'a setting defers cleanup');
	$primary->safe_psql('postgres', 'UPDATE t SET v = 5 WHERE id = 5');
	like(judge('t'), qr/^setting\|setting vacuum_defer_cleanup_age\|\d+$/m, 'and keeps rows');
}

$primary->stop;
done_testing();
