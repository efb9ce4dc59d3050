# Installing. DESTDIR is put before every path. PORT=none installs the library without the POSIX port and the command:
# for a library that was compiled for another machine.

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
LIBDIR      ?= $(PREFIX)/lib
INCLUDEDIR  ?= $(PREFIX)/include
MANDIR      ?= $(PREFIX)/share/man
DATADIR     ?= $(PREFIX)/share
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
PORT        ?= posix
INSTALL     ?= install

FOLDERS := PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR DATADIR BASHCOMPDIR ZSHCOMPDIR
is_plain = $(and $(filter 1,$(words $(1))),$(filter /%,$(1)),$(filter-out %/,$(1)))
refuse   = $(foreach name,$(FOLDERS),$(if $(call is_plain,$($(name))),, \
               $(error $(name)="$($(name))": it must be one absolute path, without blanks or a slash at its end))) \
           $(if $(filter-out 0 1,$(words $(DESTDIR))),$(error DESTDIR="$(DESTDIR)": it must not have blanks)) \
           $(if $(filter-out posix none,$(PORT)),$(error PORT="$(PORT)": it must be posix or none))
$(if $(filter install uninstall,$(MAKECMDGOALS)),$(refuse))

PACKAGE := $(B)/package
posix   := $(filter posix,$(PORT))

# The archive that a program links. It includes the POSIX port. The linker takes only what the program calls.
$(PACKAGE)/$(PORT)/libtcexec.a: $(OBJECTS) $(if $(posix),$(POSIX_OBJECTS))
	$(archive)
all: $(PACKAGE)/$(PORT)/libtcexec.a

# SOURCE:DESTINATION. A source that ends in .in is a template.
INSTALLED := $(PACKAGE)/$(PORT)/libtcexec.a:$(LIBDIR)/libtcexec.a \
             include/tcexec.h:$(INCLUDEDIR)/tcexec.h \
             $(foreach header,$(wildcard include/tcexec/*.h),$(header):$(INCLUDEDIR)/tcexec/$(notdir $(header))) \
             port/package/tcexec.pc.in:$(LIBDIR)/pkgconfig/tcexec.pc \
             port/package/tcexec-config.cmake.in:$(LIBDIR)/cmake/tcexec/tcexec-config.cmake \
             port/package/tcexec-config-version.cmake.in:$(LIBDIR)/cmake/tcexec/tcexec-config-version.cmake
ifneq ($(posix),)
INSTALLED += port/posix/tcx_posix.h:$(INCLUDEDIR)/tcx_posix.h \
             $(B)/tcexec:$(BINDIR)/tcexec \
             $(addsuffix :$(MANDIR)/man1/tcexec.1,$(wildcard port/command/tcexec.1)) \
             $(foreach schema,$(wildcard port/command/*.schema.json),$(schema):$(DATADIR)/tcexec/$(notdir $(schema))) \
             $(addsuffix :$(BASHCOMPDIR)/tcexec,$(wildcard port/command/completion/tcexec.bash)) \
             $(addsuffix :$(ZSHCOMPDIR)/_tcexec,$(wildcard port/command/completion/_tcexec))
endif

# Paths below PREFIX are relative to tcexec.pc and to the CMake package, so that the whole tree can be moved.
empty     :=
blank     := $(empty) $(empty)
up         = $(subst $(blank),/,$(patsubst %,..,$(subst /, ,$(patsubst $(PREFIX)/%,%,$(1)))))
prefix_at  = $(if $(filter $(PREFIX)/%,$(LIBDIR)),$(2)/$(call up,$(LIBDIR)/$(1)),$(PREFIX))
below      = $(patsubst $(PREFIX)/%,$(2)/%,$(1))

fill = sed -e 's|@VERSION@|$(VERSION)|' \
           -e 's|@PREFIX@|$(call prefix_at,pkgconfig,$${pcfiledir})|' \
           -e 's|@LIBDIR@|$(call below,$(LIBDIR),$${prefix})|' \
           -e 's|@INCLUDEDIR@|$(call below,$(INCLUDEDIR),$${prefix})|' \
           -e 's|@BEARSSL_CFLAGS@|$(if $(BEARSSL),$(blank)-I$(abspath $(BEARSSL))/inc)|' \
           -e 's|@BEARSSL_LIBS@|$(if $(BEARSSL),-L$(abspath $(BEARSSL))/build )-lbearssl|' \
           -e 's|@PORT_LIBS@|$(if $(posix),$(blank)-pthread)|' \
           -e 's|@CMAKE_PORT_LIBS@|$(if $(posix),;-pthread)|' \
           -e 's|@CMAKE_PREFIX@|$(call prefix_at,cmake/tcexec,$${CMAKE_CURRENT_LIST_DIR})|' \
           -e 's|@CMAKE_LIBDIR@|$(call below,$(LIBDIR),$${tcexec_prefix})|' \
           -e 's|@CMAKE_INCLUDEDIR@|$(call below,$(INCLUDEDIR),$${tcexec_prefix})|' \
           -e 's|@BEARSSL_LIB_HINT@|$(if $(BEARSSL),$(blank)HINTS $(abspath $(BEARSSL))/build)|' \
           -e 's|@BEARSSL_INCLUDE_HINT@|$(if $(BEARSSL),$(blank)HINTS $(abspath $(BEARSSL))/inc)|'

# $(call put,SOURCE,DESTINATION), lines of a recipe
define put
echo '  INSTALL $(DESTDIR)$(2)'
$(INSTALL) -d '$(DESTDIR)$(patsubst %/,%,$(dir $(2)))'
$(if $(filter %.in,$(1)),$(fill) $(1) >'$(DESTDIR)$(2)',$(INSTALL) -m 644 $(1) '$(DESTDIR)$(2)')
chmod $(if $(filter $(BINDIR)/%,$(2)),755,644) '$(DESTDIR)$(2)'

endef

## install: headers, library, tcexec.pc, CMake package, command; DESTDIR, PREFIX, LIBDIR, …; PORT=none: no command
.PHONY: install
install: $(foreach file,$(INSTALLED),$(firstword $(subst :, ,$(file))))
	$(foreach file,$(INSTALLED),$(call put,$(firstword $(subst :, ,$(file))),$(lastword $(subst :, ,$(file)))))

### uninstall: remove what install has put there; with the same variables
.PHONY: uninstall
uninstall:
	rm -f $(foreach file,$(INSTALLED),'$(DESTDIR)$(lastword $(subst :, ,$(file)))')
	rmdir '$(DESTDIR)$(INCLUDEDIR)/tcexec' '$(DESTDIR)$(LIBDIR)/cmake/tcexec' '$(DESTDIR)$(DATADIR)/tcexec' 2>/dev/null || true

# The distribution: tcexec.c and tcexec.h with small headers for their parts, a tarball, bills of materials, packages for
# other build systems, checksums.
POSIX_SOURCES := $(POSIX_OBJECTS:$(B)/%.o=%.c)
# The versions that tcexec is written for. This machine may have others.
DIST_BEARSSL  := 0.6
DIST_JSMN     := 1.1.0

## dist: in build/dist: two files, tarball, SBOMs, packages for CMake, ESP-IDF, Zephyr, PlatformIO, Arduino
.PHONY: dist
dist: $(if $(shell command -v python3),,| $(B)/packages/base)
	python3 -B port/package/dist.py '$(B)/dist' '$(VERSION)' '$(DIST_BEARSSL)' '$(DIST_JSMN)' \
	    '$(SOURCES)' '$(POSIX_SOURCES)'

# Tests of the distribution, with the firmware's BearSSL and compiler.
DIST_TEST := $(B)/dist-test
# Where the pair replaces the sources, its object needs the macros of its parts. The tests compile without them.
$(filter %/tcexec.o,$(OBJECTS)): SEES = -DTCX_WITH_TLS -DTCX_WITH_POSIX

### dist-test: all tests with the pair in place of the sources, and from the unpacked tarball; the packages, compiled
.PHONY: dist-test dist-test-pair dist-test-tarball dist-test-packages
dist-test: dist-test-pair dist-test-tarball dist-test-packages

dist-test-pair: dist
	echo '== the tests, with tcexec.c and tcexec.h'
	CPPFLAGS='-I$(B)/dist' $(MAKE) B=$(DIST_TEST)/pair SOURCES=$(B)/dist/tcexec.c POSIX_OBJECTS= test

dist-test-tarball: dist
	echo '== the tests, from the tarball'
	rm -rf $(DIST_TEST)/tcexec-$(VERSION)
	mkdir -p $(DIST_TEST)
	tar -xzf $(B)/dist/tcexec-$(VERSION).tar.gz -C $(DIST_TEST)
	$(MAKE) -C $(DIST_TEST)/tcexec-$(VERSION) B=build test

dist-test-packages: dist $(DIST_TEST)/node_modules/.installed firmware-needs | $(B)/packages/dist
	echo '== the packages'
	B='$(B)' BEARSSL_SRC='$(BEARSSL_SRC)' JSMN_DIR='$(abspath $(FIRMWARE_JSMN))' CROSS='$(MPS2_CC)' \
	    TCEXEC_NODE_MODULES='$(abspath $(DIST_TEST))/node_modules' \
	    sh -c 'python3 -B tests/package/dist_test.py && python3 -B tests/package/ecosystem_test.py'

# What Arduino and PlatformIO install: tcexec, and BearSSL and jsmn from their source, which is not ours.
ARDUINO := $(B)/arduino
## arduino: tcexec, BearSSL and jsmn as libraries for Arduino and PlatformIO, in build/arduino: ZIPs, and folders
.PHONY: arduino
arduino: dist firmware-source
	rm -rf $(ARDUINO)
	mkdir -p $(ARDUINO)/libraries
	cp -r $(B)/dist/arduino/tcexec $(ARDUINO)/libraries
	sh $(B)/dist/arduino/tcexec/extras/libraries.sh '$(BEARSSL_SRC)' '$(FIRMWARE_JSMN)' $(ARDUINO)/libraries
	cp $(B)/dist/arduino/tcexec-$(VERSION).zip $(ARDUINO)
	cd $(ARDUINO)/libraries && python3 -m zipfile -c ../BearSSL-$(DIST_BEARSSL).zip BearSSL && \
	    python3 -m zipfile -c ../jsmn-$(DIST_JSMN).zip jsmn
	echo '  ARDUINO $(ARDUINO)/*.zip'

### arduino-test: arduino-builder compiles the sketches for an ATmega2560, and emulators run them
.PHONY: arduino-test
arduino-test: arduino all | $(B)/packages/arduino
	B='$(B)' python3 -B tests/package/arduino_test.py
