# The tests: make test [TESTS="name ..."].

TEST_CFLAGS := $(WARNINGS) $(CPPFLAGS) -Isrc -Itests/unit $(CFLAGS)
UNIT_TESTS  := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
HELPERS     := $(patsubst tests/unit/%.c,$(B)/tests/unit/%.o,$(filter-out $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c)))

$(B)/tests/unit/%.o: tests/unit/%.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -MMD -MP -c $< -o $@

$(UNIT_TESTS): $(B)/tests/%: $(B)/tests/unit/%.o $(HELPERS) $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(BEARSSL_LIBS) -lcmocka -o $@

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS)

## test: build everything and run all the tests; TESTS="sign http" runs some
.PHONY: test
test: all unit-tests
	B='$(B)' EXEC='$(EXEC)' CC='$(CC)' CFLAGS='$(CPPFLAGS) $(CFLAGS)' BEARSSL_LIBS='$(BEARSSL_LIBS)' python3 tests/run.py $(TESTS)

## demo: the main job: one call to MPS and one to VOD over verified TLS, against the local endpoint
.PHONY: demo
demo: all
	B='$(B)' python3 tests/demo.py

# Objects as firmware has them: not position-independent, so that constants stay in read-only memory.
STATIC_OBJECTS := $(SOURCES:src/%.c=$(B)/static/%.o)
$(B)/static/%.o: src/%.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CPPFLAGS) -Os -fno-pic -fno-pie -fno-stack-protector -U_FORTIFY_SOURCE $(TARGET_FLAGS) -MMD -MP -c $< -o $@

## symbols: no data, no bss, no heap, nothing undefined but BearSSL and five functions, every name prefixed
.PHONY: symbols
symbols: $(STATIC_OBJECTS)
	! grep -n '#include.*port' src/*.c src/*.h
	sh tests/symbols.sh $(B)/static
