# TLS against OpenSSL, a peer in the same process.

TLS_TESTS := $(patsubst tests/tls/%.c,$(B)/tests/%,$(wildcard tests/tls/test_*.c))

$(B)/tests/tls/%.o: tests/tls/%.c | $(B)/setup.stamp
	echo '  CC $<'
	mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -MMD -MP -c $< -o $@

$(TLS_TESTS): $(B)/tests/%: $(B)/tests/tls/%.o $(B)/tests/tls/peer.o $(HELPERS) $(LIB)
	echo '  LD $@'
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(BEARSSL_LIBS) -lcmocka -lssl -lcrypto -o $@

unit-tests: $(TLS_TESTS)
