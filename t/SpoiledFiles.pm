# Files of relations, spoiled on purpose while the sound ones are kept beside:
# "file" in the tests is name of the relation => path.

package SpoiledFiles;

use strict;
use warnings;

use Exporter 'import';
use File::Copy;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(files_of keep_sound restore spoil exchange stayed_up);

# files_of NODE, CONDITION - paths, pages and access methods of the relations
# c of pg_class for which it holds, by name; those without a page are left out
sub files_of
{
	my ($node, $condition) = @_;
	my (%file, %pages, %method);

	foreach my $line (split /\n/, $node->safe_psql('postgres', qq(
		SELECT c.oid::regclass, pg_relation_filepath(c.oid), pg_relation_size(c.oid) / 8192, am.amname
		  FROM pg_class AS c LEFT JOIN pg_am AS am ON am.oid = c.relam WHERE $condition)))
	{
		my ($rel, $path, $n, $am) = split /\|/, $line;
		next if !$n;
		$file{$rel} = $node->data_dir . "/$path";
		$pages{$rel} = $n;
		$method{$rel} = $am;
	}
	return (\%file, \%pages, \%method);
}

# keep_sound FILE - a copy of each, of a server that is stopped
sub keep_sound
{
	my ($file) = @_;
	copy($_, "$_.sound") or die "$_: $!" foreach values %$file;
	return;
}

# restore FILE, [RELATION ...] - those, or all, as they were
sub restore
{
	my ($file, @rels) = @_;
	copy("$_.sound", $_) or die "$_: $!" foreach @$file{ @rels ? @rels : keys %$file };
	return;
}

# spoil FILE, RELATION, SEED - bytes of its pages at random
sub spoil
{
	my ($file, $rel, $seed) = @_;
	system_or_bail($^X, 'soak/spoil_pages.pl', "$file->{$rel}.sound", $file->{$rel}, $seed);
	return;
}

# exchange FILE - each gets the file of another relation
sub exchange
{
	my ($file) = @_;
	my @rels = sort keys %$file;
	copy($file->{ $rels[ ($_ + 1) % @rels ] } . '.sound', $file->{ $rels[$_] }) or die $! foreach 0 .. $#rels;
	return;
}

# stayed_up NODE, STARTED - asserts that the server is the one that started then
sub stayed_up
{
	my ($node, $started) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server never went down');
	unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal|TRAP/, 'and its log tells of nothing');
	return;
}

1;
