#!/bin/sh
#
# prerequisites.sh GOAL PG_CONFIG
#	Get what GOAL needs and print the path of the pg_config to use.
#
# On Debian the missing packages are named, with the reason, and installed (as
# root, or by sudo); elsewhere they are named and nothing is done.  Nothing
# that is installed is upgraded on the way: an upgrade would restart whatever
# server runs from it.  Where apt could not do without (the headers come in the
# newest minor release only, and the server is of an older one), PostgreSQL's
# packages of the newest are unpacked into PRIVATE instead, beside those that
# are installed, and serve from there.  No database cluster is created: Debian
# would make one, and start it, with the first server package.  NO_APT=1 in the
# environment only names what is missing.
#
set -eu

goal=$1
pg_config=$2
. "$(dirname "$0")/common.sh"
top=$(cd "$(dirname "$0")/.." && pwd)

say() { echo "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
major_of() { "$1" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'; }

debian() { [ -z "${NO_APT:-}" ] && have apt-get && have dpkg; }

# as_root COMMAND ARG... - Ctrl-C ends this script, whoever was told of it:
# sudo may run the command on a terminal of its own, where the signal reaches
# the command and nobody else, and apt-get may finish what it is at first.  The
# shell beside the command is told as well, and says so by its status.
as_root()
{
	root_rc=0
	# shellcheck disable=SC2016
	if [ "$(id -u)" = 0 ]; then "$@" || root_rc=$?
	elif have sudo
	then
		sudo sh -c 'trap "stop=1" INT; stop=; rc=0; "$@" || rc=$?; [ -z "$stop" ] || exit 130; exit "$rc"' \
			sh "$@" || root_rc=$?
	else die "this needs root, and there is no sudo: run as root: $*"
	fi
	[ "$root_rc" != 130 ] || exit 130
	return "$root_rc"
}

# need PACKAGE REASON - note it as missing
missing=
need()
{
	case " $missing " in *" $1 "*) return 0 ;; esac
	missing="$missing $1"
	say "missing: $1 - $2"
}

# The first pg_config that serves: the one asked for, else (when none was) the
# one of the system's own major.
major=
if have "$pg_config"
then
	pg_config=$(command -v "$pg_config")
	major=$(major_of "$pg_config")
	case $major in
		''|*[!0-9]*) die "$pg_config does not tell its version: is it a pg_config?" ;;
	esac
	[ "$major" -ge 15 ] ||
		die "PostgreSQL 15 or later is needed; $pg_config is of $("$pg_config" --version)"
elif [ "$pg_config" != pg_config ]
then
	case $pg_config in
		/usr/lib/postgresql/[0-9]*/bin/pg_config)
			major=${pg_config#/usr/lib/postgresql/}
			major=${major%%/*} ;;
		*) die "there is no pg_config at $pg_config" ;;
	esac
elif debian
then
	apt-cache show postgresql >/dev/null 2>&1 || as_root apt-get update >&2
	major=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	[ -n "$major" ] || die "this system's packages know no postgresql"
	pg_config=/usr/lib/postgresql/$major/bin/pg_config
else
	say "no pg_config in the PATH. Needed: a PostgreSQL server (15 or later) with contrib,"
	say "its server headers, a C compiler, make, and for the tests Perl with IPC::Run and pgTAP."
	die "install them by this system's means, or name a pg_config: make $goal PG_CONFIG=..."
fi
[ -z "$major" ] || [ "$major" -ge 15 ] || die "PostgreSQL 15 or later is needed, not $major"

# under WHICH FILE - is FILE there, below the directory pg_config names?
under() { have "$pg_config" && [ -e "$("$pg_config" "--$1")/$2" ]; }

server=postgresql-$major
dev=postgresql-server-dev-$major

# What is missing; of PostgreSQL's own packages and of others.
look()
{
	missing=
	have "${CC:-cc}" || need gcc "a C compiler builds the extensions"
	[ -e /usr/include/stdio.h ] || ! debian || need libc6-dev "the C library's headers"
	under bindir postgres || need "$server" "the server that shows itself"
	under bindir psql || need "postgresql-client-$major" "psql"
	under sharedir extension/pgcrypto.control || need "$server" "pgcrypto, which the lesson uses"
	if ! { have "$pg_config" && [ -e "$("$pg_config" --pgxs)" ]; } ||
		! under includedir-server postgres.h
	then
		need "$dev" "the server's headers and PGXS, to build against"
	fi
	case $goal in check|check-fast|fuzz|soak)
		have prove || need perl "prove runs the TAP tests"
		perl -MIPC::Run -e 1 2>/dev/null || need libipc-run-perl "PostgreSQL's own test modules use it"
		under sharedir extension/pgtap.control || need "postgresql-$major-pgtap" "pgTAP, for the properties in pgtap/"
	esac
	[ ! -x "tools/prerequisites_$goal.sh" ] || missing="$missing $(tools/prerequisites_"$goal".sh "$major")"
	# Headers come in the newest minor release, and a server must be of the
	# same one: the two are asked for together.
	case " $missing " in *" $server "*) ;; *" $dev "*) missing="$missing $server" ;; esac
	missing=$(echo $missing)
}

# planned [-v] PACKAGE... - the packages that apt would install for these, or
# with -v those that it would upgrade or remove
planned()
{
	planned_which=new
	[ "$1" != -v ] || { planned_which=changed; shift; }
	apt-get -s install --no-install-recommends "$@" 2>/dev/null |
		sed -n "/^Inst [^ ]* \[/{s/^Inst \([^ ]*\) .*/changed \1/p;d;}
			s/^Remv \([^ ]*\) .*/changed \1/p; s/^Inst \([^ ]*\) .*/new \1/p" |
		sed -n "s/^$planned_which //p"
}

# Of the words read, those that are packages of this PostgreSQL (the clients'
# library and headers come from the same source), and the others.
postgres_only() { tr ' ' '\n' | grep -E "^(postgresql(-[a-z-]+)?-$major(-[a-z]+)*|libpq5|libpq-dev)\$" || true; }
postgres_not() { tr ' ' '\n' | grep -vE "^(postgresql(-[a-z-]+)?-$major(-[a-z]+)*|libpq5|libpq-dev|)\$" || true; }

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -y "$@" >>"$log" 2>&1; }

# install PACKAGE... - by apt, which upgrades nothing; the lists may name what
# the archive has replaced since
install()
{
	for try in 1 2
	do
		changed=$(echo $(planned -v "$@"))
		[ -z "$changed" ] ||
			die "apt-get would upgrade or remove what is installed here: $changed.
That is left to you: apt-get install $*"
		! apt install --no-install-recommends "$@" || return 0
		[ "$try" = 2 ] || apt update || break
	done
	tail -n 20 "$log" >&2
	die "apt-get could not install: $*"
}

# unpack PACKAGE... - get them and unpack them into PRIVATE, where they serve
# as they would in /: PostgreSQL's programs find everything from where they
# stand.  The packages stay in tmp_packages for the next time.
unpack()
{
	root=$PRIVATE/packages
	kept=$top/tmp_packages
	mkdir -p "$kept" 2>/dev/null && [ -w "$kept" ] || kept=$PRIVATE/downloads
	mkdir -p "$kept" "$root"
	for package
	do
		version=$(apt-cache policy "$package" | sed -n 's/^ *Candidate: //p' | sed 's/:/%3a/')
		deb=$(ls "$kept/${package}_${version}_"*.deb 2>/dev/null | head -n 1)
		if [ -z "$deb" ]
		then
			rm -f "$kept/${package}_"*.deb
			(cd "$kept" && apt-get download "$package" >>"$log" 2>&1) ||
				{ tail -n 20 "$log" >&2; die "apt-get could not download $package"; }
			deb=$(ls "$kept/${package}_"*.deb)
		fi
		dpkg-deb -x "$deb" "$root"
	done
	pg_config=$root/usr/lib/postgresql/$major/bin/pg_config
	lacks=$(ldd "$root/usr/lib/postgresql/$major/bin/postgres" | sed -n 's/^[[:space:]]*\(.*\) => not found/\1/p')
	[ -z "$lacks" ] || die "the unpacked server lacks libraries:" $lacks
}

look
if [ -n "$missing" ]
then
	debian || die "install these (the names are Debian's), then try again: $missing"
	log=$(mktemp)
	conf=/etc/postgresql-common/createcluster.conf
	saved=
	# shellcheck disable=SC2317
	restore()
	{
		[ -z "$saved" ] || { as_root cp -p "$saved" "$conf"; rm -f "$saved"; }
		rm -f "$log"
	}
	trap restore EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM

	# Lists that were never fetched, or are too old to have what they name.
	apt-get -s install --no-install-recommends $missing >/dev/null 2>&1 || apt update ||
		{ tail -n 20 "$log" >&2; die "apt-get could not fetch its lists"; }
	plan=$missing
	if [ -n "$(planned -v $plan | postgres_only)" ]
	then
		# The server's libraries are new packages, or there already.
		plan="$(echo $missing | postgres_not) $(planned "$server" | postgres_not)"
		beside="$(echo $missing $server "postgresql-client-$major" "$dev" libpq-dev | postgres_only | sort -u)"
		# The server's headers ask for those of OpenSSL.
		[ -e /usr/include/openssl/ssl.h ] || beside="$beside libssl-dev"
		say "apt-get would upgrade what is installed:" $(planned -v $missing)
		say "That is left as it is; unpacked beside it, for this run:" $beside
	else
		beside=
	fi
	if [ -n "$(echo $plan)" ]
	then
		say "installing:" $plan
		case "$plan" in *postgresql*)
			install postgresql-common
			if [ -f "$conf" ]
			then
				saved=$(mktemp)
				cp -p "$conf" "$saved"
				as_root sh -c "echo 'create_main_cluster = false' >> $conf"
			fi
		esac
		install $plan
	fi
	if [ -n "$beside" ]
	then
		unpack $beside
		look
		[ -z "$missing" ] || die "still missing: $missing"
	fi
	have "$pg_config" || pg_config=/usr/lib/postgresql/$major/bin/pg_config
fi

have "$pg_config" || die "there is still no pg_config at $pg_config"
headers=$(grep -hs '^#define PG_VERSION "' "$("$pg_config" --includedir-server)"/pg_config*.h |
	head -n 1 | sed 's/[^"]*"\([0-9.a-z]*\).*/\1/')
[ -n "$headers" ] || die "the server's headers are missing in $("$pg_config" --includedir-server)"
running=$("$("$pg_config" --bindir)/postgres" --version | sed 's/^postgres (PostgreSQL) \([0-9.a-z]*\).*/\1/')
[ "$headers" = "$running" ] ||
	die "the server is $running, but its headers are of $headers: upgrade them to the same release"
[ "${headers%%[!0-9]*}" = "$(major_of "$pg_config")" ] ||
	die "$pg_config is of $("$pg_config" --version), but its headers are of $headers"

echo "$pg_config"
