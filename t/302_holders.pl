
# Who keeps dead row versions, with VACUUM VERBOSE as the judge: at random
# moments of a random history, why_dead() says of every table how many VACUUM
# then keeps, the forecast names the one that keeps most, and once the oldest
# holder is gone, VACUUM keeps just what it was not alone with.
# SEED makes another history, HOLDERS_ROUNDS a longer one
# (soak/mvcc.sh).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{SEED} || 1;
my $rounds = $ENV{HOLDERS_ROUNDS} || 8;
srand($seed);
diag("seed $seed, $rounds rounds");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
wal_level = logical
autovacuum = off
max_prepared_transactions = 20
max_replication_slots = 10
fsync = off
));
$node->start;
my $major = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000");

my @plain = map { "t$_" } (1 .. 3);
$node->safe_psql('postgres', $_) foreach ('CREATE DATABASE other', 'CREATE EXTENSION arch_inspect', 'CREATE ROLE regress_someone');
$node->safe_psql('postgres', "CREATE TABLE $_ (id int PRIMARY KEY, v int, w int)") foreach @plain;
$node->safe_psql('postgres', 'CREATE TABLE known (id int PRIMARY KEY, v int, w int) WITH (user_catalog_table = true)');
push @plain, 'known';
$node->safe_psql('postgres', "INSERT INTO $_ SELECT i, 0, 0 FROM generate_series(1, 60) AS i") foreach @plain;
$node->safe_psql('postgres', 'CREATE INDEX ON t2 (v)');
$node->safe_psql('postgres', q(
	CREATE TABLE big (a int, pad text);
	INSERT INTO big SELECT i, repeat('x', 400) FROM generate_series(1, 60000) AS i));
$node->safe_psql('other', 'CREATE TABLE o (a int); INSERT INTO o VALUES (1)');
my @judged = (@plain, 'pg_attribute', 'pg_shdescription');

# What a session or a name is about; each may be ended.
my %held;
my $made = 0;

sub session
{
	my ($db) = @_;
	my $session = $node->background_psql($db, on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	return { session => $session, pid => $pid, name => "\\b$pid\\b", end => 'ROLLBACK' };
}

my %begin = (
	snapshot => sub {
		my $h = session($_[0]);
		$h->{session}->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
		return $h;
	},
	writer => sub {
		my $h = session($_[0]);
		$h->{session}->query_safe($_[0] eq 'other' ? 'BEGIN; INSERT INTO o VALUES (2)' :
			'BEGIN; SELECT pg_current_xact_id()');
		return $h;
	},
	cursor => sub {
		my $h = session($_[0]);
		$h->{session}->query_safe('BEGIN; DECLARE c CURSOR FOR SELECT generate_series(1, 1000); FETCH 1 FROM c');
		return $h;
	},
	prepared => sub {
		my $gid = 'g' . ++$made;
		$node->safe_psql($_[0], "BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION '$gid'");
		return { name => "prepared transaction '$gid'", over => [ $_[0], "ROLLBACK PREPARED '$gid'" ] };
	},
	slot => sub {
		my $slot = 's' . ++$made;
		$node->safe_psql($_[0], "SELECT pg_create_logical_replication_slot('$slot', 'test_decoding')");
		return { name => "replication slot $slot", over => [ $_[0], "SELECT pg_drop_replication_slot('$slot')" ] };
	},
	# slowly at work for as long as the test needs them
	vacuum => sub {
		my $h = session('postgres');
		$h->{session}->query_safe('SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1; SET vacuum_cost_page_hit = 10; SET vacuum_cost_page_miss = 10');
		$h->{session}->query_until(qr/go/, "\\echo go\nVACUUM (DISABLE_PAGE_SKIPPING, TRUNCATE off) big;\n");
		$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_progress_vacuum WHERE pid = $h->{pid} AND heap_blks_scanned > 0") or die;
		$h->{busy} = 1;
		return $h;
	},
	analyze => sub {
		my $h = session('postgres');
		$h->{session}->query_safe('SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1; SET vacuum_cost_page_hit = 10; SET vacuum_cost_page_miss = 10');
		$h->{session}->query_until(qr/go/, "\\echo go\nANALYZE big;\n");
		$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_progress_analyze WHERE pid = $h->{pid} AND sample_blks_scanned > 0") or die;
		$h->{busy} = 1;
		return $h;
	});

sub finish
{
	my ($key) = @_;
	my $h = delete $held{$key};
	if ($h->{over})
	{
		$node->safe_psql(@{ $h->{over} });
		return;
	}
	if ($h->{busy})
	{
		$node->safe_psql('postgres', "SELECT pg_terminate_backend($h->{pid}, 10000)");
		$h->{session}->{run}->finish;
		return;
	}
	$h->{session}->query_safe('ROLLBACK');
	$h->{session}->quit;
	# its process is seen for a moment longer
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $h->{pid}");
	return;
}

sub pick { return $_[ rand @_ ]; }

# Changes that leave dead rows behind: plain, in subtransactions, beside a
# lock, rolled back, in the order of ids and out of it.
sub change
{
	my $t = pick(@plain);
	my ($i, $j) = (1 + int rand 60, 1 + int rand 60);
	my $sql = pick(
		"UPDATE $t SET w = w + 1 WHERE id = $i",
		"UPDATE $t SET v = v + 1 WHERE id BETWEEN $i AND $i + 5",
		"DELETE FROM $t WHERE id = $i; INSERT INTO $t SELECT $i, 0, 0 WHERE NOT EXISTS (SELECT FROM $t WHERE id = $i)",
		"BEGIN; UPDATE $t SET w = 2 WHERE id = $i; SAVEPOINT a; UPDATE $t SET w = 3 WHERE id = $j; RELEASE a; SAVEPOINT b; DELETE FROM $t WHERE id = $i; ROLLBACK TO b; COMMIT",
		"BEGIN; UPDATE $t SET v = 7 WHERE id = $i; ROLLBACK",
		"BEGIN; SELECT 1 FROM $t WHERE id = $i FOR KEY SHARE; SAVEPOINT a; UPDATE $t SET w = 9 WHERE id = $i; COMMIT",
		"CREATE TABLE gone (a int, b int); DROP TABLE gone",
		"COMMENT ON ROLE regress_someone IS 'c$i'",
		"UPDATE $t SET id = id + 1000 WHERE id = $i; UPDATE $t SET id = id - 1000 WHERE id = $i + 1000");
	$node->safe_psql('postgres', $sql);
	return;
}

# What VACUUM keeps of a table
sub judge
{
	my ($table) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', "VACUUM (VERBOSE, PARALLEL 0) $table");
	$err =~ /(\d+) are dead but not yet removable/ or die "no figure in: $err";
	return $1;
}

my ($compared, $kept_rows) = (0, 0);
foreach my $round (1 .. $rounds)
{
	my @wrong;

	# come and go
	foreach (1 .. 1 + int rand 3)
	{
		my @kinds = sort keys %begin;
		if (keys %held < 7)
		{
			my $kind = pick(@kinds);
			next if $kind eq 'vacuum' && grep { /^(vacuum|analyze)/ } keys %held;
			next if $kind eq 'analyze' && grep { /^(vacuum|analyze)/ } keys %held;
			# a slot is ready only when all that have a transaction id have ended
			next if $kind eq 'slot' && grep { /^(writer|prepared)/ } keys %held;
			my $db = pick('postgres', 'postgres', 'other');
			$held{ sprintf('%s %s %03d', $kind, $db, ++$made) } = $begin{$kind}->($db);
		}
		change() foreach (1 .. 1 + int rand 6);
		finish(pick(sort keys %held)) if keys %held > 1 && rand() < 0.4;
	}
	change() foreach (1 .. 4);
	$node->safe_psql('postgres', 'SELECT pg_stat_force_next_flush()');

	my %why;
	foreach my $table (@judged)
	{
		my $rows = $node->safe_psql('postgres', "SELECT kind, holder, versions, alone_versions FROM arch_inspect.why_dead('$table')");
		my ($kept) = $rows =~ /^kept\|\|(\d+)\|/m;
		my ($top, $most, $alone) = $rows =~ /^kept[^\n]*\n(?:unknown[^\n]*\n)?[^|]*\|([^|]*)\|(\d+)\|(\d+)/m;
		my $forecast = $node->safe_psql('postgres', "SELECT held_back_by FROM arch_inspect.autovacuum_forecast WHERE relation = '$table'::regclass");
		my $judged = judge($table);

		$compared++;
		$kept_rows += $judged;
		push @wrong, "$table: VACUUM kept $judged, why_dead:\n$rows" if $kept != $judged;
		push @wrong, "$table: kept $kept, but the holders:\n$rows" if $kept > 0 && ($most // -1) != $kept;
		push @wrong, "$table: $top keeps most, the forecast says: $forecast"
		  if $kept > 0 && $forecast ne '' && index($forecast, "$top (") != 0;
		push @wrong, "$table: $kept kept, and the forecast says nobody"
		  if $kept > 0 && $forecast eq '' && $table =~ /^t\d/;
		$why{$table} = { kept => $kept, top => $top, alone => $alone, rows => $rows };
	}
	# by the horizons and the holders the same
	my $horizons = $node->safe_psql('postgres', q(
		SELECT h.holder FROM arch_inspect.xmin_horizons AS h
		 WHERE h.kind = 'horizon' AND EXISTS (SELECT FROM arch_parts.holders AS o WHERE NOT o.harmless AND h.holder = ANY (o.tables))
		   AND h.xmin IS DISTINCT FROM (SELECT o.oldest FROM arch_parts.holders AS o
				WHERE NOT o.harmless AND h.holder = ANY (o.tables) ORDER BY o.oldest LIMIT 1)));
	push @wrong, "horizons are not the oldest holder's: $horizons" if $horizons ne '';

	# the oldest one goes
	my ($gone) = grep { my $n = $held{$_}->{name}; ($why{t1}->{top} // '') =~ /$n/ } sort keys %held;
	if ($gone)
	{
		my $top = $why{t1}->{top};
		finish($gone);
		foreach my $table (grep { ($why{$_}->{top} // '') eq $top } @plain)
		{
			my $judged = judge($table);
			push @wrong, "$table: without $top VACUUM keeps $judged; before:\n$why{$table}->{rows}"
			  if $judged != $why{$table}->{kept} - $why{$table}->{alone};
		}
	}
	is(join("\n", @wrong), '', "round $round: VACUUM is of the same mind, seed $seed") or note(join(', ', sort keys %held));
}
cmp_ok($kept_rows, '>', 0, 'something was kept');
note("$compared tables judged, $kept_rows rows kept");
finish($_) foreach sort keys %held;

$node->stop;
done_testing();
