# The checks that test nothing by themselves: they measure, prove or analyse the library and its tests.

### static: gcc -fanalyzer, clang-tidy, scan-build, cppcheck, MISRA C:2012; STATIC="gcc misra" runs some
.PHONY: static
static: | $(B)/packages/check $(B)/packages/static
	B='$(B)' python3 tests/checks/static/static.py $(STATIC)

# Objects as firmware has them: not position-independent, so that constants stay in read-only memory.
SYMBOLS_FLAGS := -Os -fno-pic -fno-pie -fno-stack-protector -U_FORTIFY_SOURCE
$(eval $(call compile,$(B)/symbols,$$(CC) $$(WARNINGS) $$(CPPFLAGS) $$(SYMBOLS_FLAGS) $$(TARGET_FLAGS),| $(B)/packages/check))
### symbols: no data, no bss, no heap, nothing undefined but BearSSL and five functions, every name prefixed
.PHONY: symbols
symbols: $(SOURCES:%.c=$(B)/symbols/%.o)
	! grep -n '#include.*port/' src/*.c src/*.h
	sh tests/checks/symbols.sh $(B)/symbols/src

# Frama-C Eva, one harness after the other: make -j2 runs two at a time.
PROOF          := tests/checks/proof
PROOF_MACHINES := gcc_x86_32 gcc_x86_64
PROOF_RESULTS  := $(foreach machine,$(PROOF_MACHINES),$(patsubst $(PROOF)/%.c,$(B)/proof/%.$(machine).json,$(wildcard $(PROOF)/*.c)))
PROOF_SOURCES  := $(wildcard src/*.[ch] include/*.h include/*/*.h $(PROOF)/*.h $(PROOF)/proof.py)
define proof_rule
$(B)/proof/%.$(1).json: $(PROOF)/%.c $(PROOF_SOURCES) | $(B)/packages/proof
	echo '  PROOF $$* $(1)'
	mkdir -p $$(@D)
	nice python3 $(PROOF)/proof.py run $$< $(1) $$@
endef
$(foreach machine,$(PROOF_MACHINES),$(eval $(call proof_rule,$(machine))))
# Each function is a symbol here: the report sees that none is forgotten.
$(eval $(call compile,$(B)/proof/objects,$$(CC) $$(CPPFLAGS) -std=c99 -O0,| $(B)/packages/check))
### proof: no run-time error in src/, by abstract interpretation (Frama-C Eva)
.PHONY: proof
proof: $(PROOF_RESULTS) $(SOURCES:%.c=$(B)/proof/objects/%.o)
	python3 $(PROOF)/proof.py report $(B)/proof/objects/src $(PROOF)/left_out.txt $(PROOF_RESULTS)

# How much of src/ its unit tests run, real bytes through real layers, by gcovr.
COVERAGE := $(B)/coverage
COVERING := $(patsubst $(B)/tests/test_%,%,$(call tests_of,unit) $(call tests_of,tls))
### coverage: the unit tests, and which lines and branches of src/ they run; fails under 100 % and 98 %
.PHONY: coverage
coverage: | $(B)/packages/coverage
	mkdir -p $(COVERAGE)
	find $(COVERAGE) -name '*.gcda' -delete
	$(MAKE) B=$(COVERAGE)/tests CFLAGS='-O0 -g --coverage' TESTS='$(COVERING)' test
	gcovr --root . --filter src/ --exclude src/docs/ --object-directory $(COVERAGE)/tests --exclude-throw-branches --print-summary \
	    --txt $(COVERAGE)/coverage.txt --html-details $(COVERAGE)/coverage.html \
	    --fail-under-line 100 --fail-under-branch 98 >$(COVERAGE)/summary.txt && status=0 || status=$$?; \
	sed -n 's/^\(lines\|branches\): */coverage: \1 /p' $(COVERAGE)/summary.txt; exit $$status

MUTATION_CFLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
### mutation: changes src/ in MUTANTS=300 small ways and counts those that the unit tests notice; fails under 95 %
.PHONY: mutation
mutation: | $(B)/packages/check
	$(MAKE) B=$(B)/mutation CFLAGS='$(MUTATION_CFLAGS)' unit-tests
	MUTANTS='$(MUTANTS)' SEED='$(SEED)' CC='$(CC)' CFLAGS='$(MUTATION_CFLAGS)' CPPFLAGS='$(CPPFLAGS)' \
	    BEARSSL_LIBS='$(BEARSSL_LIBS)' nice python3 tests/checks/mutation/mutation.py $(B)/mutation

### secrets: whether a branch or address depends on a key, and whether one is left in memory
.PHONY: secrets
secrets: | $(B)/packages/check $(B)/packages/secrets
	mkdir -p $(B)/secrets
	CPPFLAGS='$(CPPFLAGS)' BEARSSL_LIBS='$(BEARSSL_LIBS)' python3 tests/checks/secrets/secrets.py $(B)/secrets

MEASURE := BEARSSL_SRC='$(BEARSSL_SRC)' JSMN='$(FIRMWARE_JSMN)' B='$(B)' python3 tests/checks/size/size.py
### size: bytes of code and RAM for five cores, compared with the baseline; draws whose they are in the firmware into build/size
### stack: the worst stack of each entry point, with them
### size-write: measures as size and firmware-test do; takes it as the new baseline, and writes it into the documents
.PHONY: size stack size-write
size stack size-write: firmware-needs $(MPS2_IMAGES) | $(B)/packages/riscv
	mkdir -p $(B)/size
	python3 tests/checks/size/parts.py $(B)/size $(MPS2_IMAGES)
	$(MEASURE) $(if $(filter %-write,$@),--write)
	$(if $(filter %-write,$@),$(MAKE) firmware-test-write)

# What the tests link against on a machine of another kind.
$(B)/everywhere/%.stamp: tests/checks/everywhere/sysroot.sh | $(B)/packages/everywhere
	mkdir -p $(@D)
	sh tests/checks/everywhere/sysroot.sh $* $(B)/everywhere/$* libc6-dev libcmocka-dev libssl-dev libbearssl-dev libjsmn-dev
	touch $@
### everywhere: the tests on 32 bits and big-endian, by gcc and clang at four levels, under valgrind; EVERYWHERE="s390x" runs some
.PHONY: everywhere
everywhere: $(B)/everywhere/armhf.stamp $(B)/everywhere/s390x.stamp
	B='$(B)' BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' python3 tests/checks/everywhere/everywhere.py $(EVERYWHERE)

# The command with another C library, in one static file. BearSSL is built with that library, too.
MUSL          := $(B)/musl
MUSL_CC       := musl-gcc
MUSL_AR       := ar
MUSL_CFLAGS   := -Os $(TARGET_FLAGS)
MUSL_PACKAGES := $(B)/packages/musl
MUSL_BEARSSL  := $(B)/bearssl-musl/libbearssl.a
MUSL_BUILDS   := $(addprefix $(MUSL)/,tcexec many rotation)
$(eval $(call bearssl,MUSL))
### musl-test: all tests of the command, which is linked statically with musl
.PHONY: musl-test
musl-test: $(MUSL_BEARSSL) $(FIRMWARE_JSMN)/jsmn.h | $(B)/packages/command $(B)/packages/proxy
	$(MAKE) B='$(MUSL)' CC=$(MUSL_CC) CFLAGS='-Os -g' LDFLAGS=-static BEARSSL='$(BEARSSL_SRC)' \
	    BEARSSL_LIBS='$(MUSL_BEARSSL)' JSMN='$(FIRMWARE_JSMN)' $(MUSL_BUILDS)
	! readelf -lW $(MUSL_BUILDS) | grep INTERP # a loader: it is not static
	B='$(MUSL)' python3 tests/run.py $(patsubst tests/command/test_%.py,%,$(wildcard tests/command/test_*.py))

# The library for Windows, and tests that need no socket, no cmocka and no file. Wine runs them.
WINDOWS          := $(B)/windows
WINDOWS_CC       := x86_64-w64-mingw32-gcc
WINDOWS_AR       := x86_64-w64-mingw32-ar
WINDOWS_CFLAGS   := -Os $(TARGET_FLAGS)
WINDOWS_PACKAGES := $(B)/packages/windows
WINDOWS_BEARSSL  := $(B)/bearssl-windows/libbearssl.a
$(eval $(call bearssl,WINDOWS))
# As strict as the step of .ci/run for the host. GCC knows the formats of C99, also where the old C library does not.
WINDOWS_STRICT   := $(WARNINGS) -Wconversion -Wshadow -Wstrict-prototypes -Wvla -Werror -D__USE_MINGW_ANSI_STDIO=1
$(eval $(call compile,$(WINDOWS),$$(WINDOWS_CC) $$(WINDOWS_STRICT) -Iinclude -Isrc -Itests/unit -Itests/suites \
    -Itests/transport -isystem $$(BEARSSL_SRC)/inc -isystem $$(FIRMWARE_JSMN) $$(WINDOWS_CFLAGS), \
    | $(BEARSSL_SRC)/inc/bearssl.h $(FIRMWARE_JSMN)/jsmn.h $(WINDOWS_PACKAGES)))
WINDOWS_LIB      := $(WINDOWS)/libtcexec.a
$(WINDOWS_LIB): $(SOURCES:%.c=$(WINDOWS)/%.o)
	echo '  AR $@'
	rm -f $@
	$(WINDOWS_AR) rcsD $@ $^
WINDOWS_SUITES   := $(patsubst %,$(WINDOWS)/tests/suites/%.exe,hmac http strings)
WINDOWS_CONTRACT := $(patsubst %,$(WINDOWS)/test_contract_%.exe,memory proxy wrong)
WINDOWS_PROGRAMS := $(WINDOWS)/sign.exe $(WINDOWS_SUITES) $(WINDOWS_CONTRACT)
$(WINDOWS)/sign.exe: $(WINDOWS)/tests/checks/everywhere/sign.o
$(WINDOWS_SUITES): %.exe: %.o
$(WINDOWS_CONTRACT): $(WINDOWS)/%.exe: $(WINDOWS)/tests/transport/%.o $(CONTRACT:$(B)/%=$(WINDOWS)/%)
$(WINDOWS_PROGRAMS): $(WINDOWS)/tests/checks/everywhere/windows.o $(WINDOWS_LIB) $(WINDOWS_BEARSSL)
	echo '  LD $@'
	$(WINDOWS_CC) $(WINDOWS_CFLAGS) -Wl,--gc-sections $(filter %.o,$^) $(filter %.a,$^) -o $@
# The same program for the host.
$(B)/tests/checks/everywhere/sign.o: SEES = -Itests/unit -Itests/suites
$(B)/everywhere/sign: $(B)/tests/checks/everywhere/sign.o $(LIB)
	mkdir -p $(@D)
	$(link)
### windows-test: the library for Windows, run by Wine: it signs the same bytes, keeps the transport contract, and reads the same
.PHONY: windows-test
windows-test: $(WINDOWS_PROGRAMS) $(B)/everywhere/sign
	B='$(B)' python3 tests/checks/everywhere/windows.py '$(SUITES)'

# What it costs to run, beside what people use today, against nginx.
BENCH          := $(B)/bench
BENCH_COUNTED  := $(addprefix $(BENCH)/,sign read kept bare)
BENCH_PROGRAMS := $(BENCH_COUNTED) $(BENCH)/kept_curl
BENCH_OBJECTS  := $(B)/tests/checks/bench
$(BENCH_OBJECTS)/%.o: SEES = -Iport/posix
$(BENCH_OBJECTS)/kept_curl.o: | $(B)/packages/bench
$(BENCH_PROGRAMS): $(BENCH)/%: $(BENCH_OBJECTS)/%.o $(POSIX_OBJECTS) $(LIB)
	$(link)
$(BENCH)/sign $(BENCH)/kept: $(BENCH_OBJECTS)/counting.o
$(BENCH)/sign: LIBS := -lcrypto
$(BENCH)/kept_curl: LIBS := -lcurl
$(BENCH)/launch: $(BENCH_OBJECTS)/launch.o
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -static $< -o $@
# AWS's libraries for firmware, compiled where they are: AWS_SDK is a checkout of aws/aws-iot-device-sdk-embedded-C with
# its submodules, and theirs.
AWS_HTTP    := $(AWS_SDK)/libraries/standard/coreHTTP/source
AWS_JSON    := $(AWS_SDK)/libraries/standard/coreJSON/source
AWS_SIGV4   := $(AWS_SDK)/libraries/aws/sigv4-for-aws-iot-embedded-sdk/source
AWS_LLHTTP  := $(AWS_HTTP)/dependency/3rdparty/llhttp
AWS_SOURCES := $(AWS_SIGV4)/sigv4.c $(AWS_SIGV4)/sigv4_quicksort.c $(AWS_HTTP)/core_http_client.c \
               $(AWS_JSON)/core_json.c $(addprefix $(AWS_LLHTTP)/src/,api.c http.c llhttp.c)
AWS_SEES    := $(addsuffix /include,$(AWS_HTTP) $(AWS_JSON) $(AWS_SIGV4) $(AWS_LLHTTP)) $(AWS_HTTP)/interface
AWS_FLAGS   := -DNDEBUG -DHTTP_DO_NOT_USE_CUSTOM_CONFIG -DSIGV4_DO_NOT_USE_CUSTOM_CONFIG $(addprefix -isystem ,$(AWS_SEES))
$(BENCH)/aws: tests/checks/bench/aws.c $(AWS_SOURCES)
	echo '  LD $@'
	mkdir -p $(@D)
	$(CC) $(AWS_FLAGS) $(CFLAGS) -w -ffunction-sections -fdata-sections -Wl,--gc-sections $^ $(BEARSSL_LIBS) -o $@
AWS_MISSING := $(filter-out $(wildcard $(AWS_SOURCES)),$(AWS_SOURCES))
AWS_LACKS   := $(if $(AWS_SDK),$(if $(AWS_MISSING),there is no $(firstword $(AWS_MISSING))),AWS_SDK is not set)
BENCH_RUN = TCEXEC_AWS_LACKS='$(AWS_LACKS)' B='$(B)' TCEXEC_NODE_MODULES='$(abspath $(NODE_SDK))' python3 tests/checks/bench/bench.py
### bench: what it costs to run, beside curl, libcurl, the Node SDK, bare BearSSL and, with AWS_SDK=FOLDER, AWS's libraries
### bench-quick: the same, only what is counted, held against the baseline
### bench-write: bench; takes it as the new baseline, with table and charts
.PHONY: bench bench-quick bench-write
bench bench-write: all $(BENCH_PROGRAMS) $(BENCH)/launch $(B)/many $(NODE_SDK)/.installed $(if $(AWS_LACKS),,$(BENCH)/aws) | $(B)/packages/bench
	$(BENCH_RUN) $(if $(filter bench-write,$@),--write) $(ROWS)
bench-quick: all $(BENCH_COUNTED) $(BENCH)/launch $(B)/many | $(B)/packages/bench-quick
	$(BENCH_RUN) --quick $(ROWS)
