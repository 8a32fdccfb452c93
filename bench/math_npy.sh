# math_npy.sh - npy_fdw beside file_fdw on a CSV of the same data, and a table

. bench/lib.sh

case $BENCH_SIZE in small) rows=50000 ;; *) rows=2000000 ;; esac

perl -e '
	my ($rows, $dir) = @ARGV;
	my $h = "{\x27descr\x27: [(\x27i\x27, \x27<i4\x27), (\x27x\x27, \x27<f8\x27), (\x27y\x27, \x27<f8\x27)], \x27fortran_order\x27: False, \x27shape\x27: ($rows,), }";
	$h .= " " x (63 - (10 + length $h) % 64) . "\n";
	open(my $n, ">:raw", "$dir/bench.npy"); open(my $c, ">", "$dir/bench.csv");
	print $n "\x93NUMPY\1\0", pack("v", length $h), $h;
	for my $i (1 .. $rows) {
		my ($x, $y) = (sin($i) * 1000, $i / 7);
		print $n pack("l<d<d<", $i, $x, $y);
		printf $c "%d,%.17g,%.17g\n", $i, $x, $y;
	}' "$rows" "$PRIVATE"
chmod 644 "$PRIVATE/bench.npy" "$PRIVATE/bench.csv"

psql -X -q <<SQL
CREATE EXTENSION file_fdw;
CREATE SERVER npy FOREIGN DATA WRAPPER npy_fdw;
CREATE SERVER csv FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE by_npy (row_no bigint OPTIONS (row_number 'true'), i int, x float8, y float8) SERVER npy OPTIONS (filename '$PRIVATE/bench.npy');
CREATE FOREIGN TABLE by_csv (i int, x float8, y float8) SERVER csv OPTIONS (filename '$PRIVATE/bench.csv', format 'csv');
CREATE TABLE by_heap AS SELECT i, x, y FROM by_npy;
VACUUM (FREEZE, ANALYZE) by_heap;
SQL

contest "sum of two columns of $rows rows" 3 \
	"npy_fdw"			"SELECT sum(x), sum(y) FROM by_npy" \
	"file_fdw on CSV"	"SELECT sum(x), sum(y) FROM by_csv" \
	"a table"			"SELECT sum(x), sum(y) FROM by_heap"
contest "ten rows in the middle" 3 \
	"npy_fdw"			"SELECT * FROM by_npy WHERE row_no BETWEEN $rows / 2 AND $rows / 2 + 9" \
	"file_fdw on CSV"	"SELECT * FROM by_csv WHERE i BETWEEN $rows / 2 AND $rows / 2 + 9"
