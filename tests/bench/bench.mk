# What it costs to run, beside what people use today, against nginx: tests/bench/README.md.

BENCH          := $(B)/bench
BENCH_COUNTED  := $(addprefix $(BENCH)/,sign read kept bare)
BENCH_PROGRAMS := $(BENCH_COUNTED) $(BENCH)/kept_curl

INSTALLS += $(filter bench bench-quick bench-write,$(MAKECMDGOALS))

$(BENCH)/%.o: tests/bench/%.c | $(BENCH)/setup-quick.stamp
	echo '  CC $<'
	$(CC) $(WARNINGS) $(CPPFLAGS) -Iport/posix $(CFLAGS) -MMD -MP -c $< -o $@

$(BENCH_PROGRAMS): $(BENCH)/%: $(BENCH)/%.o $(POSIX_OBJECTS) $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread -Wl,--gc-sections $< $(POSIX_OBJECTS) $(LIB) $(BEARSSL_LIBS) $(BENCH_LIBS) -o $@
$(BENCH)/sign: BENCH_LIBS := -lcrypto
$(BENCH)/kept_curl: BENCH_LIBS := -lcurl
$(BENCH)/launch: $(BENCH)/launch.o
	$(CC) $(CFLAGS) $(LDFLAGS) -static $< -o $@

$(BENCH)/setup-quick.stamp $(BENCH)/setup.stamp: tests/setup.sh
	mkdir -p $(@D)
	sh tests/setup.sh install $(if $(findstring quick,$@),bench-quick,bench)
	touch $@
$(BENCH)/kept_curl.o: | $(BENCH)/setup.stamp

BENCH_RUN = B='$(B)' TCEXEC_NODE_MODULES='$(abspath $(NODE_MODULES))' python3 tests/bench/bench.py

## bench: what it costs to run, beside curl, libcurl, the official Node SDK and bare BearSSL; into build/bench
## bench-quick: the same, only what is counted, held against the baseline
## bench-write: bench; takes it as the new baseline, with table and charts
.PHONY: bench bench-quick bench-write
bench bench-write: all $(BENCH_PROGRAMS) $(BENCH)/launch $(B)/many $(NODE_MODULES)/.installed
	$(BENCH_RUN) $(if $(filter bench-write,$@),--write) $(ROWS)
bench-quick: all $(BENCH_COUNTED) $(BENCH)/launch $(B)/many
	$(BENCH_RUN) --quick $(ROWS)
