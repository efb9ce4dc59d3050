# The POSIX port (tcx_posix*.c) and the command (tcexec*.c).

POSIX_OBJECTS   := $(patsubst %.c,$(B)/%.o,$(wildcard port/posix/tcx_posix*.c))
COMMAND_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard port/posix/tcexec*.c))

# For --version. BearSSL and jsmn carry no version that a program could read; Debian's packages do.
package_version = $(shell dpkg-query -W -f='$${Version}' $(1) 2>/dev/null)
BEARSSL_VERSION ?= $(if $(BEARSSL),,$(call package_version,libbearssl-dev))
JSMN_VERSION    ?= $(if $(JSMN),,$(call package_version,libjsmn-dev))
$(B)/port/posix/tcexec_help.o: CPPFLAGS += \
    $(if $(BEARSSL_VERSION),-DTCX_BEARSSL_VERSION='"$(BEARSSL_VERSION)"') \
    $(if $(JSMN_VERSION),-DTCX_JSMN_VERSION='"$(JSMN_VERSION)"')

# It checks JSON as the library does.
$(B)/port/posix/tcx_posix_tccli.o: CPPFLAGS += -Isrc

$(B)/tcexec: $(COMMAND_OBJECTS) $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread -Wl,--gc-sections $^ $(BEARSSL_LIBS) -o $@

## anchors: build/tencent_anchors.h, trust anchors for firmware: Tencent's roots out of this system's bundle
.PHONY: anchors
anchors: $(B)/tencent_anchors.h
$(B)/tencent_anchors.h: $(B)/tcexec $(wildcard $(or $(SSL_CERT_FILE),/etc/ssl/certs/ca-certificates.crt))
	$(EXEC) $< anchors --tencent > $@

# An example: many calls at once.
$(B)/port/posix/examples/%.o: CPPFLAGS += -Iport/posix
$(B)/many: $(B)/port/posix/examples/many.o $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread -Wl,--gc-sections $^ $(BEARSSL_LIBS) -o $@

# Their tests: tests/posix/test_*.c; the command's are in tests/command/.
POSIX_TESTS := $(patsubst tests/posix/%.c,$(B)/tests/%,$(wildcard tests/posix/test_*.c))

$(B)/tests/posix/%.o: tests/posix/%.c | $(B)/setup.stamp
	mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CPPFLAGS) -Iport/posix $(CFLAGS) -MMD -MP -c $< -o $@

$(POSIX_TESTS): $(B)/tests/%: $(B)/tests/posix/%.o $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(BEARSSL_LIBS) -lcmocka -o $@

# A program that goes on while a root is replaced, for tests/command/test_anchors.py.
$(B)/rotation: $(B)/tests/posix/rotation.o $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(BEARSSL_LIBS) -o $@

# What the command's tests need beside.
$(B)/packages-command.stamp: tests/setup.sh | $(B)/setup.stamp
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install command
	touch $@
# Without it the tests that go through a real proxy are skipped.
$(B)/packages-proxy.stamp: tests/setup.sh | $(B)/packages-command.stamp
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install proxy || echo 'no tinyproxy: its tests are skipped'
	touch $@
test: | $(B)/packages-command.stamp $(B)/packages-proxy.stamp

unit-tests: $(POSIX_TESTS) $(B)/many $(B)/rotation
