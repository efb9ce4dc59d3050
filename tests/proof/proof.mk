# Proof that src/ has no run-time error, by Frama-C Eva. One harness after the other: make -j2 runs two at a time.

INSTALLS       += $(filter proof,$(MAKECMDGOALS))
PROOF_MACHINES := gcc_x86_32 gcc_x86_64
PROOF_RESULTS  := $(foreach machine,$(PROOF_MACHINES),$(patsubst tests/proof/%.c,$(B)/proof/%.$(machine).json,$(wildcard tests/proof/*.c)))
PROOF_OBJECTS  := $(SOURCES:src/%.c=$(B)/proof/objects/%.o)
PROOF_SOURCES  := $(wildcard src/*.[ch] include/*.h include/*/*.h tests/proof/*.h tests/proof/proof.py)

$(B)/proof/setup.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install proof
	touch $@

define proof_rule
$(B)/proof/%.$(1).json: tests/proof/%.c $(PROOF_SOURCES) $(B)/proof/setup.stamp
	echo '  PROOF $$* $(1)'
	nice python3 tests/proof/proof.py run $$< $(1) $$@
endef
$(foreach machine,$(PROOF_MACHINES),$(eval $(call proof_rule,$(machine))))

# Every function as a symbol, to see that none is forgotten.
$(B)/proof/objects/%.o: src/%.c | $(B)/setup.stamp
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c99 -O0 -MMD -MP -c $< -o $@

## proof: no run-time error in src/, by abstract interpretation (Frama-C Eva)
.PHONY: proof
proof: $(PROOF_RESULTS) $(PROOF_OBJECTS)
	python3 tests/proof/proof.py report $(B)/proof/objects tests/proof/left_out.txt $(PROOF_RESULTS)
