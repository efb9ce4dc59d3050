# The POSIX port (tcx_posix*.c) and the command (tcexec*.c).

POSIX_OBJECTS   := $(patsubst %.c,$(B)/%.o,$(wildcard port/posix/tcx_posix*.c))
COMMAND_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard port/posix/tcexec*.c))

# BearSSL and jsmn carry no version that a program could read.
BEARSSL_VERSION ?= 0.6
JSMN_VERSION    ?= 1.1.0
$(B)/port/posix/tcexec_help.o: CPPFLAGS += -DTCX_BEARSSL_VERSION='"$(BEARSSL_VERSION)"' \
                                           -DTCX_JSMN_VERSION='"$(JSMN_VERSION)"'

$(B)/tcexec: $(COMMAND_OBJECTS) $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread -Wl,--gc-sections $^ $(BEARSSL_LIBS) -o $@

# An example: many calls at once.
$(B)/port/posix/examples/%.o: CPPFLAGS += -Iport/posix
$(B)/many: $(B)/port/posix/examples/many.o $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread -Wl,--gc-sections $^ $(BEARSSL_LIBS) -o $@

# Their tests: tests/posix/test_*.c; the command's are tests/command/test_command.py.
POSIX_TESTS := $(patsubst tests/posix/%.c,$(B)/tests/%,$(wildcard tests/posix/test_*.c))

$(B)/tests/posix/%.o: tests/posix/%.c | $(B)/setup.stamp
	mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CPPFLAGS) -Iport/posix $(CFLAGS) -MMD -MP -c $< -o $@

$(POSIX_TESTS): $(B)/tests/%: $(B)/tests/posix/%.o $(POSIX_OBJECTS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(BEARSSL_LIBS) -lcmocka -o $@

unit-tests: $(POSIX_TESTS) $(B)/many
