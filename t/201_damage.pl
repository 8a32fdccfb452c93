
# Damaged files: every function reads them to the end; the rows of bad pages
# say so, and the neighbours' are as before.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node;

# one page of a file
sub read_block
{
	my ($path, $blkno) = @_;
	open my $fh, '<:raw', $path or die "$path: $!";
	seek $fh, $blkno * 8192, 0;
	read $fh, my $page, 8192;
	return $page;
}

sub write_at
{
	my ($path, $blkno, $offset, $bytes) = @_;
	open my $fh, '+<:raw', $path or die "$path: $!";
	seek $fh, $blkno * 8192 + $offset, 0;
	print $fh $bytes;
	close $fh;
}

my %all = (
	headers => q(SELECT blkno, ROW(lsn, flags, lower, upper, special, prune_xid, kind), problem FROM arch_inspect.page_headers('t') h),
	items => q(SELECT blkno, count(t::text), max(problem) FROM arch_inspect.heap_tuples('t') t GROUP BY blkno ORDER BY 1),
	map => q(SELECT blkno, m::text, problem FROM arch_inspect.page_map('t') m));

foreach my $checksums (1, 0)
{
	my $with = $checksums ? 'with checksums' : 'without checksums';

	$node = PostgreSQL::Test::Cluster->new("damage$checksums");
	# initdb of 18 turns checksums on unless told otherwise
	my $major = (PostgreSQL::Test::Utils::run_command(['initdb', '--version']))[0] =~ /(\d+)/ ? $1 : 0;
	$node->init(extra => [ $checksums ? '--data-checksums' :
			$major >= 18 ? '--no-data-checksums' : () ]);
	$node->append_conf('postgresql.conf', "autovacuum = off\nstatement_timeout = 60s\n");
	$node->start;
	$node->safe_psql('postgres', q(
		CREATE EXTENSION arch_inspect;
		CREATE TABLE t (i int, x text);
		INSERT INTO t SELECT i, repeat('x', 50) FROM generate_series(1, 97 * 64) i;
		DELETE FROM t WHERE i % 10 = 0;
		VACUUM (FREEZE) t;
		CHECKPOINT;));
	my %before = map { $_ => $node->safe_psql('postgres', $all{$_}) } keys %all;
	my $path = $node->data_dir . '/' .
	  $node->safe_psql('postgres', "SELECT pg_relation_filepath('t')");
	is($node->safe_psql('postgres', "SELECT pg_relation_size('t') / 8192"), 64, "pages, $with");
	$node->stop;

	my %bad;				# by block: what the row must say without checksums
	write_at($path, 2, 12, "\xff\xff");					# pd_lower
	$bad{2} = 'pd_lower is beyond pd_upper';
	write_at($path, 4, 14, "\x00\x01");					# pd_upper
	$bad{4} = 'pd_lower is beyond pd_upper';
	write_at($path, 6, 16, "\xff\x7f");					# pd_special
	$bad{6} = 'pd_special is beyond the page';
	write_at($path, 8, 18, "\x05\x40");					# page size and version
	$bad{8} = 'page size is not the server\'s';
	write_at($path, 10, 24, "\xff\xff\xff\xff");		# first line pointer
	$bad{10} = '';
	write_at($path, 12, 24, pack('V', 8184 | 1 << 15 | 24 << 17));	# past the end
	$bad{12} = '';
	write_at($path, 14, 0, join '', map { chr(int(rand 256)) } 1 .. 8192);	# garbage
	$bad{14} = '';
	write_at($path, 16, 10, "\xff\xff");				# pd_flags
	$bad{16} = 'pd_flags has unknown bits';
	my ($page18, $page20) = (read_block($path, 18), read_block($path, 20));		# swapped
	write_at($path, 18, 0, $page20);
	write_at($path, 20, 0, $page18);
	write_at($path, 22, 0, "\0" x 8192);				# zeroed: new, not bad
	write_at($path, 24, 8100, "\xff");					# a byte of a tuple
	write_at($path, 26, 0, substr($page20, 0, 4096) . ("\0" x 4096));		# torn
	$bad{26} = '';
	# the maps
	write_at("${path}_vm", 0, 12, "\xff\xff");
	write_at("${path}_fsm", 2, 100, join '', map { chr(int(rand 256)) } 1 .. 4000);
	# the file ends in the middle of its last block but one
	truncate $path, 63 * 8192 + 4000;
	$node->start;

	my %after = map { $_ => $node->safe_psql('postgres', $all{$_}) } keys %all;
	foreach my $what (sort keys %all)
	{
		my %old = map { /^(\d+)\|/ ? ($1 => $_) : () } split /\n/, $before{$what};
		my %new = map { /^(\d+)\|/ ? ($1 => $_) : () } split /\n/, $after{$what};

		is(scalar(keys %new), $what eq 'items' ? 62 : 63, "$what: a row for each block of what is left, $with");
		foreach my $blkno (sort { $a <=> $b } keys %bad)
		{
			like($new{$blkno}, $checksums && $bad{$blkno} eq '' ? qr/\|[^|]+$/ :
				$bad{$blkno} eq '' || $what eq 'map' || $what eq 'items' ? qr/./ :
				qr/\|\Q$bad{$blkno}\E$/,
				"$what: block $blkno is told to be bad, $with");
		}
		# the map's own columns come from the maps, which are damaged
		next if $what eq 'map';
		my @differ = grep {
			$old{$_} ne $new{$_} && !exists $bad{$_} && $_ !~ /^(18|20|22|24)$/
		} grep { $_ < 63 } sort { $a <=> $b } keys %old;
		is("@differ", '', "$what: the neighbours are unharmed, $with");
	}
	like($after{headers}, qr/^22\|.*\|$/m, "a zeroed page is new, not bad, $with");
	like($after{headers}, qr/^18\|.*\|checksum does not fit the page$/m, "a swapped page has a bad checksum")
	  if $checksums;
	is($node->safe_psql('postgres', q(SELECT count(*) > 0, bool_and(all_visible IS NULL), max(problem)
		FROM arch_inspect.page_map('t') WHERE blkno IN (0, 1, 3))),
		't|t|page of the visibility map is invalid', "the map that is bad says nothing, $with");
	is($node->safe_psql('postgres', q(SELECT problem IS NOT NULL FROM arch_inspect.fsm_tree('t') WHERE level = 0)),
		't', "the page of the free space map is told to be bad, $with");
	is($node->safe_psql('postgres', q(SELECT count(DISTINCT f::text) FROM (SELECT arch_inspect.heap_page_items('t', 14)) f)) > 0,
		1, "a call over a garbage page, $with");
	unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal|XX000/, "no crash, $with");
	$node->stop;
}

done_testing();
