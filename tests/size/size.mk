# What the library costs: make size, make stack (both measure both); make size-write takes it as the new baseline.

INSTALLS += $(filter size stack size-write,$(MAKECMDGOALS))
MEASURE  := BEARSSL_SRC='$(BEARSSL_SRC)' JSMN='$(MPS2)/jsmn' B='$(B)' python3 tests/size/size.py

## size: bytes of code and RAM for five cores, held against the baseline
## stack: the worst stack of each entry point, with them
## size-write: size; takes it as the new baseline, and writes the table of README.md
.PHONY: size stack size-write
size stack: $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/jsmn/jsmn.h $(VIRT)/packages.stamp
	$(MEASURE)
size-write: $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/jsmn/jsmn.h $(VIRT)/packages.stamp
	$(MEASURE) --write
