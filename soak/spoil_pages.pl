#!/usr/bin/perl
#
# spoil_pages.pl ORIGINAL TARGET SEED
#	Write the pages of the file ORIGINAL into the file TARGET, spoiled.
#
# The server may run: what looks into files reads the pages anew.  About one
# page in six stays as it is.  Half of the changes hit what a reader of pages
# must not believe: the header, line pointers, tuple headers, and words where
# the length of a value may be.

use strict;
use warnings;

my ($original, $target, $seed) = @ARGV;
my $size = 8192;
my @absurd = (
	0, 1, 2, 3, 4, 7, 8, 23, 24, 25, 127, 128, 255, 256, 8160, 8176, 8191,
	8192, 8193, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x0FFFFFFF,
	0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF);

srand($seed);

sub absurd { return rand() < 0.5 ? $absurd[ rand @absurd ] : int(rand(1 << 20)); }

# Write a number of so many bytes at an offset.
sub put
{
	my ($page, $at, $bytes, $value) = @_;

	return if $at + $bytes > $size;
	my $packed = $bytes == 1 ? pack('C', $value & 0xFF)
	  : $bytes == 2 ? pack('S', $value & 0xFFFF) : pack('L', $value & 0xFFFFFFFF);
	substr($$page, $at, $bytes) = $packed;
}

# Strike at the page's structure.
sub spoil_structure
{
	my ($page) = @_;
	my $what = int(rand(12));
	my $items = int((unpack('S', substr($$page, 12, 2)) - 24) / 4);
	my $item = 24 + 4 * int(rand($items > 0 && $items < 300 ? $items : 1));
	my $tuple = unpack('L', substr($$page, $item, 4)) & 0x7FF8;

	$tuple = int(rand($size / 8)) * 8 if $tuple > $size - 256;
	if ($what == 0) { put($page, 12 + 2 * int(rand(4)), 2, absurd()); }
	elsif ($what == 1) { put($page, $item, 2, absurd()); }
	elsif ($what == 2) { put($page, $item + 2, 2, absurd()); }
	elsif ($what == 3) { put($page, $tuple + 22, 1, absurd()); }
	elsif ($what == 4) { put($page, $tuple + 18 + 2 * int(rand(2)), 2, absurd()); }
	elsif ($what == 5) { put($page, $tuple + 23 + int(rand(4)), 1, absurd()); }
	elsif ($what == 6) { put($page, $tuple + 4 * int(rand(3)), 4, absurd()); }
	elsif ($what < 10) { put($page, $tuple + 24 + 4 * int(rand(60)), 4, absurd()); }
	elsif ($what == 10) { put($page, $tuple + 24 + int(rand(400)), 1, rand() < 0.3 ? 1 : absurd()); }
	else { put($page, 10, 2, absurd()); }
}

# What any bytes may suffer.
sub spoil_bytes
{
	my ($page, $other) = @_;
	my $what = int(rand(8));
	my $at = int(rand($size));
	my $len = int(rand(rand() < 0.5 ? 16 : $size - $at));

	$len = $size - $at if $len > $size - $at;
	if ($what == 0) { put($page, $at, 1, ord(substr($$page, $at, 1)) ^ (1 << int(rand(8)))); }
	elsif ($what == 1) { put($page, $at, 1, rand(256)); }
	elsif ($what == 2) { put($page, $at, 4, absurd()); }
	elsif ($what == 3) { put($page, $at, 2, absurd()); }
	elsif ($what == 4) { substr($$page, $at, $len) = substr($other, $at, $len); }
	elsif ($what == 5) { substr($$page, $at, $len) = (rand() < 0.7 ? "\0" : "\xFF") x $len; }
	elsif ($what == 6) { substr($$page, $at, $len) = substr($$page, int(rand($size - $len + 1)), $len); }
	else { substr($$page, $at, $len) = join('', map { chr(int(rand(256))) } 1 .. $len); }
}

open(my $in, '<:raw', $original) or die "$original: $!";
my $all = do { local $/; <$in> };
close $in;
my $pages = int(length($all) / $size);
open(my $out, '+<:raw', $target) or die "$target: $!";
for my $i (0 .. $pages - 1)
{
	my $page = substr($all, $i * $size, $size);
	my $other = substr($all, int(rand($pages)) * $size, $size);

	for (1 .. int(rand(6)))
	{
		rand() < 0.6 ? spoil_structure(\$page) : spoil_bytes(\$page, $other);
	}
	$page = rand() < 0.5 ? "\0" x $size : $other if rand() < 0.02;
	print $out $page;
}
close $out or die "$target: $!";
