# The same calls over lwIP, on a Cortex-M3 with an Ethernet controller, run by QEMU: make firmware-lwip,
# make firmware-lwip-test. Include it behind mps2.mk.
#
# LWIP_SRC: lwIP's source; without, Debian's is fetched.

LWIP          := $(B)/lwip
LWIP_CPPFLAGS  = $(MPS2_CPPFLAGS) -Iport/mps2 -Iport/lwip -Itests/transport -isystem $(LWIP_SRC)/src/include
LWIP_LDFLAGS  := -Wl,--defsym=FLASH_SIZE=96K,--defsym=RAM_SIZE=32K
INSTALLS      += $(filter firmware-lwip firmware-lwip-test,$(MAKECMDGOALS))

ifndef LWIP_SRC
LWIP_SRC := $(abspath $(B))/lwip-source
$(LWIP_SRC)/src/include/lwip/tcp.h: $(MPS2)/packages.stamp
	sh port/mps2/source.sh lwip 0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24 $(LWIP_SRC)
	touch $@
endif

# Only what one TCP connection needs, with DHCP and DNS where they are switched on.
LWIP_PARTS := core/def core/dns core/inet_chksum core/init core/ip core/mem core/memp core/netif core/pbuf core/tcp \
              core/tcp_in core/tcp_out core/timeouts core/udp \
              core/ipv4/dhcp core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr netif/ethernet
LWIP_OURS  := tcx_lwip lan9118 net

# What lwIP includes is its own to the compiler, so that -MMD does not name it.
LWIP_HEADERS = $(LWIP_SRC)/src/include/lwip/tcp.h port/lwip/lwipopts.h port/lwip/arch/cc.h

# Two libraries: with a static address only, and with DHCP and DNS.
$(LWIP)/dhcp/%.o: LWIP_DHCP := -DLWIP_DHCP=1
$(LWIP)/static/%.o: LWIP_DHCP := -DLWIP_DHCP=0
define lwip_rules
$(LWIP)/$(1)/lwip/%.o: $(LWIP_HEADERS) | $(MPS2)/packages.stamp
	mkdir -p $$(@D)
	$(MPS2_CC) $$(LWIP_CPPFLAGS) $$(LWIP_DHCP) $(MPS2_CFLAGS) -MMD -MP -c $(LWIP_SRC)/src/$$*.c -o $$@
$(LWIP)/$(1)/%.o: %.c $(LWIP_HEADERS) | $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/jsmn/jsmn.h
	echo '  CC $$@'
	mkdir -p $$(@D)
	$(MPS2_CC) $(MPS2_WARNINGS) $$(LWIP_CPPFLAGS) $$(LWIP_DHCP) $(MPS2_CFLAGS) -MMD -MP -c $$< -o $$@
$(LWIP)/$(1)/liblwip.a: $(LWIP_PARTS:%=$(LWIP)/$(1)/lwip/%.o) $(LWIP_OURS:%=$(LWIP)/$(1)/port/lwip/%.o)
	echo '  AR $$@'
	rm -f $$@
	$(MPS2_AR) rcsD $$@ $$^
endef
$(foreach kind,static dhcp,$(eval $(call lwip_rules,$(kind))))

LWIP_IMAGES   := $(patsubst %,$(LWIP)/%.elf,static dhcp pin)
LWIP_CONTRACT := $(LWIP)/contract.elf
$(LWIP_IMAGES) $(LWIP_CONTRACT): $(MPS2_BOARD) $(MPS2_LIB) $(MPS2_BEARSSL) port/mps2/mps2.ld
	echo '  LD $@'
	$(MPS2_CC) $(MPS2_CFLAGS) $(MPS2_LDFLAGS) $(LWIP_LDFLAGS) $(filter %.o,$^) \
	    -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -o $@
$(LWIP)/static.elf: $(LWIP)/static/port/lwip/firmware.o $(MPS2)/port/mps2/image_full.o $(LWIP)/static/liblwip.a
$(LWIP)/dhcp.elf: $(LWIP)/dhcp/port/lwip/firmware.o $(MPS2)/port/mps2/image_full.o $(LWIP)/dhcp/liblwip.a
$(LWIP)/pin.elf: $(LWIP)/static/port/lwip/firmware.o $(MPS2)/port/mps2/image_pin.o $(LWIP)/static/liblwip.a

# For a test: the transport contract suite.
$(LWIP_CONTRACT): $(LWIP)/static/tests/firmware/lwip_contract.o $(LWIP)/static/tests/transport/tcx_contract.o \
                  $(LWIP)/static/liblwip.a

## firmware-lwip: images for the Cortex-M3 with Ethernet: lwIP with a static address, with DHCP, with a pinned key
.PHONY: firmware-lwip
firmware-lwip: $(LWIP_IMAGES)

## firmware-lwip-test: run them in QEMU, their network ending at the local endpoint
.PHONY: firmware-lwip-test
firmware-lwip-test: firmware-lwip $(LWIP_CONTRACT)
	B='$(B)' python3 tests/firmware/lwip.py
