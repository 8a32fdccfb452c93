
# On a standby: visibility, transactions, horizons and locks as far as recovery
# knows them.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 5
track_commit_timestamp = on
));
$primary->start;
$primary->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE t (id int PRIMARY KEY, v int);
	INSERT INTO t SELECT i, 0 FROM generate_series(1, 10) AS i;
));
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', q(
hot_standby_feedback = on
wal_receiver_status_interval = 1
));
$standby->start;

# One transaction of each fate; those that run on have subtransactions, one
# more than a snapshot lists.
my $burst = q(DO $$ BEGIN FOR i IN 1 .. 70 LOOP BEGIN UPDATE t SET v = v + 1 WHERE id = 3; EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END $$);
$primary->safe_psql('postgres', qq(
	UPDATE t SET v = 1 WHERE id = 1;
	BEGIN; UPDATE t SET v = 2 WHERE id = 2; ROLLBACK;
	BEGIN; $burst; SAVEPOINT a; DELETE FROM t WHERE id = 4; PREPARE TRANSACTION 'p';
	BEGIN; SELECT FROM t WHERE id = 5 FOR SHARE; PREPARE TRANSACTION 'q';
	DELETE FROM t WHERE id = 6;
	INSERT INTO t VALUES (11, 0);
));
$primary->wait_for_catchup($standby);

my $differences = q(
	SELECT count(*) FROM arch_inspect.heap_visibility('t') AS h FULL JOIN t ON h.tid = t.ctid
	 WHERE h.visible IS DISTINCT FROM (t.ctid IS NOT NULL));
my $states = q(SELECT state, visible, count(*) FROM arch_inspect.heap_visibility('t') GROUP BY 1, 2 ORDER BY 1, 2);

is($standby->safe_psql('postgres', $differences), '0', 'the standby sees what its SELECT returns');
is($standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.heap_visibility('t') WHERE problem IS NOT NULL"),
	'0', 'and has no problem with it');
like($standby->safe_psql('postgres', $states), qr/^updating\|f\|69$/m, 'subtransactions run');
is($standby->safe_psql('postgres', "SELECT count(*), bool_and(state = 'locked') FROM arch_inspect.row_locks('t') WHERE modes = '{for share}'"),
	'1|t', 'a lock shows');
is( $standby->safe_psql('postgres', q(
		SELECT s.status, s.pid, s.gid FROM arch_inspect.heap_visibility('t') AS h, arch_inspect.transaction_status(h.decided_by) AS s
		 WHERE h.rule LIKE '%not over%' GROUP BY 1, 2, 3 ORDER BY 1)),
	'in progress||', 'a transaction of the primary runs, and nobody here runs it');
is($standby->safe_psql('postgres', 'SELECT taken_in_recovery, overflowed FROM arch_inspect.snapshot_info()'), 't|t',
	'the snapshot says where it was taken, and that it can list no more');
is($standby->safe_psql('postgres', "SELECT available FROM arch_inspect.isolation_levels WHERE isolation_level = 'serializable'"),
	'f', 'SERIALIZABLE is not to be had');
is($standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.xmin_horizons WHERE kind = 'horizon'"), '4', 'horizons are there');
is($standby->safe_psql('postgres', "SELECT DISTINCT regexp_replace(advice, '\\d+', 'N') FROM arch_inspect.xmin_horizons WHERE kind = 'horizon'"),
	'the primary hears that transactions from N on may be needed here (hot_standby_feedback)', 'and what becomes of them');
ok($standby->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.wraparound') > 10, 'so is wraparound');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.lock_waits'), '0', 'nobody waits');
is( $standby->safe_psql('postgres', q(
		SELECT answer FROM t, arch_inspect.explain_visibility('t', t.ctid) WHERE id = 4 AND question = 'verdict')),
	'visible', 'what is being deleted is seen');
is( $standby->safe_psql('postgres', q(
		SELECT string_agg(kind, ',' ORDER BY version) FROM t, arch_inspect.version_chain('t', t.ctid) WHERE id = 1)),
	'version,heap-only version', 'a chain is there');
is( $standby->safe_psql('postgres', q(
		SELECT bool_and(s.status IN ('too old', 'not yet', 'committed', 'aborted', 'in progress', 'invalid', 'bootstrap', 'frozen'))
		  FROM generate_series(0, 4294967295, 214748364) AS i, arch_inspect.transaction_status(i::text::xid) AS s)),
	't', 'any transaction id has an answer');
is( $standby->safe_psql('postgres', q(
		SELECT s.status, s.commit_time IS NOT NULL FROM t, arch_inspect.transaction_status(t.xmin) AS s WHERE id = 11)),
	'committed|t', 'commit times are those of the primary');

# feedback shows on the primary
ok( $primary->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM arch_inspect.xmin_horizons WHERE kind = 'standby feedback' AND affects = 'all databases'"),
	'the standby holds back cleanup on the primary');

# in another database it does not matter who runs where: VACUUM removes what
# is called removable, although this statement's own snapshot has to wait
$primary->safe_psql('postgres', 'CREATE DATABASE other');
$primary->safe_psql('other', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE o (a int);
	INSERT INTO o VALUES (1), (2), (3);
	DELETE FROM o WHERE a = 2;
));
$standby->stop;
$primary->poll_query_until('postgres',
	"SELECT count(*) = 0 FROM arch_inspect.xmin_horizons WHERE kind = 'standby feedback'")
  or die 'the walsender did not end';
is($primary->safe_psql('other', "SELECT tid, state FROM arch_inspect.heap_visibility('o') WHERE removable"),
	'(0,2)|dead', 'a transaction prepared in another database holds back nothing here');
$primary->safe_psql('other', 'VACUUM o');
is($primary->safe_psql('other', "SELECT count(*) FROM arch_inspect.heap_visibility('o')"), '2', 'and VACUUM thinks so too');

# after the end of what was prepared, promoted
$primary->stop('immediate');
$standby->start;
$standby->promote;
$standby->safe_psql('postgres', "COMMIT PREPARED 'p'");
$standby->safe_psql('postgres', "ROLLBACK PREPARED 'q'");
is($standby->safe_psql('postgres', $differences), '0', 'promoted, it sees what its SELECT returns');
is($standby->safe_psql('postgres', 'SELECT v FROM t WHERE id = 3'), '70', 'which is what was prepared');

$standby->stop;

done_testing();
