# The transport contract suite and those who pass it: the link in memory, POSIX, the worked examples; and those who must not.

CONTRACT_HELPERS := $(patsubst %,$(B)/tests/transport/%.o,tcx_contract memory bench)
CONTRACT_TESTS   := $(patsubst tests/transport/%.c,$(B)/tests/%,$(wildcard tests/transport/test_*.c))

$(B)/tests/transport/%.o: tests/transport/%.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CPPFLAGS) -Itests/transport -Itests/transport/fake -Iport/posix -Iport/template -Iport/template/examples \
	    $(CFLAGS) -MMD -MP -c $< -o $@

$(CONTRACT_TESTS): $(B)/tests/%: $(B)/tests/transport/%.o $(CONTRACT_HELPERS) $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $(filter %.o,$^) $(LIB) $(BEARSSL_LIBS) -o $@
$(B)/tests/test_contract_posix: $(POSIX_OBJECTS)
$(B)/tests/test_contract_template: $(TEMPLATE_OBJECTS)
$(B)/tests/test_contract_examples: $(TEMPLATE_EXAMPLES)

unit-tests: $(CONTRACT_TESTS)
