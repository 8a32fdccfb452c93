
# What keeps ids from being frozen is named, once for each cause: a session's
# temporary table, a prepared transaction, or nothing but a late autovacuum.
# The members of multixacts run out on their own.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
autovacuum_freeze_max_age = 100000
max_prepared_transactions = 5
fsync = off
));
$node->start;
$node->safe_psql('postgres', $_) foreach ('CREATE EXTENSION arch_inspect', 'CREATE ROLE regress_keeper', 'CREATE DATABASE other',
	'GRANT CREATE, TEMPORARY ON DATABASE postgres TO regress_keeper');

sub findings
{
	return $node->safe_psql('postgres', q(
		SELECT subject, evidence FROM arch_inspect.finding_evidence('0') WHERE rule = 'wraparound_near' ORDER BY subject));
}

# a transaction id each
sub burn
{
	my ($n) = @_;
	$node->safe_psql('postgres', "DO \$\$ BEGIN FOR i IN 1 .. $n LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END \$\$");
	return;
}

sub freeze_all
{
	$node->safe_psql($_, 'VACUUM (FREEZE)') foreach ('postgres', 'template1', 'other');
	return;
}

is(findings(), '', 'nothing is near in a young cluster');
my $keeper = $node->background_psql('postgres');
$keeper->query_safe('SET ROLE regress_keeper; CREATE TEMP TABLE regress_kept (a int, b text)');
my $pid = $keeper->query_safe('SELECT pg_backend_pid()');
is(findings(), '', 'a young temporary table is none of its business');
is( $node->safe_psql('postgres', q(
		SELECT kind, owner, xids_to_forced_vacuum IS NULL, forced_vacuum_at IS NULL, pinned_by FROM arch_inspect.wraparound
		 WHERE name ~ 'regress_kept$')),
	"temporary table|regress_keeper|t|t|process $pid, whose temporary table it is: no autovacuum comes to it", 'it is named, with its owner and its session');

# nothing but late: one finding for all the tables, one for the databases
burn(100100);
my $late = findings();
like($late, qr/^[^|]*\|\d+ are past .*; autovacuum is to come there; what else/m, 'databases are late');
like($late, qr/^[^|]*\|\d+ are past .*; autovacuum is to come$/m, 'tables are late');
like($late, qr/^process $pid\|2 are past the age at which a vacuum is forced: temporary (?:toast )?table pg_(?:toast_)?temp_\d+\.\w+ of regress_keeper and others, up to \d+ transactions and \d+ multixacts old; autovacuum does not come to a session's/m,
	'a session keeps its temporary tables');
is(scalar(() = $late =~ /^/mg), 3, 'each once');

# frozen by hand, the temporary tables pin the database on
$node->safe_psql('postgres', 'UPDATE pg_database SET datallowconn = true');
$node->safe_psql('template0', 'VACUUM (FREEZE)');
freeze_all();
my $left = findings();
like($left, qr/^process $pid\|2 are past/, 'freezing all else leaves the temporary tables');
is(scalar(() = $left =~ /^/mg), 1, 'alone');
like($node->safe_psql('postgres', "SELECT pinned_by FROM arch_inspect.wraparound WHERE kind = 'database' AND name = current_database()"),
	qr/^temporary (toast )?table \S+ of regress_keeper: process $pid, whose/, 'and the database says that they pin it');
$keeper->query_safe('DROP TABLE regress_kept');
is(findings(), '', 'dropped, nothing is near');
$keeper->quit;

# a prepared transaction pins all tables of its database, and is one cause
$node->safe_psql('postgres', "BEGIN; CREATE TABLE held (a int); PREPARE TRANSACTION 'regress_left'");
burn(100100);
freeze_all();
$node->safe_psql('template0', 'VACUUM (FREEZE)');
# a worker that is on its way through another database has a snapshot as old for a moment
my $prepared = join '', grep { !/^autovacuum worker/ } split /^/m, findings();
like($prepared, qr/^prepared transaction 'regress_left'\|\d{2,} are past .*; no vacuum can freeze what is kept$/m, 'it is the cause, for all it is about');
is(scalar(() = $prepared =~ /^/mg), scalar(() = $prepared =~ /^prepared|^[^|]*\|.*autovacuum is to come/mg), 'and there is no other');
is(scalar(() = $prepared =~ /no vacuum can freeze/mg), 1, 'once') or diag($prepared);
is($node->safe_psql('postgres', "SELECT DISTINCT pinned_by FROM arch_inspect.wraparound WHERE kind = 'table' AND name !~ 'held' AND xid_age > 100000 AND oid >= 16384 OR name = 'pg_class'"),
	"prepared transaction 'regress_left'", 'each table says so');
$node->safe_psql('postgres', "ROLLBACK PREPARED 'regress_left'");
freeze_all();
is(findings(), '', 'and it is over with it');

# members: two lockers make a multixact of two, three lockers one more of three
my $before = $node->safe_psql('postgres', 'CHECKPOINT; SELECT members_used FROM arch_parts.multixact_space()');
$node->safe_psql('postgres', 'CREATE TABLE locked (a int); INSERT INTO locked VALUES (1)');
my @lockers = map { $node->background_psql('postgres') } (1 .. 3);
$_->query_safe('BEGIN; SELECT * FROM locked FOR KEY SHARE') foreach @lockers;
$_->query_safe('COMMIT') foreach @lockers;
$_->quit foreach @lockers;
$node->safe_psql('postgres', 'CHECKPOINT');
is($node->safe_psql('postgres', "SELECT members_used - $before FROM arch_parts.multixact_space()"), 5, 'members are counted');
# The server starts a worker by itself where members are short, whatever the
# setting: it must not be done with the table before somebody has looked.
$node->safe_psql('postgres', "BEGIN; LOCK TABLE locked; PREPARE TRANSACTION 'regress_keeps'");
my $wide = $node->safe_psql('postgres', 'SELECT members_left IS NULL FROM arch_parts.multixact_space()') eq 't';
$node->stop;

SKIP:
{
	skip 'members have no end on this server', 4 if $wide;
	# go to where a page of members begins, so that no page is missed
	my $offset = 1636 * int(0.8 * 4294967296 / 1636);
	system_or_bail($node->config_data('--bindir') . '/pg_resetwal', '-O', $offset, $node->data_dir);
	$node->start;
	my ($used, $left, $mxids) = split /\|/, $node->safe_psql('postgres',
		"SELECT members_used, members_left, mxids_left FROM arch_inspect.wraparound WHERE kind = 'database' AND name = 'postgres'");
	ok($used > 3435900000 && $used <= $offset, "0.8 of the members are used: $used");
	ok($used + $left <= 4294967296 && $used + $left > 4294967296 - 3 * 52352, "and the others are left: $left");
	is($mxids, int($left / 2), 'so many multixacts there may be, of two each');
	like(findings(), qr/^multixact members\|\d+ are in use and \d+ are left; autovacuum is forced at an age of \d+ multixacts now/m, 'which is pointed out');
	$node->stop;
}

done_testing();
