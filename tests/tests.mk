# The tests: make test, and what it runs: tests/FOLDER/test_x.c becomes $(B)/tests/test_x.

HELPERS  := $(patsubst %.c,$(B)/%.o,$(filter-out $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c)))
CONTRACT := $(patsubst %,$(B)/tests/transport/%.o,tcx_contract memory bench)

$(B)/tests/unit/%.o $(B)/tests/tls/%.o: SEES = -Isrc -Itests/unit
$(B)/tests/suites/%.o: SEES = -Isrc -Itests/unit -Iport/posix
$(B)/tests/template/%.o: SEES = -Isrc -Itests/unit -Iport/template/examples
$(B)/tests/posix/%.o: SEES = -Iport/posix -Iport/sockets
$(B)/tests/transport/%.o: SEES = -Itests/transport -Itests/transport/fake -Iport/posix -Iport/sockets -Iport/template \
    -Iport/template/examples

# $(call test_programs,FOLDER,OBJECTS): the test programs of a folder, linked with OBJECTS and the library.
tests_of = $(patsubst tests/$(1)/%.c,$(B)/tests/%,$(wildcard tests/$(1)/test_*.c))
define test_programs
$(call tests_of,$(1)): $(B)/tests/%: $(B)/tests/$(1)/%.o $(2) $(LIB)
	$$(link)
unit-tests: $(call tests_of,$(1))
endef
$(eval $(call test_programs,unit,$(HELPERS)))
TLS_HELPERS := $(addprefix $(B)/tests/tls/,peer.o subject.o) $(HELPERS)
$(eval $(call test_programs,tls,$(B)/tests/tls/subject_bearssl.o $(TLS_HELPERS)))
$(eval $(call test_programs,posix,$(POSIX_OBJECTS)))
$(eval $(call test_programs,transport,$(CONTRACT)))
$(eval $(call test_programs,template,$(B)/port/template/examples/tcx_hash_engine.o $(HELPERS)))
$(call tests_of,unit) $(call tests_of,posix) $(call tests_of,template): LIBS := -lcmocka
$(call tests_of,tls): LIBS := -lcmocka -lssl -lcrypto

# The suites of TLS that are not about BearSSL alone, once more over mbedTLS: the same objects. A goal that installs
# packages installs mbedTLS.
HAS_MBEDTLS     := $(or $(INSTALLS),$(shell echo 'mbedtls/ssl.h' | sed 's/.*/#include <&>/' | $(CC) $(CPPFLAGS) -x c -E - >/dev/null 2>&1 && echo yes))
MBEDTLS_OBJECTS := $(B)/port/mbedtls/tcx_mbedtls.o
MBEDTLS_LIBS    := -lmbedtls -lmbedx509 -lmbedcrypto
MBEDTLS_SUITES  := $(patsubst %,$(B)/tests/test_%_mbedtls,tls tls_trust tls_wire sweep ends)
unit-tests: $(MBEDTLS_SUITES) $(B)/tests/test_mbedtls
$(B)/tests/mbedtls/%.o: SEES = -Isrc -Itests/unit -Itests/tls -Iport/mbedtls
$(B)/tests/tls/subject_mbedtls.o: SEES = -Isrc -Itests/unit -Iport/mbedtls
$(MBEDTLS_SUITES): LIBS := -lcmocka -lssl -lcrypto $(if $(HAS_MBEDTLS),$(MBEDTLS_LIBS))
ifneq ($(HAS_MBEDTLS),)
$(MBEDTLS_SUITES): $(B)/tests/%_mbedtls: $(B)/tests/tls/%.o $(B)/tests/tls/subject_mbedtls.o $(MBEDTLS_OBJECTS) $(TLS_HELPERS) $(LIB)
	$(link)
# What users copy is always compiled.
all: $(MBEDTLS_OBJECTS)
# It counts allocations, so mbedTLS is linked statically.
$(B)/tests/test_mbedtls: LIBS := -lcmocka -lssl -lcrypto $(MBEDTLS_LIBS:-l%=-l:lib%.a) -Wl,--wrap=calloc,--wrap=free
$(B)/tests/test_mbedtls: $(B)/tests/mbedtls/test_mbedtls.o $(B)/tests/tls/subject_mbedtls.o $(MBEDTLS_OBJECTS) $(TLS_HELPERS) $(LIB)
	$(link)
else
$(B)/tests/test_mbedtls: LIBS := -lcmocka
$(B)/tests/test_mbedtls $(MBEDTLS_SUITES): $(B)/tests/tls/absent_mbedtls.o
	$(link)
endif
$(B)/tests/test_contract_posix $(B)/tests/test_contract_sockets: $(B)/tests/transport/bench_peer.o
$(B)/tests/test_contract_posix: $(POSIX_OBJECTS)
# Both ways to see that a connection is up.
$(B)/tests/test_contract_sockets $(B)/tests/test_sockets: $(SOCKETS_OBJECTS) $(B)/tests/transport/sockets_again.o
$(B)/tests/test_contract_template: $(TEMPLATE_OBJECTS)
$(B)/tests/test_contract_modem: $(B)/port/template/examples/tcx_modem.o
$(B)/tests/test_contract_freertos: $(B)/port/template/examples/tcx_freertos.o

# The same with the headers of FreeRTOS+TCP 3.
FREERTOS_V3 := $(B)/freertos-v3
$(eval $(call compile,$(FREERTOS_V3),$$(CC) $$(WARNINGS) $$(CPPFLAGS) -DFAKE_FREERTOS_TCP=3 -Itests/transport \
    -Itests/transport/fake -Iport/template/examples $$(CFLAGS) $$(TARGET_FLAGS),| $(B)/packages/check))
$(B)/tests/test_contract_freertos_v3: $(FREERTOS_V3)/tests/transport/test_contract_freertos.o \
                                      $(FREERTOS_V3)/port/template/examples/tcx_freertos.o $(CONTRACT) $(LIB)
	$(link)
unit-tests: $(B)/tests/test_contract_freertos_v3

# A program that goes on while a root is replaced, for tests/command/test_anchors.py.
$(B)/rotation: $(B)/tests/posix/rotation.o $(POSIX_OBJECTS) $(LIB)
	$(link)

# The programs of every test, built and not run.
.PHONY: unit-tests
unit-tests: $(B)/many $(B)/rotation

## test: build everything and run all the tests; TESTS="sign http" runs some
.PHONY: test
test: all unit-tests | $(B)/packages/command $(B)/packages/proxy
	B='$(B)' EXEC='$(EXEC)' CC='$(CC)' CFLAGS='$(CPPFLAGS) $(CFLAGS)' BEARSSL_LIBS='$(BEARSSL_LIBS)' python3 tests/run.py $(TESTS)

## demo: the main job: one call to MPS and one to VOD over verified TLS, against the local endpoint
.PHONY: demo
demo: all
	B='$(B)' python3 tests/demo.py

# Cases of other projects' test suites. Their data is not part of this repository: SUITES names its folder.
SUITES         ?= ../shared/suites
SUITE_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/suites/*.c))
$(SUITE_PROGRAMS): $(B)/%: $(B)/%.o $(POSIX_OBJECTS) $(LIB)
	$(link)
$(B)/tests/suites/chains_mbedtls.o: SEES = -Iport/mbedtls
$(B)/tests/suites/chains_mbedtls: LIBS := $(MBEDTLS_LIBS)
$(B)/tests/suites/chains_mbedtls: $(MBEDTLS_OBJECTS)
### suites: the cases of public test suites (HTTP, certificate chains, HMAC, roots, strings) in the folder SUITES
.PHONY: suites
suites: $(SUITE_PROGRAMS)
	B='$(B)' EXEC='$(EXEC)' python3 tests/suites/suites.py '$(SUITES)'

# Packages of npm in their exact versions: $(B)/FOLDER/node_modules from a package-lock.json.
define node_modules
$(B)/$(1)/node_modules/.installed: $(2)/package.json $(2)/package-lock.json | $(B)/packages/node
	mkdir -p $(B)/$(1)
	cp $$^ $(B)/$(1)
	cd $(B)/$(1) && npm ci --no-audit --no-fund --loglevel=error
	touch $$@
endef
$(eval $(call node_modules,conformance,tests/conformance))
$(eval $(call node_modules,dist-test,tests/package/npm))

NODE_SDK := $(B)/conformance/node_modules
SDK      := B='$(B)' TCEXEC='$(B)/tcexec' TCEXEC_NODE_MODULES='$(abspath $(NODE_SDK))'
### conformance: the official Node SDK calls the endpoint; random calls are the same bytes from the SDK and from tcexec
.PHONY: conformance
conformance: all $(NODE_SDK)/.installed
	$(SDK) node tests/conformance/sdk_capture.mjs --check tests/vectors/sdk-vectors.json
	$(SDK) python3 tests/conformance/judge.py
	$(SDK) python3 tests/conformance/compare.py $(COUNT) $(SEED)
