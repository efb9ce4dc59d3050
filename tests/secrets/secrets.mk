# What becomes of secrets: no branch or address depends on a key, and none is left behind.

INSTALLS += $(filter secrets,$(MAKECMDGOALS))

$(B)/secrets/setup.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install secrets
	touch $@

## secrets: whether a branch or address depends on a key, and whether one is left in memory
.PHONY: secrets
secrets: $(B)/secrets/setup.stamp
	CPPFLAGS='$(CPPFLAGS)' BEARSSL_LIBS='$(BEARSSL_LIBS)' python3 tests/secrets/secrets.py $(B)/secrets
