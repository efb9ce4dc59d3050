# tcexec: make, make demo, make test, make help.
#
# Everything is built in $(B). Set on the command line: CC, AR, CFLAGS, CROSS_COMPILE (a tool prefix), EXEC (a program
# that runs the tests: an emulator, valgrind), BEARSSL (a tree with inc/ and build/libbearssl.a) and JSMN (a folder with
# jsmn.h) where the system has none.

B       ?= build
VERSION := $(shell sed -n 's/.*TCX_VERSION "\(.*\)"/\1/p' include/tcexec.h)

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
CFLAGS        ?= -Os -g
WARNINGS      := -std=c99 -pedantic -Wall -Wextra
CPPFLAGS      += -Iinclude $(if $(BEARSSL),-isystem $(BEARSSL)/inc) $(if $(JSMN),-isystem $(JSMN))
BEARSSL_LIBS  ?= $(if $(BEARSSL),$(BEARSSL)/build/libbearssl.a,-l:libbearssl.a)
TARGET_FLAGS  := -ffunction-sections -fdata-sections

# What is named must be there, before anything is built with it. A library for another machine links nothing.
needed  = $(if $(wildcard $(2)),,$(error $(1)="$($(1))": there is no $(2)))
links   = $(and $(filter file,$(origin BEARSSL_LIBS)),$(filter-out none,$(or $(PORT),posix)))
$(if $(filter-out clean help,$(or $(MAKECMDGOALS),all)), \
    $(if $(BEARSSL),$(call needed,BEARSSL,$(BEARSSL)/inc/bearssl.h)) \
    $(if $(JSMN),$(call needed,JSMN,$(JSMN)/jsmn.h)) \
    $(if $(and $(BEARSSL),$(links)),$(call needed,BEARSSL,$(BEARSSL)/build/libbearssl.a)))

LIB      := $(B)/libtcexec.a
SOURCES  := $(wildcard src/*.c)
OBJECTS  := $(SOURCES:%.c=$(B)/%.o)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
$(V).SILENT: # V=1 shows the commands

## all: the library and the command (default)
.PHONY: all
all: $(LIB) $(B)/tcexec

# The packages that a goal needs: demo and test install what is missing, the others say what it is.
## setup: install the packages that building and testing need
.PHONY: setup
INSTALLS := $(filter setup demo test conformance suites fuzz,$(MAKECMDGOALS))
$(B)/setup.stamp $(B)/setup-install.stamp: tests/setup.sh
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh $(if $(filter %-install.stamp,$@),install,check)
	touch $@
setup: $(B)/setup.stamp

$(LIB): $(OBJECTS)
	echo '  AR $@'
	rm -f $@
	$(AR) rcsD $@ $^

$(B)/%.o: %.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(TARGET_FLAGS) -MMD -MP -c $< -o $@

include port/posix/posix.mk
include port/template/template.mk
include port/package/package.mk
include tests/tests.mk
include tests/tls/tls.mk
include tests/transport/transport.mk
include tests/fuzz/fuzz.mk
include tests/conformance/conformance.mk
include tests/suites/suites.mk
include port/mps2/mps2.mk
include port/virt/virt.mk
include port/lwip/lwip.mk
include tests/package/package.mk
include tests/size/size.mk
include tests/everywhere/everywhere.mk
include tests/static/static.mk
include tests/proof/proof.mk
include tests/coverage/coverage.mk
include tests/secrets/secrets.mk
include tests/mutation/mutation.mk
include tests/bench/bench.mk
include src/docs/docs.mk

# What a check has found is enough to build, not for a goal that installs.
$(B)/setup.stamp: $(if $(INSTALLS),$(B)/setup-install.stamp)

## clean: remove everything that was built
.PHONY: clean
clean:
	rm -rf $(B)

## help: this list
.PHONY: help
help:
	sed -n 's/^## //p' $(MAKEFILE_LIST)

-include $(shell find $(B) -name dist-test -prune -o -type f -name '*.d' -print 2>/dev/null)
