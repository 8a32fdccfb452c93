
# A cluster whose pages bear no checksums, for tests that change its files:
# what is wrong with a page is then found in the page, and not in its checksum.

package NoChecksums;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;

our @EXPORT = qw(init_without_checksums);

# init_without_checksums NODE, PARAMETERS - as $node->init; from 18 on initdb
# turns checksums on unless told otherwise
sub init_without_checksums
{
	my ($node, %params) = @_;
	my ($version) = run_command([ 'initdb', '--version' ]);
	my ($major) = $version =~ /(\d+)/;

	push @{ $params{extra} }, '--no-data-checksums' if $major >= 18;
	$node->init(%params);
	return;
}

1;
