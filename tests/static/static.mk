# Static analysis: make static; STATIC="gcc misra" runs some of the tools.

INSTALLS += $(filter static,$(MAKECMDGOALS))
$(B)/static/packages.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install static
	touch $@

## static: gcc -fanalyzer, clang-tidy, scan-build, cppcheck, MISRA C:2012
.PHONY: static
static: $(B)/static/packages.stamp
	B='$(B)' python3 tests/static/static.py $(STATIC)
