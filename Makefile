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
$(if $(filter-out clean help help-all,$(or $(MAKECMDGOALS),all)), \
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

# The one rule that installs packages: those of tests/setup.sh NAME. `check` installs nothing, and says what is missing.
# The goals that build the product check. All other goals install.
BUILDS   := all unit-tests install uninstall dist anchors symbols clean help help-all
INSTALLS := $(filter-out $(BUILDS) $(B)/%,$(MAKECMDGOALS))
$(B)/packages/%: tests/setup.sh
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' FUZZ_CC='$(FUZZ_CC)' \
	    sh tests/setup.sh $(if $(filter check,$*),check,install $*)
	touch $@
.PRECIOUS: $(B)/packages/%
$(B)/packages/check: | $(if $(INSTALLS),$(B)/packages/base)
### setup: install the packages that building and testing need
.PHONY: setup
setup: $(B)/packages/check

# The one rule that compiles: $(call compile,FOLDER,COMPILER AND FLAGS,PREREQUISITES) makes FOLDER/x.o from x.c.
define compile
$(1)/%.o: %.c $(3)
	echo '  CC $$@'
	mkdir -p $$(@D)
	$(2) -MMD -MP -c $$< -o $$@
endef
# SEES: more folders to include from, set where a folder's objects need them.
$(eval $(call compile,$(B),$$(CC) $$(WARNINGS) $$(CPPFLAGS) $$(SEES) $$(CFLAGS) $$(TARGET_FLAGS),| $(B)/packages/check))

# The recipes that archive and link.
define archive
echo '  AR $@'
mkdir -p $(@D)
rm -f $@
$(AR) rcsD $@ $^
endef
define link
echo '  LD $@'
mkdir -p $(@D)
$(CC) $(CFLAGS) $(LDFLAGS) -pthread -Wl,--gc-sections $(filter %.o,$^) $(filter %.a,$^) $(LIBS) $(BEARSSL_LIBS) -o $@
endef

$(LIB): $(OBJECTS)
	$(archive)

include port/port.mk
include port/package/package.mk
include tests/tests.mk
include tests/fuzz/fuzz.mk
include port/firmware/firmware.mk
include tests/checks/checks.mk
include src/docs/docs.mk

### clean: remove everything that was built
.PHONY: clean
clean:
	rm -rf $(B)

# Goals are listed by the comments above them: ## for everybody, ### for who works on tcexec.
### help, help-all: what most need; everything
.PHONY: help help-all
help:
	sed -n 's/^## //p' $(filter-out %.d,$(MAKEFILE_LIST))
	echo 'The other goals: make help-all'
help-all:
	sed -n 's/^###* //p' $(filter-out %.d,$(MAKEFILE_LIST))

-include $(shell find $(B) -name dist-test -prune -o -type f -name '*.d' -print 2>/dev/null)
