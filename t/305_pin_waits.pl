
# Waits that no lock explains: for a page that an open cursor pins, for a
# standby that does not answer; and a holder that is no session.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 5
wal_level = replica
max_wal_senders = 3
fsync = off
));
$node->start;
$node->safe_psql('postgres', $_) foreach ('CREATE EXTENSION arch_inspect', 'CREATE DATABASE other', 'CREATE ROLE regress_student');
$node->safe_psql('other', 'CREATE EXTENSION arch_inspect');
$node->safe_psql('postgres', 'CREATE TABLE p (a int); INSERT INTO p VALUES (1), (2); CREATE TABLE q (a int)');

my $findings = q(SELECT evidence FROM arch_inspect.finding_evidence('0') WHERE rule = 'blocked_session');
is($node->safe_psql('postgres', $findings), '', 'nobody waits');

my ($cursor, $idle, $vacuum) = map { $node->background_psql('postgres', on_error_stop => 0) } (1 .. 3);
my ($has, $not, $waits) = map { $_->query_safe('SELECT pg_backend_pid()') } ($cursor, $idle, $vacuum);
$cursor->query_safe('BEGIN; DECLARE c CURSOR FOR SELECT * FROM p; FETCH 1 FROM c');
# it has the lock too, but no statement or cursor at work
$idle->query_safe('BEGIN; SELECT * FROM p');
$vacuum->query_until(qr/go/, "\\echo go\nVACUUM (FREEZE) p;\n");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM arch_inspect.lock_waits WHERE locktype = 'buffer pin' AND other_pins IS NOT NULL"),
	'a wait for a pin is seen');
my $sentence = "process $waits waits until nobody else has block 0 of p pinned, as 1 other process has; that may be process $has";
is( $node->safe_psql('postgres', q(
		SELECT in_words, depth, pid, lock, mode, queue_position, blocked_by, may_be_blocked_by, other_pins, deadlock FROM arch_inspect.lock_waits)),
	"$sentence|0|$waits|block 0 of p|||{}|{$has}|1|", 'which page, how many have it, and who may');
like($node->safe_psql('postgres', $findings),
	qr/^waits until nobody else has block 0 of p pinned, its statement began [^;]*; that may be process $has$/, 'and it is pointed out');
is($node->safe_psql('postgres', "SET ROLE regress_student; SELECT in_words, query FROM arch_inspect.lock_waits"),
	"$sentence|<insufficient privilege>", 'all may know who waits for whom');
is($node->safe_psql('postgres', "SET ROLE regress_student; $findings"), '', 'but not since when another statement runs');
like($node->safe_psql('other', 'SELECT in_words, may_be_blocked_by IS NULL FROM arch_inspect.lock_waits'),
	qr/^process $waits waits until nobody else has block 0 of file \d+ of database \d+ pinned, as 1 other process has; who cannot be told from here\|t$/,
	'from another database the page has no name');

# one behind the other, in a circle that the server does not see
$cursor->query_until(qr/go/, "\\echo go\nLOCK TABLE p;\n");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM arch_inspect.lock_waits WHERE pid = $has"), 'who has it waits itself');
is( $node->safe_psql('postgres', "SELECT path, deadlock FROM arch_inspect.lock_waits WHERE pid IN ($waits, $has) ORDER BY depth"),
	"{$waits}|deadlock that the server does not see, if process $has has the page pinned\n{$waits,$has}|", 'for the one that waits for it');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($has)");
ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM arch_inspect.lock_waits'), 'once it is over, nobody waits');
$cursor->quit;
$idle->query_safe('COMMIT');
$idle->quit;
$vacuum->quit;

# a prepared transaction holds the lock
$node->safe_psql('postgres', "BEGIN; INSERT INTO q VALUES (1); LOCK TABLE q; PREPARE TRANSACTION 'regress_left'");
my $alter = $node->background_psql('postgres', on_error_stop => 0);
$alter->query_until(qr/go/, "\\echo go\nALTER TABLE q ADD b int;\n");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM arch_inspect.lock_waits WHERE locktype = 'relation'"), 'it waits');
my $reader = $node->background_psql('postgres', on_error_stop => 0);
$reader->query_until(qr/go/, "\\echo go\nSELECT * FROM q;\n");
ok($node->poll_query_until('postgres', "SELECT count(*) = 2 FROM arch_inspect.lock_waits WHERE locktype = 'relation'"), 'another behind it');
my $blocked = $node->safe_psql('postgres', $findings);
like($blocked, qr/^waits for relation q \(relation\), its statement began [^,]*, blocked by prepared transaction regress_left$/m, 'by name');
like($blocked, qr/blocked by prepared transaction regress_left, in the queue behind process \d+$/m, 'and who is ahead in the queue');
is($node->safe_psql('postgres', "SELECT DISTINCT blockers FROM arch_inspect.lock_waits WHERE depth > 0"), 'prepared transaction regress_left', 'in lock_waits too');
$node->safe_psql('postgres', "ROLLBACK PREPARED 'regress_left'");
$_->quit foreach ($alter, $reader);

# nobody confirms a commit
$node->safe_psql('postgres', "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
$node->reload;
my $commit = $node->background_psql('postgres', on_error_stop => 0);
my $committer = $commit->query_safe('SELECT pg_backend_pid()');
$node->poll_query_until('postgres', "SELECT current_setting('synchronous_standby_names') = 'nobody'");
$commit->query_until(qr/go/, "\\echo go\nINSERT INTO q VALUES (2);\n");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = $committer AND wait_event = 'SyncRep'"), 'a commit waits');
like($node->safe_psql('postgres', $findings),
	qr/^waiting for confirmation from a remote server during synchronous replication \(SyncRep\), its statement began/, 'and for what is pointed out');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($committer)");
$commit->quit;

$node->stop;
done_testing();
