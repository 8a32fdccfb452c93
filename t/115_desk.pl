# The lesson's desk drops what it made, and nothing else; it says what is in
# its way.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LabPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 20\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE ROLE other LOGIN;
	GRANT CREATE ON DATABASE postgres TO other;
	CREATE ROLE student LOGIN;
	CREATE SCHEMA student AUTHORIZATION student));

my $schemas = q(SELECT string_agg(regexp_replace(nspname, '\d{2,}', 'N') || ' of ' || pg_get_userbyid(nspowner), ', ' ORDER BY nspname)
	FROM pg_namespace WHERE nspname LIKE 'arch\_lab\_%');

# another's schema has the name that the desk would take
my $root = LabPsql->new($node, 'postgres');
my $home = "arch_lab_$root->{pid}";
$node->safe_psql('postgres', "CREATE SCHEMA $home; CREATE TABLE $home.precious AS SELECT 42 AS i; GRANT USAGE ON SCHEMA $home TO PUBLIC", extra_params => [ '-U', 'other' ]);
$root->ask('SELECT arch_lab.desk_open() AS path \gset');
is($root->ask(q(SELECT replace(:'path', pg_backend_pid()::text, 'N');)), 'arch_lab_N_1, arch_desk', 'a name that is taken is left alone');
is($node->safe_psql('postgres', $schemas), 'arch_lab_N of other, arch_lab_N_1 of postgres', 'both are there');
$root->ask(q(SELECT arch_lab.desk_seat(:'path'); SELECT arch_lab.play('reader: CREATE TABLE accounts (i int)');));
like($root->complaint("SELECT arch_lab.desk_clear('$home');"), qr/22023: schema "$home" is not where the lesson is at work/, 'nor is it swept');
is($root->complaint(q(SELECT arch_lab.desk_clear(:'path'); SELECT arch_lab.desk_close();)), '', 'the desk is closed');
is($node->safe_psql('postgres', "$schemas; SELECT i FROM $home.precious"), "arch_lab_N of other\n42", 'only its own schema is gone');

# the whole lesson beside it
is($root->ask("SELECT bool_and(holds) FROM arch_lab.walkthrough('MVCC');"), 't', 'the lesson is walked beside it');
is($node->safe_psql('postgres', "$schemas; SELECT i FROM $home.precious"), "arch_lab_N of other\n42", 'and leaves it there');
$node->safe_psql('postgres', "DROP SCHEMA $home CASCADE");

# the name changes hands while the desk is open
$root->ask('SELECT arch_lab.desk_open() AS path \gset');
$root->ask("ALTER SCHEMA $home RENAME TO arch_lab_moved;");
$node->safe_psql('postgres', "CREATE SCHEMA $home; CREATE TABLE $home.precious AS SELECT 42 AS i; GRANT USAGE ON SCHEMA $home TO PUBLIC", extra_params => [ '-U', 'other' ]);
is($node->safe_psql('postgres', $schemas), 'arch_lab_N of other, arch_lab_moved of postgres', 'the name is another\'s now');
$root->quit;
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'arch_lab session'"), 'the connection ends, and the desk with it');
is($node->safe_psql('postgres', "$schemas; SELECT i FROM $home.precious"), "arch_lab_N of other\n42", 'what the desk made is gone under any name, and nothing else');
$node->safe_psql('postgres', "DROP SCHEMA $home CASCADE");

# a mark that somebody else put on a schema of theirs is no mark
$root = LabPsql->new($node, 'postgres');
$root->ask('SELECT arch_lab.desk_open();');
my $mark = $node->safe_psql('postgres', "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname LIKE 'arch\\_lab\\_%'");
like($mark, qr/^where a lesson is at work/, 'the schema says what it is for');
$node->safe_psql('postgres', "CREATE SCHEMA forged; COMMENT ON SCHEMA forged IS '$mark'", extra_params => [ '-U', 'other' ]);
$root->ask('SELECT arch_lab.desk_close();');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_namespace WHERE nspname = 'forged' OR nspname LIKE 'arch\\_lab\\_%'"), '1', 'a forged mark costs nothing');
$root->quit;

# in a schema of one's own: what belongs to others stays
my $student = LabPsql->new($node, 'postgres', user => 'student');
$student->ask('SELECT arch_lab.desk_open() AS path \gset');
$student->ask(q(SELECT arch_lab.desk_seat(:'path'); SELECT arch_lab.play('reader: CREATE TABLE accounts (i int); CREATE TABLE mine (i int)');));
$node->safe_psql('postgres', 'CREATE TABLE student.visits AS SELECT 42 AS i');
is($student->ask(q(SELECT arch_lab.desk_close(); SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = 'student'::regnamespace AND relkind = 'r';)),
	"\nmine,visits", 'of its own schema, a desk drops the lesson\'s tables where they are the caller\'s');
$node->safe_psql('postgres', 'DROP TABLE student.visits, student.mine');

# sessions left open are named, with what closes them
$student->ask("SELECT arch_lab.session_open('a'); SELECT arch_lab.session_open('b');");
my $complaint = $student->complaint("SELECT count(*) FROM arch_lab.walkthrough('MVCC');");
like($complaint, qr/ERROR:  53400: the lesson needs four further sessions\nDETAIL:  This connection has 2 open, and arch_lab.max_sessions allows 4\.\nHINT:  Close them with arch_lab.session_close_all\(\)\./, 'two sessions left open are in the way, and it says so');
is($student->ask('SELECT string_agg(name, \',\' ORDER BY name) FROM arch_lab.sessions;'), 'a,b', 'nothing has begun');
is($student->ask('SELECT arch_lab.session_close_all();'), '2', 'session_close_all closes them');
is($student->ask("SELECT bool_and(holds) FROM arch_lab.walkthrough('MVCC');"), 't', 'and the lesson is walked');
$student->ask("SELECT arch_lab.session_open('reader');");
like($student->complaint("SELECT count(*) FROM arch_lab.claims();"), qr/42710: .*\n.*\nHINT:  Close them with arch_lab.session_close_all\(\)\./, 'so are sessions with its names');
$student->ask('SELECT arch_lab.session_close_all();');
$student->quit;
$node->safe_psql('postgres', 'ALTER ROLE student SET arch_lab.max_sessions = 3');
$student = LabPsql->new($node, 'postgres', user => 'student');
like($student->complaint("SELECT count(*) FROM arch_lab.walkthrough('MVCC');"), qr/HINT:  A superuser may increase arch_lab.max_sessions\./, 'where there is no room at all, the superuser is named');
$student->quit;
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relnamespace = 'student'::regnamespace"), '0', 'nothing is left');

$node->stop;
done_testing();
