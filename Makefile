# Makefile - build, install, test and show math_utils, arch_inspect and arch_lab
#
#	make walkthrough			the lesson, live, on a private server
#	make lesson					the same, a step at a time, in psql
#	make shell					psql in such a server
#	make classroom				a class of 30 at the exercises, played there
#	make check					all tests on private servers; installs nothing
#	make check-fast				those that take seconds
#	make bench					what things cost, beside what people use today
#	make fuzz, make soak		the long forms of what check does in short
#	make && sudo make install	the extensions, for the server of PG_CONFIG
#	make installcheck			all tests; regress and isolation tests on the server of
#								PGHOST/PGPORT, as far as its settings let it pass
#	make dist					the archive that PGXN takes
#
# Each extension is a PGXS module of its own, because PGXS builds one
# MODULE_big per Makefile.  Here live only the tests and the way down.

SUBDIRS = math_utils arch_inspect arch_lab

PG_CONFIG ?= pg_config
export PG_CONFIG

# Goals that run on a private server; each is a script in tools/.
ON_PRIVATE = check check-fast walkthrough lesson classroom shell bench fuzz soak

ifeq (,$(filter $(ON_PRIVATE),$(MAKECMDGOALS)))

# A test named *_pg18 runs on 18 and later only.
MAJOR := $(shell $(PG_CONFIG) --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
NEWER := $(foreach v,16 17 18 19,$(if $(shell test $(MAJOR) -lt $(v) && echo yes),%_pg$(v)))
tests  = $(sort $(filter-out $(NEWER),$(basename $(notdir $(wildcard $(1))))))
asked  = $(foreach t,$(basename $(notdir $(TESTS))),$(1)/$(t).$(2))

# A server may be set so that a test can't pass there: it is named and left out.
can_run = $(if $(filter installcheck,$(MAKECMDGOALS)),$(shell tools/can_run.sh $(1) $(2)),$(2))

LOAD_EXTENSIONS = $(addprefix --load-extension=,$(SUBDIRS))

# TESTS runs a part, by names or patterns: make check TESTS='205* math_utils_*'
TESTS         ?= *
REGRESS        = $(call can_run,sql,$(call tests,$(call asked,sql,sql)))
REGRESS_OPTS   = --encoding=UTF8 --no-locale --load-extension=pgcrypto $(LOAD_EXTENSIONS)
ISOLATION      = $(call can_run,specs,$(call tests,$(call asked,specs,spec)))
ISOLATION_OPTS = --encoding=UTF8 --no-locale --load-extension=pgcrypto $(LOAD_EXTENSIONS)
TAP_TESTS      = 1
EXTRA_CLEAN    = tmp_install tmp_instance tmp_log tmp_kept tmp_check_beside

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(call recurse,all install uninstall clean)

.PHONY: dist
dist:
	@tools/dist.pl

else

# PGXS claims the name "check" only to say that it cannot do it, so it stays
# out when such a goal is asked for; goals named beside it get a make of their
# own.
.PHONY: $(MAKECMDGOALS)

others = $(filter-out $(ON_PRIVATE),$(MAKECMDGOALS))

$(filter $(ON_PRIVATE),$(MAKECMDGOALS)): $(others)
	@+tools/private.sh $@ '$(PG_CONFIG)'

$(others):
	$(MAKE) $@

endif
