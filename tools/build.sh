#!/bin/sh
#
# build.sh PG_CONFIG DIR [KEPT]
#	Build the extensions and install them into a private copy, made in
#	KEPT/install (or DIR/install), of the server that PG_CONFIG belongs to; the
#	path of its pg_config is left in DIR/pg_config.  A copy that is there, of
#	the same server, is used again.
#
# No bitcode: nothing that runs here inlines C functions, and it doubles the
# time of a build.
#
set -eu

pg_config=$1
PRIVATE=$2
kept=${3:-$2}
. tools/common.sh

jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

step "build" make -s -j "$jobs" all PG_CONFIG="$pg_config" with_llvm=no
for ext in math_utils:mu_ arch_inspect:ai_ arch_lab:al_
do
	step "check the symbols of ${ext%:*}" \
		tools/check_symbols.sh "${ext#*:}" "${ext%:*}/${ext%:*}.so"
done
step "check the layers" tools/check_layers.sh
step "look for circles" tools/check_circles.sh

# of_server - what tells one server from another, and what may be added to it
of_server()
{
	echo "$pg_config"
	"$pg_config"
	ls -lL "$("$pg_config" --bindir)" "$("$pg_config" --pkglibdir)" \
		"$("$pg_config" --sharedir)/extension"
}
of_server >"$kept/of.new" 2>/dev/null || true
if ! cmp -s "$kept/of.new" "$kept/of"
then
	rm -f "$kept/of"
	step "copy the server" sh -c \
		"tools/private_tree.sh '$pg_config' '$kept/install' > '$kept/pg_config'"
	mv "$kept/of.new" "$kept/of"
fi
[ "$kept" = "$PRIVATE" ] || cp "$kept/pg_config" "$PRIVATE/pg_config"
copy=$(cat "$PRIVATE/pg_config")
# what an earlier build left there
for ext in math_utils arch_inspect arch_lab
do
	rm -f "$("$copy" --sharedir)/extension/$ext--"*.sql
done
step "install into the copy" make -s install PG_CONFIG="$copy" with_llvm=no
