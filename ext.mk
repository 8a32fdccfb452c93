# ext.mk - what the Makefiles of the extensions share
#
# The including Makefile sets EXTENSION; the rest follows from the folder:
# src/*.c and src/*/*.c are the module, install/*.sql in name order is the install script
# (and common/install/ its end),
# upgrade/*.sql are the update scripts and the frozen scripts of old releases.
# The files of exercises/ go where the install script has a line "-- exercises",
# each as a string.

EXTVERSION := $(shell sed -n "s/^default_version *= *'\([^']*\)'/\1/p" $(EXTENSION).control)

MODULE_big = $(EXTENSION)
OBJS       = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
DATA       = $(wildcard upgrade/*--*.sql *.psqlrc)
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
PGFILEDESC = "$(EXTENSION)"
EXTRA_CLEAN = .built-for $(filter-out upgrade/%,$(wildcard *--*.sql))

# A warning is an error where CI is set, and for nobody else: a newer compiler
# may warn of more.
WERROR ?= $(if $(CI),-Werror)

PG_CPPFLAGS = -I$(srcdir)/src -I$(srcdir)/../common -DEXT_NAME='"$(EXTENSION)"' -DEXT_VERSION='"$(EXTVERSION)"'
PG_CFLAGS   = -Wall -Wextra -Wshadow=compatible-local $(WERROR) \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# The files of a library call each other directly: cheaper, and no library that
# was loaded before can put a function of its own in between.
ifeq ($(PORTNAME), linux)
CFLAGS     += -fno-semantic-interposition
SHLIB_LINK += -Wl,-Bsymbolic-functions
endif

# PGXS tracks neither headers, nor the server built for, nor which files there
# are; a change of any rebuilds the module.  (A plain stamp file would not do:
# Makefile.global has ".SECONDARY:", which lets a missing prerequisite pass as
# up to date.)
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h src/*/*.h ../common/*.h) $(EXTENSION).control .built-for
.built-for: FORCE
	@{ $(PG_CONFIG) --version --configure; echo $(OBJS); } > $@.new; \
	cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: FORCE

# The last part is the same for all, but for the extension's name.
$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard install/*.sql)) \
		../common/install/99_rights.sql $(sort $(wildcard exercises/*.txt)) $(EXTENSION).control
	sed 's/@EXTENSION@/$(EXTENSION)/' $(filter %.sql,$^) | awk -v files='$(filter exercises/%,$^)' ' \
		$$0 != "-- exercises" { print; next } \
		{ n = split(files, file, " "); \
		  for (i = 1; i <= n; i++) { \
			printf "$$exercise$$"; \
			while ((getline line < file[i]) > 0) print line; \
			print "$$exercise$$" (i < n ? "," : ""); } }' > $@
