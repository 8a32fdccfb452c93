#!/bin/sh
#
# check_layers.sh [DIR]
#	Which folder of src/ may include which; run by every build.
#
# A file includes headers of its own folder and of those below it.  Folders of
# one floor know nothing of each other: what two subjects share goes down.
# DIR is the tree, unless it is the working directory.
#
set -eu
cd "${1:-.}"

# EXTENSION: FLOOR; FLOOR; ... from the ground up, each a list of folders
layers()
{
	cat <<'TEXT'
arch_inspect: decode; base; source; judge; words; rows; index; storage mvcc wal server pictures
math_utils: base; integers floats aggregates rational npy
arch_lab: sessions footprint classroom
TEXT
}

bad=$(
	layers | while IFS=: read -r ext floors
	do
		below=
		echo "$floors" | tr ';' '\n' | while read -r floor
		do
			for room in $floor
			do
				[ -d "$ext/src/$room" ] || continue
				grep -Hn '#include "[a-z_]*/[a-z_0-9]*\.h"' "$ext/src/$room"/*.[ch] |
					while IFS= read -r line
					do
						target=${line#*\"}
						target=${target%\"}
						[ -e "$ext/src/$target" ] || continue
						case " $below $room " in
							*" ${target%/*} "*) ;;
							*) echo "${line%%:*} may not include $target" ;;
						esac
					done || true
			done
			below="$below $floor"
		done
		for room in "$ext"/src/*/
		do
			room=$(basename "$room")
			case " $(echo "$floors" | tr ';' ' ') " in
				*" $room "*) ;;
				*) echo "$ext/src/$room stands on no floor" ;;
			esac
		done
	done
	# Decoders are linked without a server: bytes in, structs out.  Of the
	# headers for what runs in one they may have those that lay out what is on
	# disk, and compat_disk.h is all of compat.h that does no more.
	grep -nE '#include "(compat\.h|catalog|executor|funcapi|fmgr|nodes|storage|utils)|\b(ereport|elog|palloc[0-9a-z_]*|SearchSysCache[0-9]*|ReadBuffer[A-Za-z]*) *\(' \
		arch_inspect/src/decode/*.[ch] |
		grep -vE '"(catalog/(pg_control|pg_tablespace_d|storage_xlog)|storage/(block|bufpage|checksum_impl|item|itemid|itemptr|off|relfilelocator|relfilenode|standbydefs)|utils/(array|jsonb|jsonpath|rangetypes|relmapper))\.h"' |
		sed 's/$/ has no place among the decoders/' || true
	# What differs by major stands in one place.
	grep -ln 'PG_VERSION_NUM' */src/*/*.[ch] */src/*.[ch] 2>/dev/null |
		sed 's/$/ tests PG_VERSION_NUM, which is for common\/compat.h/' || true
)
[ -z "$bad" ] || { echo "$bad" >&2; exit 1; }
