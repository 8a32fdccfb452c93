
# The forecast of autovacuum agrees with what autovacuum does: just below each
# threshold it leaves a table alone, just above it acts.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
autovacuum = on
autovacuum_naptime = 1s
autovacuum_vacuum_threshold = 20
autovacuum_vacuum_scale_factor = 0.1
autovacuum_vacuum_insert_threshold = 30
autovacuum_vacuum_insert_scale_factor = 0.1
autovacuum_analyze_threshold = 10
autovacuum_analyze_scale_factor = 0.1
log_autovacuum_min_duration = 0
));
$node->start;
my $major = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000");

# A case: a table, what is done to it, and the rules that are then due.  Each
# has 100 rows as of its ANALYZE, and no autovacuum until all have been set up.
# Where dead rows or inserts count, an analyze would change the row count that
# the threshold is made of, so it is kept away.
my @cases = (
	[ 'dead_at', 'autovacuum_analyze_threshold = 1000', 'DELETE FROM dead_at WHERE i <= 30', '' ],
	[ 'dead_above', 'autovacuum_analyze_threshold = 1000', 'DELETE FROM dead_above WHERE i <= 31', 'vacuum of dead rows' ],
	[ 'analyze_at', '', 'UPDATE analyze_at SET i = i WHERE i <= 20', '' ],
	[ 'analyze_above', '', 'UPDATE analyze_above SET i = i WHERE i <= 21', 'analyze' ],
	[ 'insert_at', 'autovacuum_analyze_threshold = 1000', 'INSERT INTO insert_at SELECT generate_series(1, 40)', '' ],
	[ 'insert_above', 'autovacuum_analyze_threshold = 1000', 'INSERT INTO insert_above SELECT generate_series(1, 41)', 'vacuum of inserted rows' ],
	[ 'insert_off', 'autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 1000', 'INSERT INTO insert_off SELECT generate_series(1, 500)', '' ],
	[ 'own_at', 'autovacuum_vacuum_threshold = 5, autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 1000', 'DELETE FROM own_at WHERE i <= 5', '' ],
	[ 'own_above', 'autovacuum_vacuum_threshold = 5, autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 1000', 'DELETE FROM own_above WHERE i <= 6', 'vacuum of dead rows' ],
	[ 'disabled', 'autovacuum_enabled = off', 'DELETE FROM disabled', '' ]);
push @cases,
  [ 'capped', 'autovacuum_vacuum_max_threshold = 7, autovacuum_analyze_threshold = 1000', 'DELETE FROM capped WHERE i <= 8', 'vacuum of dead rows' ],
  [ 'uncapped', 'autovacuum_vacuum_max_threshold = 8, autovacuum_analyze_threshold = 1000', 'DELETE FROM uncapped WHERE i <= 8', '' ]
  if $major >= 18;

$node->safe_psql('postgres', 'ALTER SYSTEM SET autovacuum = off');
$node->reload;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
foreach my $case (@cases)
{
	my ($table, $options, $change) = @$case;
	my $with = $options ? "WITH ($options)" : '';
	$node->safe_psql('postgres', qq(
		CREATE TABLE $table (i int) $with;
		INSERT INTO $table SELECT generate_series(1, 100);
		SELECT pg_stat_force_next_flush();
		VACUUM ANALYZE $table;
		SELECT pg_stat_force_next_flush();
		$change;
		SELECT pg_stat_force_next_flush();));
}

is($node->safe_psql('postgres', 'SELECT bool_or(enabled) FROM arch_inspect.autovacuum_forecast'),
	'f', 'nothing is due by its counts while autovacuum is off');
my $stop = $node->safe_psql('postgres', q(
	SELECT pg_stat_get_dead_tuples('disabled'::regclass)));
is($stop, '100', 'the counts are there');

# The forecast as the server will see it: ask with autovacuum on, in a
# session that reads before any worker comes.
my $forecast = $node->safe_psql('postgres', q(
	SELECT relid::regclass || ':' || array_to_string(array_remove(ARRAY[
			CASE WHEN dead_rows > vacuum_threshold AND relid <> 'disabled'::regclass THEN 'vacuum of dead rows' END,
			CASE WHEN inserted_rows > insert_threshold AND relid <> 'disabled'::regclass THEN 'vacuum of inserted rows' END,
			CASE WHEN modified_rows > analyze_threshold AND relid <> 'disabled'::regclass THEN 'analyze' END], NULL), ',')
	  FROM arch_parts.autovacuum_thresholds() JOIN pg_class AS c ON c.oid = relid
	 WHERE c.relnamespace = 'public'::regnamespace
	 ORDER BY relid::regclass::text COLLATE "C"));
my $expected = join "\n", map { "$_->[0]:$_->[3]" } sort { $a->[0] cmp $b->[0] } @cases;
is($forecast, $expected, 'the thresholds tell what is due');

# A transaction that holds cleanup back is named.
my $holder = $node->background_psql('postgres');
$holder->set_query_timer_restart;
$holder->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
is($node->safe_psql('postgres', q(
	SELECT held_back_by IS NULL FROM arch_inspect.autovacuum_forecast WHERE relation = 'dead_above'::regclass)),
	't', 'a snapshot from after all transactions keeps nothing');
$node->safe_psql('postgres', 'SELECT pg_current_xact_id()');
like($node->safe_psql('postgres', q(
	SELECT held_back_by FROM arch_inspect.autovacuum_forecast WHERE relation = 'dead_above'::regclass)),
	qr/^client backend \d+ \(\d+ transactions back\)$/, 'an old snapshot is named');
$holder->query_safe('COMMIT');
$holder->quit;

# Autovacuum at work.
$node->safe_psql('postgres', 'ALTER SYSTEM RESET autovacuum');
$node->reload;
foreach my $case (@cases)
{
	my ($table, undef, undef, $due) = @$case;
	$node->poll_query_until('postgres', qq(
		SELECT autovacuum_count > 0 FROM pg_stat_user_tables WHERE relname = '$table'))
	  or die "no vacuum of $table"
	  if $due =~ /vacuum/;
	$node->poll_query_until('postgres', qq(
		SELECT autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = '$table'))
	  or die "no analyze of $table"
	  if $due =~ /analyze/;
}
# A table made now and visited shows that a whole round has passed by the rest.
$node->safe_psql('postgres', q(
	CREATE TABLE zz_last (i int);
	INSERT INTO zz_last SELECT generate_series(1, 1000);
	SELECT pg_stat_force_next_flush()));
$node->poll_query_until('postgres',
	"SELECT autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = 'zz_last'");
my $done = $node->safe_psql('postgres', q(
	SELECT relname || ':' || concat_ws(',', CASE WHEN autovacuum_count > 0 THEN 'vacuum' END,
										   CASE WHEN autoanalyze_count > 0 THEN 'analyze' END)
	  FROM pg_stat_user_tables WHERE relname <> 'zz_last' ORDER BY relname COLLATE "C"));
(my $acted = $expected) =~ s/vacuum of \w+ rows/vacuum/g;
is($done, $acted, 'autovacuum did what the forecast said, and nothing else');
is($node->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.autovacuum_forecast AS f JOIN pg_class AS c ON c.oid = f.relation
	 WHERE c.relnamespace = 'public'::regnamespace AND f.due <> '{}')),
	'0', 'then nothing is due any more');
is($node->safe_psql('postgres', q(
	SELECT enabled, dead_rows > 0 FROM arch_inspect.autovacuum_forecast WHERE relation = 'disabled'::regclass)),
	'f|t', 'a table with autovacuum off is left alone');

# Wraparound: a forced vacuum comes even there, at the age it was forecast for.
$node->safe_psql('postgres', 'ALTER TABLE disabled SET (autovacuum_freeze_max_age = 100000)');
is($node->safe_psql('postgres', q(
	SELECT xid_age_limit, due, wraparound_percent < 100
	  FROM arch_inspect.autovacuum_forecast WHERE relation = 'disabled'::regclass)),
	'100000|{}|t', 'an age below its limit is not due');
$node->safe_psql('postgres', q(ALTER SYSTEM SET autovacuum = off));
$node->reload;
$node->safe_psql('postgres', q(
	CREATE TABLE burnt (i int);
	DO $$ BEGIN FOR n IN 1 .. 100100 LOOP
		BEGIN INSERT INTO burnt VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END;
	END LOOP; END $$));
is($node->safe_psql('postgres', q(
	SELECT enabled, due FROM arch_inspect.autovacuum_forecast WHERE relation = 'disabled'::regclass)),
	'f|{"vacuum against wraparound"}', 'an age above its limit is due, even with autovacuum off');
$node->safe_psql('postgres', q(ALTER SYSTEM RESET autovacuum));
$node->reload;
ok($node->poll_query_until('postgres',
	"SELECT autovacuum_count > 0 FROM pg_stat_user_tables WHERE relname = 'disabled'"),
	'and autovacuum comes');

$node->stop;
done_testing();
