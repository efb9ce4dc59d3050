// The board: a PC. The client is a socket, and Serial is standard output. Deep sleep is short: the program starts
// again, with nothing but what was in RTC memory.
#include <WiFiNINA.h>
#include <esp_random.h>

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

Printer Serial;
WiFiClass WiFi;

void Printer::begin(long) {}

size_t Printer::write(const uint8_t *bytes, size_t length)
{
    return fwrite(bytes, 1, length, stdout);
}

size_t Printer::write(const char *bytes, size_t length)
{
    return fwrite(bytes, 1, length, stdout);
}

size_t Printer::print(long number)
{
    return static_cast<size_t>(printf("%ld", number));
}

size_t Printer::print(const char *text)
{
    return write(text, strlen(text));
}

size_t Printer::println(const char *text)
{
    size_t written = print(text) + print("\n");

    flush();
    return written;
}

void Printer::flush()
{
    fflush(stdout);
}

int WiFiClass::begin(const char *, const char *)
{
    return status();
}

int WiFiClass::status()
{
    return WL_CONNECTED;
}

unsigned long WiFiClass::getTime()
{
    return static_cast<unsigned long>(time(NULL));
}

void configTime(long, int, const char *) {}

uint32_t millis()
{
    timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint32_t>(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

void delay(uint32_t ms)
{
    usleep(ms * 1000);
}

void esp_fill_random(void *out, size_t length)
{
    if (getrandom(out, length, 0) != static_cast<ssize_t>(length))
        abort();
}

int WiFiClient::connect(const char *host, uint16_t port)
{
    addrinfo hints = {}, *found;
    char service[8];

    snprintf(service, sizeof service, "%u", port);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return 0;
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = ::connect(fd, found->ai_addr, found->ai_addrlen);

    freeaddrinfo(found);
    return failed == 0;
}

size_t WiFiClient::write(const uint8_t *bytes, size_t length)
{
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    return sent > 0 ? static_cast<size_t>(sent) : 0;
}

int WiFiClient::available()
{
    int count = 0;

    return ioctl(fd, FIONREAD, &count) == 0 ? count : 0;
}

int WiFiClient::read(uint8_t *bytes, size_t length)
{
    return static_cast<int>(recv(fd, bytes, length, MSG_DONTWAIT));
}

uint8_t WiFiClient::connected()
{
    char byte;

    return fd >= 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

void WiFiClient::stop()
{
    if (fd >= 0)
        close(fd);
    fd = -1;
}

extern char rtc_begin[] __asm__("__start_rtc") __attribute__((weak));
extern char rtc_end[] __asm__("__stop_rtc") __attribute__((weak));
static const char rtc_file[] = "rtc.bin";

void esp_sleep_enable_timer_wakeup(uint64_t) {}

void esp_deep_sleep_start()
{
    FILE *memory = fopen(rtc_file, "wb");

    fwrite(rtc_begin, 1, static_cast<size_t>(rtc_end - rtc_begin), memory);
    fclose(memory);
    execl("/proc/self/exe", "woken", static_cast<char *>(NULL));
}

int main()
{
    FILE *memory = fopen(rtc_file, "rb");

    if (memory != NULL && fread(rtc_begin, 1, static_cast<size_t>(rtc_end - rtc_begin), memory) == 0)
        abort();
    setup();
}
