
# Every snippet and every section of the lesson is in the walkthrough, to the
# letter and in the lesson's order.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $lesson = slurp_file('doc/lesson.md');
my @snippets = $lesson =~ /^```sql\n(.*?)\n```$/msg;
my @sections = $lesson =~ /^## (.*)$/mg;
is(scalar @snippets, 11, 'the lesson has its snippets');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'max_worker_processes = 20');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_lab CASCADE');

my @walked = split /\0\n?/, $node->safe_psql('postgres',
	q(SELECT lesson FROM arch_lab.lesson_steps WHERE lesson IS NOT NULL ORDER BY section_no, step),
	extra_params => [ '--record-separator-zero' ]);
is_deeply(\@walked, \@snippets, 'every snippet is a step, to the letter');

is( $node->safe_psql('postgres',
		q(SELECT string_agg(section, E'\n' ORDER BY section_no)
			FROM (SELECT DISTINCT section_no, section FROM arch_lab.lesson_steps) AS s)),
	join("\n", @sections), 'every section has steps');

# What is run holds each statement of the snippet (the MVCC one's are split
# over two sessions).
is( $node->safe_psql('postgres', q(
		SELECT count(*) FROM arch_lab.lesson_steps AS s,
			   regexp_split_to_table(lesson, E';\\s*') AS statement
		 WHERE script IS NOT NULL AND statement !~ '^(--[^\n]*\n?)*$'
		   AND position(btrim(regexp_replace(statement, '--[^\n]*', '', 'g'), E' \n')
						IN regexp_replace(script, '--[^\n]*', '', 'g')) = 0)),
	'0', 'and each statement of each is run');

# The caller's backend is terminated in the middle: the caretaker cleans up.
$node->safe_psql('postgres', 'CREATE ROLE student LOGIN; CREATE SCHEMA student AUTHORIZATION student');
my $psql = IPC::Run::start(
	[ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-U', 'student', '-c', 'SELECT count(*) FROM arch_lab.walkthrough()' ],
	'<', \undef, '>', \my $out, '2>', \my $err);
ok($node->poll_query_until('postgres',
		q(SELECT count(*) > 0 FROM pg_class WHERE relnamespace = 'student'::regnamespace)),
	'the walkthrough is on its way');
$node->safe_psql('postgres',
	q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'student' AND backend_type = 'client backend'));
$psql->finish;
ok($node->poll_query_until('postgres',
		q(SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'student'::regnamespace)
			   + (SELECT count(*) FROM pg_stat_activity WHERE usename = 'student') = 0)),
	'nothing of it stays when its backend is terminated');

# Names that want quoting, of the role and of the schema that it works in.
$node->safe_psql('postgres', q(
	CREATE ROLE "Stu.dent ""X" LOGIN;
	CREATE ROLE "stu" LOGIN;
	CREATE SCHEMA "arch_lab_A, ""b.%s" AUTHORIZATION "Stu.dent ""X"));
my @odd = (extra_params => [ '-U', 'Stu.dent "X' ]);
is($node->safe_psql('postgres', 'SELECT n FROM arch_lab.claims() WHERE holds IS NOT TRUE', @odd), '', 'the claims hold for a role with an odd name');
is($node->safe_psql('postgres', "SELECT count(*) > 5, bool_and(holds) FROM arch_lab.walkthrough('MVCC')", @odd), 't|t', 'and the lesson is walked in a schema with one');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relnamespace = '"arch_lab_A, ""b.%s"'::regnamespace)), '0', 'which is left empty');

$node->stop;

done_testing();
