# How many small changes of src/ the unit tests notice. MUTANTS=300 SEED=1

INSTALLS += $(filter mutation,$(MAKECMDGOALS))

## mutation: changes src/ in MUTANTS=300 small ways and counts those that the unit tests notice; fails under 95 %
.PHONY: mutation
mutation: $(B)/setup.stamp
	$(MAKE) B=$(B)/mutation CFLAGS=-O1 unit-tests
	MUTANTS='$(MUTANTS)' SEED='$(SEED)' CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' BEARSSL_LIBS='$(BEARSSL_LIBS)' \
	    nice python3 tests/mutation/mutation.py $(B)/mutation
