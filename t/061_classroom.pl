
# The classroom's promises apart from its exercises: progress is one's own and
# cannot be forged, nothing of a student's is dropped, and where something is in
# the way a sentence says what to do.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use LabPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', slurp_file('tools/check.conf'));
$node->start;
$node->safe_psql('postgres', q(
	CREATE DATABASE school;
	CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE "Eve O'Neill" LOGIN; CREATE ROLE guest LOGIN; CREATE ROLE teacher LOGIN));
$node->safe_psql('school', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE SCHEMA AUTHORIZATION ann; CREATE SCHEMA AUTHORIZATION bob; CREATE SCHEMA AUTHORIZATION "Eve O'Neill"));

sub by
{
	my ($role, $sql) = @_;
	return $node->safe_psql('school', $sql, extra_params => [ '-U', $role ]);
}

# The error of a statement, with its hint
sub refused
{
	my ($role, $sql) = @_;
	my ($rc, $out, $err) = $node->psql('school', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $role ]);
	return $err =~ s/^psql:<stdin>:\d+: |LOCATION:.*\n?//gmr;
}
my $progress = 'SELECT exercise, is_open, tries, hints, passed_at IS NOT NULL FROM arch_lab.progress ORDER BY 1';

# ---- a way through, as two roles
like(by('ann', 'SELECT arch_lab.hint()'), qr/^No exercise is open/, 'without an exercise, one is offered');
like(by('ann', "SELECT arch_lab.start(NULL)"), qr/^Which one\?/, 'and asked for');
like(by('ann', 'SELECT arch_lab.next()'), qr/first-row/, 'next() begins with the first');
like(by('ann', 'SELECT arch_lab.next()'), qr/first-row.*You have begun it/s, 'and stays with it until it is passed');
like(by('ann', 'SELECT arch_lab.check()'), qr/Not yet \(try 1\)/, 'not yet');
like(by('ann', 'SELECT arch_lab.solution()'), qr/noted as shown.*solution\(true\)/s, 'the solution is not shown at once');
like(by('ann', 'SELECT arch_lab.hint()'), qr/^1\/2 /, 'a hint');
unlike(by('ann', 'SELECT arch_lab.hint()') =~ s/.*^2\/2 //smr, qr/^3\/2/m, 'and all');
like(by('ann', 'INSERT INTO first VALUES (1); SELECT arch_lab.check()'), qr/^Passed\.$/m, 'passed');
like(by('ann', 'SELECT arch_lab.solution()'), qr/^INSERT INTO first/m, 'now the solution is there');
is(by('ann', $progress), 'first-row|f|2|2|t' =~ s/\|f\|/|t|/r, 'all of it is noted');
like(by("Eve O'Neill", "SELECT arch_lab.start('hot-chain'); SELECT arch_lab.solution(true); SELECT arch_lab.check()"), qr/^UPDATE chain/m, 'a name that wants quotes');
unlike(by("Eve O'Neill", 'SELECT arch_lab.check()'), qr/the server says/, 'is put right into every question');
like(by("Eve O'Neill", "UPDATE chain SET note = 'x'; UPDATE chain SET note = 'y'; SELECT arch_lab.check()"), qr/^Passed\.$/m, 'and passes');
is(by("Eve O'Neill", 'SELECT key, progress FROM arch_lab.exercises WHERE progress <> \'\''), 'hot-chain|shown', 'but with the solution shown');
is(by('bob', $progress), '', 'another sees nothing of it');

# ---- nobody reads or forges another's, or one's own
foreach my $sql ('SELECT * FROM arch_lab.attempts', 'SELECT * FROM arch_lab.tries', 'DELETE FROM arch_lab.attempts', "UPDATE arch_lab.attempts SET passed_at = now()",
	"INSERT INTO arch_lab.tries VALUES ('bob', 'x', now(), true, '{}', '{}')", 'UPDATE arch_lab.progress SET passed_at = now()',
	q(SELECT arch_lab.classroom_note('bob', '{"what":"check","exercise":"first-row","passed":true,"met":[],"unmet":[]}')),
	'TRUNCATE arch_lab.attempts', 'CREATE TRIGGER t BEFORE INSERT ON arch_lab.attempts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
	'BEGIN; LOCK arch_lab.attempts')
{
	like(refused('bob', $sql), qr/^ERROR:  (42501: permission denied|55000: cannot update view)/, "refused: $sql");
}
# a leaky function is asked about no row of another's
like(by('bob', q(
	CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE EXCEPTION 'leaked %', $1; END $$;
	SELECT 'nothing ' || count(*) FROM arch_lab.progress WHERE leak(exercise))), qr/^nothing 0$/m, 'nor by a function of theirs');

# what says of itself that it passed is no note
by('bob', q(SELECT arch_lab.start('first-row')));
by('bob', q(SELECT count(*) FROM arch_lab.classroom_says('check', NULL)));
is(by('bob', $progress), 'first-row|t|0|0|f', 'to ask without a word notes nothing');

# functions and operators of the student's own stand in no question
by('bob', q(
	CREATE FUNCTION bob.format(text, bigint, bigint, bigint) RETURNS text LANGUAGE sql RETURN 'planted';
	CREATE FUNCTION bob.yes(bigint, integer) RETURNS boolean LANGUAGE sql RETURN true;
	CREATE OPERATOR bob.= (FUNCTION = bob.yes, LEFTARG = bigint, RIGHTARG = integer);
	ALTER ROLE bob SET search_path = bob, pg_catalog;));
like(by('bob', 'SELECT arch_lab.check()'), qr/Not yet/, 'what a student planted is not called');
by('bob', 'ALTER ROLE bob RESET search_path; DROP OPERATOR bob.= (bigint, integer); DROP FUNCTION bob.yes(bigint, integer), bob.format(text, bigint, bigint, bigint)');

# another table under the name is not the exercise's
like(by('bob', 'DROP TABLE first; CREATE TABLE first (id int); INSERT INTO first VALUES (1); SELECT arch_lab.check()'),
	qr/first is gone, or was made anew.*Not yet/s, 'a table in the place of the exercise\'s is told');
like(refused('bob', 'SELECT arch_lab.reset()'), qr/^ERROR:  42P07: schema "bob" holds objects.*HINT:  Rename or drop them yourself/s, 'and is not dropped by a reset');
is(by('bob', 'SELECT id FROM first; DROP TABLE first; SELECT count(*) > 3 FROM arch_lab.reset()'), "1\nt", 'which comes when it is out of the way');
like(by('bob', "ALTER TABLE first RENAME TO mine; INSERT INTO mine VALUES (5); SELECT arch_lab.check()"), qr/is gone, or was made anew/, 'nor one that was renamed');
is(by('bob', 'SELECT count(*) > 3 FROM arch_lab.reset(); SELECT id FROM mine'), "t\n5", 'what got another name is the student\'s');

# a definer's function is nobody's check, nor is a session that acts for another
$node->safe_psql('school', 'GRANT CREATE ON DATABASE school TO bob');
by('bob', q(CREATE FUNCTION bob.lure() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT arch_lab.check()';
	GRANT USAGE ON SCHEMA bob TO ann));
like(refused('ann', 'SELECT bob.lure()'), qr/^ERROR:  42501: cannot call check\(\) within security-restricted operation or security-definer function/, 'not for another');
like(refused('ann', "SET ROLE bob"), qr/permission denied/, 'nor by becoming one');

# ---- where it can not be done
like(refused('guest', 'SELECT arch_lab.next()'), qr/^ERROR:  42501: role "guest" has no schema to work in\nHINT:  .*CREATE SCHEMA AUTHORIZATION guest;\n\z/, 'without a schema');
like(refused('ann', 'BEGIN; SELECT arch_lab.reset()'), qr/^ERROR:  25001: cannot call reset\(\) inside a transaction block\n.*HINT:  COMMIT or ROLLBACK first\.\n\z/s, 'in a transaction');
like(refused('ann', 'BEGIN READ ONLY; SELECT arch_lab.check()'), qr/^ERROR:  25006: cannot call check\(\) in a read-only transaction\n.*HINT/s, 'in a read-only one');
like(refused('ann', "SET default_transaction_isolation = 'serializable'; SELECT arch_lab.reset()"), qr/^ERROR:  55000: an exercise can not be started under isolation level serializable\n.*HINT/s, 'under another level');
like(refused('ann', "SELECT arch_lab.start('nonsense')"), qr/^ERROR:  22023: there is no exercise "nonsense"\nHINT/, 'no such exercise');
like(by('ann', 'BEGIN; SELECT arch_lab.check(); ROLLBACK'), qr/Passed.*You are in a transaction: without a COMMIT this check is not noted/s, 'a check in a transaction says what becomes of it');
is(by('ann', "SELECT count(*) FROM arch_lab.progress WHERE tries = 2"), '1', 'and is not noted');
by('ann', q(CREATE TABLE chain (own int); INSERT INTO chain VALUES (42)));
like(refused('ann', "SELECT arch_lab.start('hot-chain')"), qr/^ERROR:  42P07: schema "ann" holds objects with names that the exercise uses\nDETAIL:  They are: table chain;/, 'a name of one\'s own');
is(by('ann', 'SELECT own FROM chain; ALTER TABLE chain RENAME TO own_chain'), '42', 'is left alone');
by('ann', "SELECT arch_lab.start('hot-chain'); CREATE VIEW upon AS SELECT * FROM chain");
like(refused('ann', 'SELECT arch_lab.reset()'), qr/^ERROR:  2BP01: what the exercise made can not be dropped: .*HINT:  Drop what you made upon it first/s, 'so is what was made upon an exercise\'s');
by('ann', 'DROP VIEW upon');
my $holder = LabPsql->new($node, 'school', user => 'ann');
$holder->ask('BEGIN; SELECT count(*) FROM chain;');
like(refused('ann', 'SELECT arch_lab.reset()'), qr/^ERROR:  55P03: what the exercise made can not be dropped: .*HINT:  A transaction has it locked/s, 'one that is locked by another window');
like($holder->complaint('SELECT arch_lab.check(); ROLLBACK; BEGIN; SELECT 1/0;') , qr/division/, 'an error in a transaction');
like($holder->complaint('SELECT arch_lab.check();'), qr/25P02: current transaction is aborted/, 'keeps a check from being asked');
$holder->ask('ROLLBACK;');
like($holder->ask('SELECT arch_lab.check();'), qr/Not yet/, 'until ROLLBACK');
$holder->quit;
by('ann', 'SELECT arch_lab.session_open(\'lab\')');
like(refused('ann', "SELECT arch_lab.session_open('lab'); SELECT arch_lab.reset()"), qr/^ERROR:  42710:/, 'a session of the name that it wants');

$holder = LabPsql->new($node, 'school', user => 'ann');
$holder->ask("BEGIN; SELECT pg_advisory_xact_lock(hashtext('arch_lab classroom'), ('ann'::regrole::oid::bigint - 2147483648)::int);");
like(refused('ann', 'SELECT arch_lab.reset()'), qr/^ERROR:  55P03: another connection of yours is starting an exercise now\nHINT/, 'two windows do not begin at once');
$holder->quit;
like(refused('ann', "SELECT arch_lab.session_open('s' || i) FROM generate_series(1, 4) AS i; SELECT arch_lab.start('end-a-backend')"), qr/^ERROR:  53400: /m, 'more sessions than a role may have');
like(by('ann', "SELECT arch_lab.session_open('s' || i) FROM generate_series(1, 2) AS i;\n\\set ON_ERROR_STOP 0\nSELECT arch_lab.start('end-a-backend');\nSELECT string_agg(name, ' ' ORDER BY name) FROM arch_lab.sessions"),
	qr/^s1 s2\z/m, 'and a start that fails leaves none of its own');

# ---- a drop of the extension, and a restart
like(by('ann', 'SELECT arch_lab.reset()'), qr/^The start state of hot-chain is there again\./, 'begun');
my $before = by('ann', $progress);
$node->restart;
is(by('ann', $progress), $before, 'progress outlives a restart');
like(by('ann', "UPDATE chain SET note = 'x'; UPDATE chain SET note = 'y'; SELECT arch_lab.check()"), qr/^Passed\.$/m, 'and the exercise can go on');

# a check right where the last record filled its page
my $full = by('ann', q(
	DO $$
	BEGIN
		FOR i IN 1 .. 20000 LOOP
			EXIT WHEN mod(pg_current_wal_insert_lsn() - '0/0', 8192) = 24;
			PERFORM pg_logical_emit_message(false, 'filler', repeat('x', (random() * 100)::int));
		END LOOP;
	END $$;
	SELECT mod(pg_current_wal_insert_lsn() - '0/0', 8192);
	SELECT arch_lab.check()));
like($full, qr/^24\nhot-chain: .*^Passed\.$/ms, 'a check at the end of a page of the log');

# the log of the way is gone: the state alone decides, and that is said
by('ann', "SELECT arch_lab.reset(); UPDATE chain SET k = 11");
like(by('ann', 'SELECT arch_lab.check()'), qr/An update was not HOT/, 'the log tells the way');
$node->safe_psql('school', 'SELECT pg_switch_wal(); CHECKPOINT; SELECT pg_switch_wal(); CHECKPOINT');
unlink $node->data_dir . "/pg_wal/$_" foreach grep { /^[0-9A-F]{24}$/ && $_ lt $node->safe_psql('school', 'SELECT pg_walfile_name(redo_lsn) FROM pg_control_checkpoint()') } slurp_dir($node->data_dir . '/pg_wal');
like(by('ann', "UPDATE chain SET note = 'x'; SELECT arch_lab.check()") =~ s/\s+/ /gr, qr/The log of the way you took has been recycled: the state alone decides/, 'and where it is recycled, the state alone');

# ---- the lesson, a step at a time
like(by('ann', 'SELECT arch_lab.step()'), qr/^1\.1  Introduction\n/, 'step() begins with the first');
like(by('ann', 'SELECT arch_lab.step()'), qr/^2\.1  Process Model\n/, 'goes on in another connection');
like(by('ann', 'SELECT arch_lab.step()'), qr/^2\.2  /, 'and on');
like(by('ann', "SELECT arch_lab.step('again')"), qr/^2\.2  /, 'again');
like(by('ann', "SELECT arch_lab.step('back')"), qr/^2\.1  .*^The lesson:\n    -- Check current connections/ms, 'back');
like(by('ann', "SELECT arch_lab.step('skip')"), qr/^3\.1  Storage Engine\n.*^But: /ms, 'to the next section');
my $step = by('ann', "SELECT arch_lab.step('3.3')");
like($step, qr/^3\.3  /, 'to a step');
is(join('', grep { length > 78 } split /\n/, $step), '', 'no line is wider than a screen');
like(by('bob', "SELECT arch_lab.step('back')"), qr/^1\.1  /, 'another begins at the beginning');
like(by('bob', "SELECT arch_lab.step('back')"), qr/^This is where the lesson begins\./, 'before which there is nothing');
like(by('bob', "SELECT arch_lab.step('9'); SELECT arch_lab.step('skip')"), qr/The lesson ends here/, 'nor behind its end');
like(refused('bob', "SELECT arch_lab.step('gibberish')"), qr/^ERROR:  22023: nothing in the lesson is called "gibberish"\nHINT/, 'no such step');
is(by('ann', "SELECT section_no, step FROM arch_lab.walk"), '3|3', 'each has a place of one\'s own');
like(refused('bob', 'SELECT * FROM arch_lab.walks'), qr/42501: permission denied/, 'and no look at another\'s');

# ---- dump and restore
my $dump = $node->backup_dir . '/school.dump';
mkdir $node->backup_dir;
command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('school') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'pg_restore');
foreach my $role ('ann', 'bob', "Eve O'Neill")
{
	is($node->safe_psql('restored', $progress, extra_params => [ '-U', $role ]), by($role, $progress), "progress of $role is restored");
}
is($node->safe_psql('restored', 'SELECT count(*) FROM arch_lab.tries'), $node->safe_psql('school', 'SELECT count(*) FROM arch_lab.tries'), 'with every try');
is($node->safe_psql('restored', 'SELECT section_no, step FROM arch_lab.walk', extra_params => [ '-U', 'ann' ]), '3|3', 'and the place in the lesson');
like($node->safe_psql('restored', 'SELECT arch_lab.check()', extra_params => [ '-U', 'ann' ]), qr/is gone, or was made anew/, 'the tables are others there');
like(($node->psql('restored', 'SELECT arch_lab.reset()', extra_params => [ '-U', 'ann' ]))[2], qr/schema "ann" holds objects/, 'and nobody drops them');
like($node->safe_psql('restored', 'DROP TABLE chain; SELECT arch_lab.reset()', extra_params => [ '-U', 'ann' ]), qr/is there again/, 'but their owner');

# ---- on a standby
$node->backup('standby');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'standby', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
my ($rc, $out, $err) = $standby->psql('school', 'SELECT arch_lab.check()', extra_params => [ '-U', 'ann' ]);
like($err, qr/cannot call check\(\) on a standby server/, 'not on a standby');
is($standby->safe_psql('school', $progress, extra_params => [ '-U', 'ann' ]), by('ann', $progress), 'where progress can be read');
$standby->stop;

# ---- gone
$node->safe_psql('school', 'DROP EXTENSION arch_lab');
is($node->safe_psql('school', q(SELECT count(*) FROM pg_namespace WHERE nspname IN ('arch_lab', 'arch_desk'))), '0', 'DROP EXTENSION leaves nothing of it');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');
done_testing();
