
# No tuple header, however garbled, makes an MVCC instrument fail: it gets a
# verdict, or is told to be damaged.
#
# Headers are overwritten in the file with ids that were cut off, that are of
# this very transaction or still to come, with multixacts that are not, and
# with all sorts of flags.  SEED repeats a run, DAMAGE_ROUNDS makes it
# longer.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{SEED} || 1;
diag("seed $seed");
my $rounds = $ENV{DAMAGE_ROUNDS} || 4;
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 5
fsync = off
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE t (id int, v int);
	CREATE INDEX ON t (id);
	INSERT INTO t SELECT i, 0 FROM generate_series(1, 2000) AS i;
	UPDATE t SET v = 1 WHERE id % 3 = 0;
	-- multixacts whose numbers the damage can hit
	BEGIN; SELECT FROM t WHERE id < 50 FOR KEY SHARE; SAVEPOINT a; UPDATE t SET v = 2 WHERE id < 50; COMMIT;
	BEGIN; UPDATE t SET v = 3 WHERE id BETWEEN 60 AND 70; PREPARE TRANSACTION 'p';
	CHECKPOINT;
));
my $path = $node->data_dir . '/' . $node->safe_psql('postgres', "SELECT pg_relation_filepath('t')");
my $bindir = $node->config_data('--bindir');

# Overwrite the fields of one tuple header.  Line pointers stay as they are.
sub damage
{
	my ($page, $at, $next) = @_;
	my @xids = (0, 1, 2, 3, 4, $next - 1, $next, $next + 1, $next + 3, $next + 1000, 2**31, 2**32 - 1,
		int(rand($next)), int(rand(2**32)));
	my @flags = (0x0100, 0x0200, 0x0400, 0x0800, 0x1000, 0x2000, 0x4000, 0x8000, 0x0010, 0x0040, 0x0080, 0x0020);
	my ($infomask2, $infomask) = unpack('SS', substr($$page, $at + 18, 4));

	substr($$page, $at, 4) = pack('L', $xids[ rand @xids ]) if rand() < 0.6;
	substr($$page, $at + 4, 4) = pack('L', $xids[ rand @xids ]) if rand() < 0.6;
	substr($$page, $at + 8, 4) = pack('L', $xids[ rand @xids ]) if rand() < 0.5;
	substr($$page, $at + 12, 6) = pack('SSS', rand() < 0.2 ? rand(2**16) : 0, rand(20), rand() < 0.2 ? rand(2**16) : rand(200)) if rand() < 0.5;
	$infomask ^= $flags[ rand @flags ] for 1 .. rand(4);
	$infomask2 ^= (0x2000, 0x4000, 0x8000)[ rand 3 ] if rand() < 0.3;
	substr($$page, $at + 18, 4) = pack('SS', $infomask2, $infomask);
	return;
}

my $look = q(
	SELECT count(*) > 0, bool_or(problem IS NOT NULL) FROM arch_inspect.heap_visibility('t');
	SELECT count(*) > 0 FROM arch_inspect.heap_visibility('t', pg_current_snapshot());
	SELECT count(*) > 0 FROM arch_inspect.heap_visibility('t', '3:4:');
	SELECT count(*) >= 0 FROM arch_inspect.row_locks('t') AS l WHERE l::text <> '';
	SELECT count(DISTINCT e.answer) > 1 FROM arch_inspect.heap_visibility('t') AS h, arch_inspect.explain_visibility('t', h.tid) AS e WHERE e.question = 'verdict';
	SELECT count(*) > 0 FROM arch_inspect.heap_visibility('t') AS h, arch_inspect.explain_visibility('t', h.tid, '3:4:') AS e;
	SELECT count(*) > 0 FROM (SELECT tid FROM arch_inspect.heap_visibility('t') ORDER BY random() LIMIT 60) AS h, arch_parts.version_chain('t', h.tid);
	SELECT count(*) > 0 FROM arch_inspect.heap_page_items('t', 0) AS h, arch_inspect.transaction_status(h.t_xmin);
	SELECT count(*) > 0 FROM arch_inspect.heap_page_items('t', 0) AS h, arch_inspect.multixact_members(h.t_xmax);
);

$node->stop;
# where the server makes checksums by default
system_log("$bindir/pg_checksums", '--disable', '-D', $node->data_dir);
my $sound = slurp_file($path);
$node->start;

foreach my $round (1 .. $rounds)
{
	my $next = $node->safe_psql('postgres', 'SELECT pg_snapshot_xmax(pg_current_snapshot())');
	my $damaged = '';

	$node->stop;
	for (my $block = 0; $block < length($sound) / 8192; $block++)
	{
		my $page = substr($sound, $block * 8192, 8192);
		my $lower = unpack('S', substr($page, 12, 2));

		for (my $lp = 24; $lp < $lower; $lp += 4)
		{
			my $item = unpack('L', substr($page, $lp, 4));

			damage(\$page, $item & 0x7fff, $next) if ($item >> 15 & 3) == 1 && rand() < 0.7;
		}
		$damaged .= $page;
	}
	open(my $file, '>:raw', $path) or die "$path: $!";
	print $file $damaged;
	close($file) or die;
	$node->start;

	my ($ret, $stdout, $stderr) = $node->psql('postgres', $look);
	is($stderr, '', "round $round: no error, seed $seed");
	is($stdout, "t|t\nt\nt\nt\nt\nt\nt\nt\nt", "round $round: and answers");

	# the ids that were to come are now those of this transaction
	($ret, $stdout, $stderr) = $node->psql('postgres', qq(
		BEGIN;
		SELECT pg_current_xact_id() IS NOT NULL;
		SAVEPOINT a; CREATE TEMP TABLE a (a int); INSERT INTO a VALUES (1); UPDATE a SET a = 2; DELETE FROM a;
		SAVEPOINT b; CREATE TEMP TABLE b (a int);
		$look
		COMMIT));
	is($stderr, '', "round $round: nor in a transaction of those ids");
}

$node->stop;

done_testing();
