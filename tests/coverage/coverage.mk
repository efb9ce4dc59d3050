# How much of src/ its unit tests run, real bytes through real layers, by gcovr: every line, and 98 in 100 branches.

INSTALLS += $(filter coverage,$(MAKECMDGOALS))
COVERAGE := $(B)/coverage
COVERING := $(patsubst $(B)/tests/test_%,%,$(UNIT_TESTS) $(TLS_TESTS))

$(COVERAGE)/setup.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install coverage
	touch $@

## coverage: the unit tests, and which lines and branches of src/ they run; fails under 100 % and 98 %
.PHONY: coverage
coverage: $(COVERAGE)/setup.stamp
	find $(COVERAGE) -name '*.gcda' -delete
	$(MAKE) B=$(COVERAGE)/tests CFLAGS='-O0 -g --coverage' TESTS='$(COVERING)' test
	gcovr --root . --filter src/ --exclude src/docs/ --object-directory $(COVERAGE)/tests --exclude-throw-branches --print-summary \
	    --txt $(COVERAGE)/coverage.txt --html-details $(COVERAGE)/coverage.html \
	    --fail-under-line 100 --fail-under-branch 98 >$(COVERAGE)/summary.txt && status=0 || status=$$?; \
	sed -n 's/^\(lines\|branches\): */coverage: \1 /p' $(COVERAGE)/summary.txt; exit $$status
