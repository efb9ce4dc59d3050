# Cases of other projects' test suites. Their data is no part of this repository: SUITES names its folder.

SUITES         ?= ../shared/suites
SUITE_PROGRAMS := $(patsubst tests/suites/%.c,$(B)/tests/suites/%,$(wildcard tests/suites/*.c))

$(B)/tests/suites/%.o: tests/suites/%.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -Iport/posix -MMD -MP -c $< -o $@

$(SUITE_PROGRAMS): $(B)/tests/suites/%: $(B)/tests/suites/%.o $(POSIX_OBJECTS) $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(BEARSSL_LIBS) -o $@

## suites: the cases of public test suites (HTTP, certificate chains, HMAC, roots, strings) in the folder SUITES
.PHONY: suites
suites: $(SUITE_PROGRAMS)
	B='$(B)' EXEC='$(EXEC)' python3 tests/suites/suites.py '$(SUITES)'
