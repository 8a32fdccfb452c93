#!/usr/bin/perl
#
# dist.pl [DIR]
#	Write the archive that PGXN takes, NAME-VERSION.zip of META.json, into DIR
#	(the tree, unless told) and print its path; "make dist" calls it.
#
# It holds what git keeps, or in a tree without git what is no build product,
# below one folder NAME-VERSION.  Perl's own modules suffice.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Find ();
use IO::Compress::Zip qw(:all);
use JSON::PP ();

chdir dirname($0) . '/..' or die "dist: $!\n";
my $dir = @ARGV ? $ARGV[0] : '.';

# the text of a file
sub slurp
{
	my ($path) = @_;
	local $/;
	open my $in, '<:raw', $path or die "dist: $path: $!\n";
	return scalar <$in>;
}

my $meta = JSON::PP::decode_json(slurp('META.json'));
my $name = "$meta->{name}-$meta->{version}";

my @files;
if (-e '.git')
{
	@files = split /\0/, `git ls-files -z`;
	die "dist: git ls-files failed\n" if $?;
}
else
{
	# A line of .gitignore is a name, or from "/" on a path, with * as in a shell.
	my @ignored = map {
		my $line = quotemeta($_) =~ s/\\\*/[^\/]*/gr;
		$line =~ s/^\\\/// ? qr/^$line(\/|$)/ : qr/(^|\/)$line(\/|$)/;
	} split /\n/, slurp('.gitignore');
	File::Find::find(
		{ no_chdir => 1, wanted => sub {
			my $path = s/^\.\///r;
			push @files, $path if -f $_ && !grep { $path =~ $_ } @ignored;
		} }, '.');
}
die "dist: no files\n" unless @files;

my $zip;
foreach my $path (sort @files)
{
	my %member = (
		Name => "$name/$path",
		Time => (stat $path)[9],
		ExtAttr => (-x $path ? 0100755 : 0100644) << 16,
	);
	if ($zip) { $zip->newStream(%member); }
	else
	{
		$zip = IO::Compress::Zip->new("$dir/$name.zip", %member)
		  or die "dist: $dir/$name.zip: $ZipError\n";
	}
	$zip->print(slurp($path));
}
$zip->close or die "dist: $dir/$name.zip: $ZipError\n";
print "$dir/$name.zip\n";
