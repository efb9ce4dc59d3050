# What is handed out, tried: make dist-test. Include it behind mps2.mk, whose BearSSL and compiler it uses.

DIST_TEST := $(B)/dist-test
INSTALLS  += $(filter dist-test%,$(MAKECMDGOALS))

$(DIST_TEST)/node_modules/.installed: tests/package/npm/package-lock.json
	mkdir -p $(@D)
	sh tests/setup.sh install node
	cp tests/package/npm/package.json tests/package/npm/package-lock.json $(DIST_TEST)
	cd $(DIST_TEST) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(DIST_TEST)/packages.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install dist
	touch $@

# The pair in place of the sources: the tests' includes of any header find tcexec.h.
PAIR_INCLUDE := $(DIST_TEST)/include
.PHONY: dist-test-headers
dist-test-headers: dist
	rm -rf $(PAIR_INCLUDE)
	mkdir -p $(PAIR_INCLUDE)/tcexec
	cp $(B)/dist/tcexec.h $(PAIR_INCLUDE)
	for header in tcx_posix.h $(patsubst include/%,%,$(wildcard include/tcexec/*.h)); do \
	    echo '#include <tcexec.h>' >$(PAIR_INCLUDE)/$$header; done

## dist-test: all tests with the pair in place of the sources, and from the unpacked tarball; the packages, compiled
.PHONY: dist-test dist-test-pair dist-test-tarball dist-test-packages
dist-test:
	$(MAKE) dist-test-pair
	$(MAKE) dist-test-tarball
	$(MAKE) dist-test-packages

dist-test-pair: dist-test-headers
	echo '== the tests, with tcexec.c and tcexec.h'
	CPPFLAGS='-I$(PAIR_INCLUDE) -DTCX_WITH_TLS -DTCX_WITH_POSIX' \
	    $(MAKE) B=$(DIST_TEST)/pair SOURCES=$(B)/dist/tcexec.c POSIX_OBJECTS= test

dist-test-tarball: dist
	echo '== the tests, from the tarball'
	rm -rf $(DIST_TEST)/tcexec-$(VERSION)
	mkdir -p $(DIST_TEST)
	tar -xzf $(B)/dist/tcexec-$(VERSION).tar.gz -C $(DIST_TEST)
	$(MAKE) -C $(DIST_TEST)/tcexec-$(VERSION) B=build test

dist-test-packages: dist $(DIST_TEST)/node_modules/.installed $(DIST_TEST)/packages.stamp $(MPS2)/packages.stamp \
                    $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/jsmn/jsmn.h
	echo '== the packages'
	B='$(B)' BEARSSL_SRC='$(BEARSSL_SRC)' JSMN_DIR='$(abspath $(MPS2))/jsmn' CROSS='$(MPS2_CC)' \
	    TCEXEC_NODE_MODULES='$(abspath $(DIST_TEST))/node_modules' \
	    sh -c 'python3 -B tests/package/dist_test.py && python3 -B tests/package/ecosystem_test.py'
