
# session_text() shows what psql shows.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE TABLE t (id int, v text, n numeric, d date);
	INSERT INTO t VALUES (1, 'one', 1.50, '2026-11-23'), (22, NULL, NULL, NULL), (333, E'three\nlines\nhere', -7, '2000-01-01')));
my $dir = PostgreSQL::Test::Utils::tempdir();

# What psql prints when it is given this SQL as one string, errors in place.
sub by_psql
{
	my ($sql) = @_;
	my $out = '';

	IPC::Run::run(
		[
			'psql', '-X', '-d', $node->connstr('postgres'),
			'-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=errors', '-P', 'pager=off', '-c', $sql
		],
		'>', \$out, '2>&1');
	return tidy($out);
}

sub by_session
{
	my ($sql) = @_;

	return tidy($node->safe_psql('postgres', qq(
		SET client_min_messages = error;
		DO \$do\$ BEGIN PERFORM arch_lab.session_open('a'); END \$do\$;
		SELECT arch_lab.session_text('a', \$sql\$$sql\$sql\$))));
}

# psql shows source locations and the statement's line, and the SQLSTATE of
# notices that have none; text ends where it ends.
sub tidy
{
	my ($text) = @_;

	$text =~ s/^LOCATION: .*\n//mg;
	$text =~ s/^LINE \d+: .*\n.*\n//mg;
	$text =~ s/^(\w+:  )00000: /$1/mg;
	$text =~ s/\n+\z//;
	return $text;
}

my @sql = (
	'SELECT 1',
	'SELECT',
	'SELECT FROM t',
	'TABLE t',
	'SELECT * FROM t WHERE false',
	"SELECT 1 AS a, 'x' AS long_title, true AS b",
	q(SELECT E'tab\tx', E'cr\rx', E'ctl\x01x', E'\u00e9\u20ac', E'\u4e2d\u6587', E'e\u0301', E'\U0001F600', E'\u0085'),
	q(SELECT E'a\n', E'\n', E'\nb' AS "two
lines", 5),
	q(SELECT 1 AS "wide
title", 22222222 AS "x"),
	q(SELECT E'x\ny' AS last, 1 AS n, E'p\nq\nr' AS z),
	q(SELECT 1::smallint, 1::bigint, 1::real, 1.5::float8, 1::numeric, 1::oid, '1'::xid, '1'::cid, '1'::money, '1'::xid8, 'x'::name, '{1}'::int[], 'f'::bool, NULL::text),
	'CREATE TEMP TABLE x (i int)',
	"INSERT INTO t VALUES (4, 'four') RETURNING id, v",
	'DELETE FROM t WHERE id = 5',
	'UPDATE t SET v = v WHERE false RETURNING id',
	'SHOW work_mem',
	'EXPLAIN (COSTS OFF) SELECT * FROM t WHERE id = 1',
	'COPY t TO STDOUT',
	'COPY (SELECT 1 WHERE false) TO STDOUT',
	'SELECT 1; SELECT 2',
	'SELECT 1; SELECT 1/0; SELECT 3',
	'SELEC 1',
	'SELECT * FROM nothing',
	'',
	';',
	'BEGIN; SELECT 1; ROLLBACK',
	'COMMIT',
	q(DO 'BEGIN RAISE NOTICE ''n'' USING DETAIL = ''d'', HINT = ''h''; RAISE WARNING ''w''; END'),
	q(DO 'BEGIN RAISE ''e'' USING DETAIL = ''d'', HINT = ''h''; END'),
	'VALUES (1, 2), (NULL, 3)',
	"PREPARE p AS SELECT 'p'::text; EXECUTE p",
	'DECLARE c CURSOR WITH HOLD FOR SELECT id FROM t; FETCH 2 FROM c; MOVE 1 FROM c; CLOSE c',
	'CALL nothing()',
	"SELECT count(*), max(v), sum(n) FROM t GROUP BY id > 100 ORDER BY 1",
);

# Notices come in their place from a session, and before all else from psql -c.
foreach my $sql (@sql)
{
	(my $name = $sql) =~ s/\n/\\n/g;
	is(by_session($sql), by_psql($sql), length($name) > 60 ? substr($name, 0, 57) . '...' : $name);
}

$node->stop;

done_testing();
