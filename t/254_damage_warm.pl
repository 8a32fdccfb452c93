
# Damage that has come into memory: pages that were let into shared buffers in
# spite of their checksums, TOAST pages among them, and values spoiled one by
# one.  Every function looks, from another session, and none gives in.
#
# WARM_ROUNDS says how often all files are spoiled (default 2), VALUE_ROUNDS how
# often some values of each type (default 2), SEED where both begin.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use SpoiledFiles;

my $node = PostgreSQL::Test::Cluster->new('main');
my $seed = $ENV{SEED} || 1;
diag("seed $seed");

$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
bgwriter_lru_maxpages = 0
log_line_prefix = '%m [%p] %e '
log_statement = none
log_min_messages = error
statement_timeout = '300s'));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION math_utils; CREATE EXTENSION arch_inspect; CREATE EXTENSION pg_prewarm');
$node->safe_psql('postgres', slurp_file('soak/damage.sql'));
$node->safe_psql('postgres', q(
-- Let into shared buffers every page that the server takes at all.
CREATE FUNCTION damage.warm(rel regclass) RETURNS bigint LANGUAGE plpgsql SET ignore_checksum_failure = on AS $$
DECLARE
	n bigint := 0;
BEGIN
	FOR b IN 0 .. pg_relation_size(rel) / 8192 - 1 LOOP
		BEGIN
			n := n + pg_prewarm(rel, 'buffer', 'main', b, b);
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	END LOOP;
	RETURN n;
END $$));

my ($file) = files_of($node, q(
	c.relnamespace = 'damage'::regnamespace AND c.relkind IN ('r', 'i')
	 OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'damage'::regnamespace)
	 OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'damage'::regnamespace))));
my $looks = join(' UNION ALL ', map { "SELECT '$_' AS rel, * FROM damage.look('$_')" } sort keys %$file);

sub look
{
	my ($name) = @_;
	my ($rc, $out, $err) = $node->psql('postgres',
		"SELECT sum(calls), sum(rows), sum(errors), string_agg(DISTINCT rel || ': ' || internal, E'\\n') FROM ($looks) AS l");
	my ($calls, $rows, $errors, $internal) = split /\|/, $out // '', 4;

	ok($rc == 0 && ($calls // 0) > 0 && ($internal // '') eq '', "$name: answered, or refused with a reason")
	  or diag("exit status $rc: $err\n" . ($internal // ''));
	note("$name: calls $calls, rows $rows, errors $errors") if defined $errors;
}

$node->stop;
keep_sound($file);

# Each round begins with empty buffers.  In every other one only the TOAST
# tables are spoiled: what points to them is sound then, and from disk.
foreach my $round (1 .. $ENV{WARM_ROUNDS} || 2)
{
	foreach my $rel (sort keys %$file)
	{
		if ($round % 2 == 0 && $rel !~ /^pg_toast\.pg_toast_\d+$/)
		{
			restore($file, $rel);
			next;
		}
		spoil($file, $rel, $seed++);
	}
	$node->start;
	my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
	look("round $round, from disk");
	my $warm = $node->safe_psql('postgres', join(' UNION ALL ', map { "SELECT damage.warm('$_')" } sort keys %$file));
	cmp_ok(eval join('+', split /\n/, $warm), '>', 20, 'damaged pages are in shared buffers');
	look("round $round, from shared buffers");
	is($node->safe_psql('postgres', 'SELECT count(value) FROM arch_inspect.heap_attributes($$damage.others$$) WHERE attname = $$st$$'), '0',
		'where no value of a type unknown to us is printed');
	is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server never went down');
	$node->stop('immediate');
}
restore($file);
$node->start;
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

# Values, spoiled in the row; whatever a session has set for printing.
$node->safe_psql('postgres', slurp_file('soak/damage_values.sql'));
foreach my $round (1 .. $ENV{VALUE_ROUNDS} || 2)
{
	my $style = (qw(postgres sql_standard iso_8601 postgres_verbose))[ $round % 4 ];
	my ($rc, $out, $err) = $node->psql('postgres', sprintf(q(SET intervalstyle = %s; SET datestyle = %s; SELECT setseed(%f);
		SELECT count(DISTINCT type), sum(printed), sum(refused), sum(printed) FILTER (WHERE type::text = 'damage.strange') FROM damage.spoil_values(1, 150)),
		$style, (qw(iso german sql postgres))[ $round % 4 ], (($seed + $round) % 1000) / 1000));
	my ($types, $printed, $refused, $strange) = ($out // '') =~ /(\d+)\|(\d+)\|(\d+)\|(\d+)$/;

	ok($rc == 0 && ($types // 0) > 20 && $printed > 1000 && $refused > 1000 && $strange == 0,
		"spoiled values of every type, round $round") or diag("$out\n$err");
	note("types $types, printed $printed, refused $refused") if defined $strange;
}
stayed_up($node, $started);

$node->stop('immediate');
done_testing();
