#include "lan9118.h"

#include <lwip/etharp.h>
#include <string.h>

/* Registers, by their offset in the data sheet (SMSC LAN9118, chapter 5). */
#define REGISTER(offset) (*(volatile uint32_t *)(0x40200000 + (offset)))

#define RX_DATA     REGISTER(0x00)
#define TX_DATA     REGISTER(0x20)
#define RX_STATUS   REGISTER(0x40)
#define BYTE_TEST   REGISTER(0x64)
#define TX_CONFIG   REGISTER(0x70)
#define HW_CONFIG   REGISTER(0x74)
#define RX_CONTROL  REGISTER(0x78)
#define RX_LEVEL    REGISTER(0x7C)
#define TX_LEVEL    REGISTER(0x80)
#define MAC_COMMAND REGISTER(0xA4)
#define MAC_DATA    REGISTER(0xA8)

#define BYTE_TEST_VALUE  0x87654321u
#define HW_RESET         0x00000001u
#define HW_TX_FIFO_5K    0x00150000u /* 5 KiB to send, the rest of 16 to receive */
#define TX_ON            0x00000006u /* and the status FIFO may overflow, because nobody reads it */
#define TX_WHOLE_FRAME   0x00003000u /* command A: first and last buffer */
#define RX_DISCARD       0x80000000u
#define RX_ERROR         0x00008000u
#define MAC_BUSY         0x80000000u
#define MAC_READ         0x40000000u
#define MAC_FULL_DUPLEX  0x00100000u
#define MAC_TX_RX_ENABLE 0x0000000Cu

enum { MAC_CONTROL = 1, MAC_ADDRESS_HIGH = 2, MAC_ADDRESS_LOW = 3 };
enum { CHECKSUM_SIZE = 4, TX_COMMANDS_SIZE = 8, WORD = 4 }; /* bytes */

static uint32_t mac_command(uint32_t command)
{
    MAC_COMMAND = MAC_BUSY | command;
    while (MAC_COMMAND & MAC_BUSY)
        ;
    return MAC_DATA;
}

static err_t send_frame(struct netif *netif, struct pbuf *frame)
{
    u16_t offset;

    (void)netif;
    if ((int)(TX_LEVEL & 0xFFFF) < frame->tot_len + TX_COMMANDS_SIZE + WORD)
        return ERR_MEM; /* TCP sends it again */
    TX_DATA = TX_WHOLE_FRAME | frame->tot_len;
    TX_DATA = frame->tot_len;
    for (offset = 0; offset < frame->tot_len; offset = (u16_t)(offset + WORD)) {
        uint32_t word = 0;

        pbuf_copy_partial(frame, &word, WORD, offset);
        TX_DATA = word;
    }
    return ERR_OK;
}

/* Returns NULL if no pbuf is free. The frame is then lost, and the peer's TCP sends it again. */
static struct pbuf *receive_frame(u16_t length)
{
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, length, PBUF_POOL);
    u16_t offset;

    if (frame == NULL)
        return NULL;
    for (offset = 0; offset < length; offset = (u16_t)(offset + WORD)) {
        uint32_t word = RX_DATA;

        pbuf_take_at(frame, &word, (u16_t)LWIP_MIN(WORD, length - offset), offset);
    }
    (void)RX_DATA; /* the checksum; its first bytes may be in the last word already */
    return frame;
}

static void discard_frame(void)
{
    RX_CONTROL = RX_DISCARD;
    while (RX_CONTROL & RX_DISCARD)
        ;
}

unsigned lan9118_poll(struct netif *netif)
{
    unsigned count = 0;

    for (; RX_LEVEL >> 16 & 0xFF; count++) {
        uint32_t status = RX_STATUS;
        uint32_t length = status >> 16 & 0x3FFF;
        struct pbuf *frame = NULL;

        if (!(status & RX_ERROR) && length > CHECKSUM_SIZE)
            frame = receive_frame((u16_t)(length - CHECKSUM_SIZE));
        if (frame == NULL)
            discard_frame();
        else if (netif->input(frame, netif) != ERR_OK)
            pbuf_free(frame);
    }
    return count;
}

err_t lan9118_init(struct netif *netif)
{
    uint32_t low, high;

    if (BYTE_TEST != BYTE_TEST_VALUE)
        return ERR_IF;
    HW_CONFIG = HW_RESET;
    while (HW_CONFIG & HW_RESET)
        ;
    HW_CONFIG = HW_TX_FIFO_5K;
    TX_CONFIG = TX_ON;

    low = mac_command(MAC_READ | MAC_ADDRESS_LOW);
    high = mac_command(MAC_READ | MAC_ADDRESS_HIGH);
    netif->hwaddr_len = ETH_HWADDR_LEN;
    memcpy(netif->hwaddr, &low, 4);
    memcpy(netif->hwaddr + 4, &high, 2);
    MAC_DATA = MAC_FULL_DUPLEX | MAC_TX_RX_ENABLE;
    (void)mac_command(MAC_CONTROL);

    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = send_frame;
    return ERR_OK;
}
