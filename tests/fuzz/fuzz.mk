# Fuzzing: tests/fuzz/fuzz_*.c under libFuzzer with both sanitizers (make fuzz), and with a front end of their own for
# any compiler (make test).

FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SEES    := -Isrc -Iport/posix -Itests/fuzz
FUZZ_FLAGS   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# With the front end of their own.
FUZZ_TESTS := $(FUZZ_NAMES:%=$(B)/tests/test_fuzz_%)
$(B)/tests/fuzz/%.o: SEES = $(FUZZ_SEES)
$(FUZZ_TESTS): $(B)/tests/test_fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/judge.o $(B)/tests/fuzz/standalone.o $(POSIX_OBJECTS) $(LIB)
	$(link)

# What test_json_python.py asks.
$(B)/tests/fuzz/json_tree: $(B)/tests/fuzz/json_tree.o $(LIB)
	$(link)

# The corpora, unpacked. A new target has none yet.
FUZZ_CORPORA := $(patsubst tests/%.tar.xz,$(B)/%.stamp,$(wildcard tests/fuzz/corpus/*.tar.xz))
$(FUZZ_CORPORA): $(B)/%.stamp: tests/%.tar.xz tests/fuzz/corpus.py | $(B)/packages/check
	python3 -B tests/fuzz/corpus.py $< $(@:.stamp=)
	touch $@

unit-tests: $(FUZZ_TESTS) $(FUZZ_CORPORA) $(B)/tests/fuzz/json_tree

# Under libFuzzer.
$(eval $(call compile,$(B)/fuzz,$$(FUZZ_CC) $$(WARNINGS) $$(CPPFLAGS) $$(FUZZ_SEES) $$(FUZZ_FLAGS) \
    -fsanitize=fuzzer-no-link,| $(B)/packages/fuzz))
FUZZ_PROGRAMS := $(FUZZ_NAMES:%=$(B)/fuzz/fuzz_%)
$(FUZZ_PROGRAMS): $(B)/fuzz/fuzz_%: $(B)/fuzz/tests/fuzz/fuzz_%.o $(SOURCES:%.c=$(B)/fuzz/%.o) \
                  $(patsubst %.c,$(B)/fuzz/%.o,$(wildcard port/posix/*.c) tests/fuzz/judge.c)
	echo '  LD $@'
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -pthread $^ $(BEARSSL_LIBS) -o $@

### fuzz: each target under libFuzzer and the sanitizers, FUZZ_SECONDS=60 each, two at a time
### fuzz-write: takes what make fuzz found into the corpora in tests/fuzz/corpus, minimized
.PHONY: fuzz fuzz-write
fuzz fuzz-write: $(FUZZ_PROGRAMS) $(FUZZ_CORPORA)
	B='$(B)' python3 -B tests/fuzz/fuzz.py $(if $(filter %-write,$@),--write,$(FUZZ_SECONDS)) $(FUZZ_NAMES)
