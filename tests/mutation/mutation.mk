# How many small changes of src/ the unit tests notice. MUTANTS=300 SEED=1

INSTALLS += $(filter mutation,$(MAKECMDGOALS))
MUTATION_CFLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all

## mutation: changes src/ in MUTANTS=300 small ways and counts those that the unit tests notice; fails under 95 %
.PHONY: mutation
mutation: $(B)/setup.stamp
	$(MAKE) B=$(B)/mutation CFLAGS='$(MUTATION_CFLAGS)' unit-tests
	MUTANTS='$(MUTANTS)' SEED='$(SEED)' CC='$(CC)' CFLAGS='$(MUTATION_CFLAGS)' CPPFLAGS='$(CPPFLAGS)' \
	    BEARSSL_LIBS='$(BEARSSL_LIBS)' nice python3 tests/mutation/mutation.py $(B)/mutation
