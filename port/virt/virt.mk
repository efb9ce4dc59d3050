# The same firmware for a RISC-V (RV32IMAC), run by QEMU: make firmware-riscv-test. Include it behind mps2.mk.

VIRT         := $(B)/virt
VIRT_CROSS   ?= riscv64-unknown-elf-
VIRT_CC      := $(VIRT_CROSS)gcc
VIRT_AR      := $(VIRT_CROSS)ar
VIRT_CFLAGS  := --specs=picolibc.specs -march=rv32imac -misa-spec=2.2 -mabi=ilp32 -msmall-data-limit=0 \
                -Os -g $(TARGET_FLAGS)
VIRT_LDFLAGS := -nostartfiles -T port/virt/virt.ld -Wl,--gc-sections
INSTALLS     += $(filter firmware-riscv firmware-riscv-test,$(MAKECMDGOALS))

$(VIRT)/packages.stamp: tests/setup.sh | $(MPS2)/packages.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install riscv
	touch $@

VIRT_BEARSSL := $(B)/bearssl-rv32imac/libbearssl.a
$(VIRT_BEARSSL): $(BEARSSL_SRC)/inc/bearssl.h $(VIRT)/packages.stamp
	echo '  BEARSSL $@'
	mkdir -p $(@D)
	$(MAKE) -s -C $(BEARSSL_SRC) lib BUILD=$(abspath $(@D)) CC=$(VIRT_CC) AR=$(VIRT_AR) \
	    CFLAGS='$(VIRT_CFLAGS) -DBR_USE_UNIX_TIME=0 -DBR_USE_URANDOM=0' >$(@D)/log

$(VIRT)/%.o: %.c | $(VIRT)/packages.stamp $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/jsmn/jsmn.h
	echo '  CC $@'
	mkdir -p $(@D)
	$(VIRT_CC) $(MPS2_WARNINGS) $(MPS2_CPPFLAGS) -Iport/mps2 $(VIRT_CFLAGS) -MMD -MP -c $< -o $@
VIRT_LIB := $(VIRT)/libtcexec.a
$(VIRT_LIB): $(SOURCES:%.c=$(VIRT)/%.o)
	rm -f $@
	$(VIRT_AR) rcsD $@ $^
$(VIRT)/port/mps2/image_full.o: $(MPS2)/certificates/roots.h
$(VIRT)/port/mps2/image_rsa.o: $(MPS2)/certificates/roots_rsa.h
$(VIRT)/port/mps2/image_pin.o: $(MPS2)/certificates/pin.h

VIRT_IMAGES := $(patsubst %,$(VIRT)/%.elf,full rsa pin)
$(VIRT_IMAGES): $(patsubst %,$(VIRT)/port/%.o,mps2/firmware mps2/host mps2/shell mps2/image_p256 virt/board virt/uart) \
                $(VIRT_LIB) $(VIRT_BEARSSL) port/virt/virt.ld
	echo '  LD $@'
	$(VIRT_CC) $(VIRT_CFLAGS) $(VIRT_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@
$(VIRT_IMAGES): $(VIRT)/%.elf: $(VIRT)/port/mps2/image_%.o

# For a test: the transport contract suite.
VIRT_CONTRACT := $(VIRT)/contract.elf
$(VIRT)/tests/%.o: MPS2_CPPFLAGS += -Itests/transport
$(VIRT_CONTRACT): $(patsubst %,$(VIRT)/%.o,port/mps2/host port/mps2/shell port/virt/board port/virt/uart \
                    tests/firmware/uart_contract tests/transport/tcx_contract) $(VIRT_LIB) $(VIRT_BEARSSL) port/virt/virt.ld
	echo '  LD $@'
	$(VIRT_CC) $(VIRT_CFLAGS) $(VIRT_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@

## firmware-riscv: the same for an RV32IMAC
.PHONY: firmware-riscv
firmware-riscv: $(VIRT_IMAGES)

## firmware-riscv-test: run them in QEMU
.PHONY: firmware-riscv-test
firmware-riscv-test: firmware-riscv $(VIRT_CONTRACT)
	B='$(B)' python3 tests/firmware/run.py virt
