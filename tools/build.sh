#!/bin/sh
#
# build.sh PG_CONFIG DIR
#	Build the extensions and install them into a private copy, made in
#	DIR/install, of the server that PG_CONFIG belongs to; the path of its
#	pg_config is left in DIR/pg_config.
#
# No bitcode: nothing that runs here inlines C functions, and it doubles the
# time of a build.
#
set -eu

pg_config=$1
PRIVATE=$2
. tools/common.sh

jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

step "build" make -s -j "$jobs" all PG_CONFIG="$pg_config" with_llvm=no
for ext in math_utils:mu_ arch_inspect:ai_ arch_lab:al_
do
	step "check the symbols of ${ext%:*}" \
		tools/check_symbols.sh "${ext#*:}" "${ext%:*}/${ext%:*}.so"
done
step "check the layers" tools/check_layers.sh
step "copy the server" sh -c \
	"tools/private_tree.sh '$pg_config' '$PRIVATE/install' > '$PRIVATE/pg_config'"
step "install into the copy" make -s install PG_CONFIG="$(cat "$PRIVATE/pg_config")" with_llvm=no
