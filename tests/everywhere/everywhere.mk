# The tests on other machines, by other compilers, under valgrind: make everywhere.
#
# EVERYWHERE="s390x valgrind" runs some.

INSTALLS += $(filter everywhere,$(MAKECMDGOALS))
ELSEWHERE := $(B)/everywhere

$(ELSEWHERE)/packages.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install everywhere
	touch $@

# What the tests link against on a machine of another kind.
$(ELSEWHERE)/%.stamp: tests/everywhere/sysroot.sh $(ELSEWHERE)/packages.stamp
	sh tests/everywhere/sysroot.sh $* $(ELSEWHERE)/$* libc6-dev libcmocka-dev libssl-dev libbearssl-dev libjsmn-dev
	touch $@

## everywhere: the tests on 32 bits and big-endian, by gcc and clang at four levels, under valgrind; 16-bit compilers
.PHONY: everywhere
everywhere: $(ELSEWHERE)/armhf.stamp $(ELSEWHERE)/s390x.stamp
	B='$(B)' BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' python3 tests/everywhere/everywhere.py $(EVERYWHERE)
