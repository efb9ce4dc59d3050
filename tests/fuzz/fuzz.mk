# Fuzzing: tests/fuzz/fuzz_*.c under libFuzzer with both sanitizers (make fuzz), and with a front end of their own for
# any compiler (make test).

FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SOURCES := $(SOURCES) $(wildcard port/posix/tcx_posix*.c) tests/fuzz/judge.c
FUZZ_FLAGS   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_INCLUDE := -Isrc -Iport/posix -Itests/fuzz

# Stand-alone.
FUZZ_TESTS := $(FUZZ_NAMES:%=$(B)/tests/test_fuzz_%)
$(B)/tests/fuzz/%.o: tests/fuzz/%.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CPPFLAGS) $(FUZZ_INCLUDE) $(CFLAGS) -MMD -MP -c $< -o $@

$(FUZZ_TESTS): $(B)/tests/test_fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/judge.o $(B)/tests/fuzz/standalone.o $(POSIX_OBJECTS) $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(BEARSSL_LIBS) -o $@

# What test_json_python.py asks.
$(B)/tests/fuzz/json_tree: $(B)/tests/fuzz/json_tree.o $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(BEARSSL_LIBS) -o $@

unit-tests: $(FUZZ_TESTS) $(B)/tests/fuzz/json_tree

# libFuzzer.
FUZZ_OBJECTS := $(FUZZ_SOURCES:%.c=$(B)/fuzz/%.o)
$(B)/fuzz/packages.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' FUZZ_CC='$(FUZZ_CC)' sh tests/setup.sh install fuzz
	touch $@
$(B)/fuzz/%.o: %.c | $(B)/fuzz/packages.stamp
	echo '  CC $< (fuzz)'
	mkdir -p $(@D)
	$(FUZZ_CC) $(WARNINGS) $(CPPFLAGS) $(FUZZ_INCLUDE) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(FUZZ_NAMES:%=$(B)/fuzz/fuzz_%): $(B)/fuzz/fuzz_%: $(B)/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_OBJECTS)
	echo '  LD $@'
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -pthread $^ $(BEARSSL_LIBS) -o $@

## fuzz: each target under libFuzzer and the sanitizers, FUZZ_SECONDS=60 each, two at a time
.PHONY: fuzz
fuzz: $(FUZZ_NAMES:%=$(B)/fuzz/fuzz_%)
	B='$(B)' python3 tests/fuzz/fuzz.py $(FUZZ_SECONDS) $(FUZZ_NAMES)
