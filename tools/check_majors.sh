#!/bin/sh
#
# check_majors.sh [MAJOR ...]
#	Run "make check" on other majors of PostgreSQL (17, 18 and 19 unless told),
#	each in a Debian chroot that is made on first use and kept.
#
# A major is skipped, with a line that says so, only where no chroot can be
# made: without root, debootstrap or Debian's packages.  With CI set, a skip is
# a failure.  The last line counts.  MAJORS_DIR is where the chroots live.
#
# 17 comes with a release of Debian.  A newer one is looked for in the release
# that may have it, then in sid, then in experimental: where Debian keeps it
# changes.  A package that none of them has is named.
#
# The chroots of 18 and 19 also get the programs of the major before, if that
# has a chroot, so that t/340_process_upgrade.pl can go from one to the other.
#
set -u
cd "$(dirname "$0")/.." || exit 1

dir=${MAJORS_DIR:-/var/tmp/pg-majors}
[ $# -gt 0 ] || set -- 17 18 19

log=$(mktemp)
passed=0 failed=0 skipped=0 mounted=

# shellcheck disable=SC2317
unmount()
{
	for m in $mounted
	do
		umount "$m" 2>/dev/null || umount -l "$m" 2>/dev/null || true
	done
	mounted=
}
trap 'unmount; rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

suite_of()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		19) echo sid ;;
		*) return 1 ;;
	esac
}

skip()
{
	echo "PostgreSQL $1: SKIPPED: $2"
	skipped=$((skipped + 1))
}

# make_root MAJOR - make the chroot of that major in $dir/MAJOR
make_root()
{
	suite=$(suite_of "$1") || { why="no Debian release is known to hold it"; return 1; }
	[ "$(id -u)" = 0 ] || { why="making a chroot needs root"; return 1; }
	if ! command -v debootstrap >/dev/null
	then
		command -v apt-get >/dev/null || { why="there is no debootstrap"; return 1; }
		echo "installing debootstrap, to make a chroot for PostgreSQL $1"
		{ apt-get -y install --no-install-recommends debootstrap ||
			{ apt-get update && apt-get -y install --no-install-recommends debootstrap; }; } >"$log" 2>&1 ||
			{ tail -n 5 "$log"; why="debootstrap could not be installed"; return 1; }
	fi
	# A debootstrap older than the suite knows neither its script nor its keys.
	script=/usr/share/debootstrap/scripts/$suite
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
	gpg=
	[ "$suite" = bookworm ] || [ -e "/usr/share/debootstrap/scripts/$suite" ] || gpg=--no-check-gpg
	rm -rf --one-file-system "$dir/$1.new"
	mkdir -p "$dir" || { why="cannot write to $dir"; return 1; }
	echo "making a chroot with PostgreSQL $1 ($suite)"
	packages=make,gcc,libipc-run-perl
	[ "$suite" = sid ] ||
		packages=postgresql-$1,postgresql-server-dev-$1,postgresql-$1-pgtap,$packages
	# shellcheck disable=SC2086
	debootstrap --variant=minbase $gpg --include="$packages" \
		"$suite" "$dir/$1.new" "" "$script" >"$log" 2>&1 ||
		{ tail -n 5 "$log"; rm -rf --one-file-system "$dir/$1.new"; why="debootstrap failed"; return 1; }
	if [ "$suite" = sid ] && ! add_server "$1" "$dir/$1.new"
	then
		unmount
		rm -rf --one-file-system "$dir/$1.new"
		return 1
	fi
	mv "$dir/$1.new" "$dir/$1"
}

# add_server MAJOR ROOT - put a major that no release holds yet into a chroot
# of sid, from sid itself or from experimental, whichever has it
add_server()
{
	# the mirror may be one that stands still, whose lists have run out
	mirror=$(sed -n 's/^deb \(\[[^]]*\] \)*\([^ ]*\) .*/\2/p' "$2/etc/apt/sources.list" | head -n 1)
	for s in sid experimental
	do
		echo "deb [trusted=yes] $mirror $s main"
	done >"$2/etc/apt/sources.list"
	echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/99valid"
	cp /etc/resolv.conf "$2/etc/" 2>/dev/null || true

	# postgresql-common asks for the processes while it is configured
	mount -t proc proc "$2/proc" || { why="cannot mount proc into the chroot"; return 1; }
	mounted="$2/proc $mounted"
	chroot "$2" apt-get update >"$log" 2>&1 ||
		{ tail -n 5 "$log"; why="apt-get update failed"; return 1; }
	for p in "postgresql-$1" "postgresql-server-dev-$1"
	do
		chroot "$2" apt-cache policy "$p" | grep -q 'Candidate: [^(]' ||
			{ why="neither sid nor experimental has the package $p"; return 1; }
	done
	from_suite=
	chroot "$2" apt-get install -s --no-install-recommends \
		"postgresql-$1" "postgresql-server-dev-$1" >"$log" 2>&1 || from_suite=experimental
	chroot "$2" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		${from_suite:+-t "$from_suite"} "postgresql-$1" "postgresql-server-dev-$1" >"$log" 2>&1 ||
		{ tail -n 5 "$log"; why="postgresql-$1 could not be installed"; return 1; }

	# pgTAP is plain SQL: that of an older major serves where this has none
	chroot "$2" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		"postgresql-$1-pgtap" >"$log" 2>&1 || add_pgtap "$1" "$2" || return 1
	unmount
}

# add_pgtap MAJOR ROOT - copy pgTAP's files from the newest package there is
add_pgtap()
{
	p=$(chroot "$2" apt-cache --names-only search '^postgresql-[0-9]*-pgtap$' | sed 's/ .*//' | sort -V | tail -n 1)
	[ -n "$p" ] || { why="neither sid nor experimental has a package of pgTAP"; return 1; }
	chroot "$2" sh -c "cd /tmp && apt-get download $p && dpkg-deb -x $p"'_*.deb pgtap' >"$log" 2>&1 ||
		{ tail -n 5 "$log"; why="$p could not be fetched"; return 1; }
	cp "$2"/tmp/pgtap/usr/share/postgresql/*/extension/* "$2/usr/share/postgresql/$1/extension/"
	rm -rf "$2"/tmp/pgtap "$2/tmp/$p"_*.deb
}

# add_older MAJOR - put the programs of an older major into the chroot of MAJOR,
# with the libraries they need that it lacks; $older is their pg_config, or
# nothing.  (From 15 to 17 pg_upgrade fails by itself, with any database.)
add_older()
{
	older=
	case $1 in 18) from=17 ;; 19) from=18 ;; *) return 0 ;; esac
	old=$dir/$from new=$dir/$1
	[ -x "$old/usr/lib/postgresql/$from/bin/postgres" ] || return 0
	for d in lib share include
	do
		rm -rf "$new/usr/$d/postgresql/$from"
		cp -a "$old/usr/$d/postgresql/$from" "$new/usr/$d/postgresql/$from" || return 0
	done
	chroot "$old" sh -c "ldd /usr/lib/postgresql/$from/bin/*" 2>/dev/null |
		sed -n 's/.*=> \(\/[^ ]*\) (.*/\1/p' | sort -u |
		while read -r lib
		do
			[ -e "$new$lib" ] || cp -pL "$old$lib" "$new/usr/local/lib/"
		done
	chroot "$new" /sbin/ldconfig
	older=/usr/lib/postgresql/$from/bin/pg_config
}

# enter MAJOR - run make check in the chroot; its output goes to $log as well
enter()
{
	root=$dir/$1
	src=$root/suite
	for m in proc dev
	do
		mountpoint -q "$root/$m" && continue
		if [ $m = proc ]; then mount -t proc proc "$root/proc"; else mount --bind /dev "$root/dev"; fi ||
			{ why="cannot mount $m into the chroot"; return 2; }
		mounted="$root/$m $mounted"
	done
	rm -rf "$src"
	mkdir "$src"
	tar -cf - --exclude=.git --exclude='./tmp_*' --exclude='*.o' --exclude='*.so' \
		--exclude='*.bc' --exclude='.built-for' . | tar -xf - -C "$src"
	# A Debian release that has a PostgreSQL of an older name for pg_config
	# would pick the wrong one: the path is spelled out.
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		CI="${CI:-}" TESTS="${TESTS:-*}" OLD_PG_CONFIG="$older" \
		make -C /suite check PG_CONFIG="/usr/lib/postgresql/$1/bin/pg_config" 2>&1
}

for major in "$@"
do
	why=
	if [ ! -d "$dir/$major" ] && ! make_root "$major"
	then
		skip "$major" "$why"
		continue
	fi
	echo "== PostgreSQL $major"
	add_older "$major"
	enter "$major" >"$log"
	rc=$?
	[ $rc -ne 2 ] || [ -z "$why" ] || { skip "$major" "$why"; continue; }
	counts=$(sed -n 's/^\([0-9]* passed, [0-9]* failed\)$/\1/p' "$log" | tail -n 1)
	if [ -z "$counts" ]
	then
		counts="0 passed, 1 failed"
	fi
	p=${counts%% passed*}
	f=${counts#*, }
	f=${f%% failed*}
	[ "$rc" -eq 0 ] || [ "$f" -gt 0 ] || f=1
	[ "$f" -eq 0 ] || cat "$log"
	"$dir/$major/usr/lib/postgresql/$major/bin/postgres" --version 2>/dev/null ||
		chroot "$dir/$major" "/usr/lib/postgresql/$major/bin/postgres" --version
	echo "PostgreSQL $major: $p passed, $f failed"
	passed=$((passed + p))
	failed=$((failed + f))
	unmount
	[ "$f" -gt 0 ] || rm -rf "$dir/$major/suite"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] || exit 1
[ "$skipped" -eq 0 ] || [ -z "${CI:-}" ] || exit 1
exit 0
