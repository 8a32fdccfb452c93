# DROP EXTENSION arch_lab leaves nothing behind: no session, no schema, no
# setting.

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
my $schemas = q(SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace);
my $before = $node->safe_psql('postgres', $schemas);
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE ROLE ann LOGIN;
	CREATE TABLE ends (who text);
	GRANT ALL ON ends TO PUBLIC));

my $there = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session'";

# The one who drops it has a desk and sessions, busy and in a transaction.
my $root = LabPsql->new($node, 'postgres');
$root->ask(q(
	SELECT arch_lab.desk_open() AS path \gset
	SELECT arch_lab.session_open('busy', 'INSERT INTO ends VALUES (''busy'')');
	SELECT arch_lab.session_open('idle', 'INSERT INTO ends VALUES (''idle'')');
	SELECT arch_lab.session_send('busy', 'SELECT pg_sleep(1000)');
	SELECT arch_lab.session_text('idle', 'BEGIN; SELECT 1');));
is($node->safe_psql('postgres', $there), '3', 'sessions are there');

# taken back, whole or to a savepoint: they stay
$root->ask('BEGIN; DROP EXTENSION arch_lab; ROLLBACK;');
$root->ask('BEGIN; SAVEPOINT s; DROP EXTENSION arch_lab; ROLLBACK TO s; COMMIT;');
$root->ask('DROP EXTENSION IF EXISTS sslinfo;');
is($root->ask('SELECT count(*) FROM arch_lab.sessions;'), '3', 'a drop that is rolled back ends no session');
is($root->ask("SELECT arch_lab.session_text('idle', 'SELECT 42 AS x') ~ '42';"), 't', 'and they answer');

# another connection has sessions too: idle, in a transaction, at work
my $ann = LabPsql->new($node, 'postgres', user => 'ann');
$ann->ask(q(
	SELECT arch_lab.session_open(s, format('INSERT INTO ends VALUES (%L)', s)) FROM unnest('{of_ann,in_xact,works}'::text[]) AS s;
	SELECT arch_lab.session_text('in_xact', 'BEGIN; SELECT 1');
	SELECT arch_lab.session_send('works', 'SELECT pg_sleep(2)');));
is($node->safe_psql('postgres', $there), '6', 'three more are there');
is($root->complaint('DROP EXTENSION arch_lab, arch_inspect, math_utils, pgcrypto;'), '', 'dropped');
ok($node->poll_query_until('postgres', "SELECT ($there AND usename <> 'ann') = 0"), 'who drops it has no session any more');
is($node->safe_psql('postgres', $schemas), $before, 'no schema is left');
ok($node->poll_query_until('postgres', "SELECT ($there) = 0"), 'nor have others, within seconds');
is($node->safe_psql('postgres', 'SELECT string_agg(who, \',\' ORDER BY who) FROM ends'), 'busy,idle,in_xact,of_ann,works', 'each did what it was to do at its end');
is($ann->ask('SELECT 1;'), '1', 'their connections go on');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_db_role_setting"), '0', 'no setting of a role or database is left');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name LIKE 'arch\\_%'"), '0', 'nor one that a connection has');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'ann'::regrole AND classid <> 'pg_class'::regclass"), '0', 'nor anything that depends on a role');

# made anew, with those connections still there
$node->safe_psql('postgres', 'CREATE EXTENSION arch_lab CASCADE');
foreach my $s ($root, $ann)
{
	$s->ask('SELECT arch_lab.session_close_all();');
	is($s->ask("SELECT arch_lab.session_open('a'); SELECT arch_lab.session_text('a', 'SELECT 42 AS x') ~ '42';"), "\nt", 'it works again in a connection from before');
}

# CASCADE from what it needs ends them as well
$root->ask('DROP EXTENSION math_utils CASCADE;');
ok($node->poll_query_until('postgres', "SELECT ($there) = 0"), 'a drop by CASCADE is one too');
$_->quit for ($root, $ann);

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');
done_testing();
