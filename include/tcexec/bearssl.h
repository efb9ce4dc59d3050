/*
 * BearSSL's headers, wherever this system has them.
 *
 *   bearssl.h           BearSSL's own source, Debian
 *   bearssl/bearssl.h   Arduino's ArduinoBearSSL, the core of the ESP8266, Debian
 *
 * A compiler without __has_include uses the first. Include this header, not one of these, where you use a type of
 * BearSSL: the structures of the ESP8266 core differ from those of BearSSL 0.6.
 */
#ifndef TCEXEC_BEARSSL_H
#define TCEXEC_BEARSSL_H

#ifdef ARDUINO_ARCH_ESP8266
#include <bearssl/bearssl.h>
#ifndef BR_FEATURE_X509_TIME_CALLBACK /* the core always links its own, whatever headers a sketch sees */
#error "tcexec: these headers are not of the ESP8266 core's BearSSL. Remove the library that has them from the sketch"
#endif
#endif

/*
 * gcc 12 ignores an include after __has_include has not found it. So the name that an error shows is not looked for.
 * cppcheck 2.10 reads the slash of a name in angle brackets as a division.
 */
#ifdef __has_include
#if __has_include("bearssl/bearssl.h")
#if !__has_include(<bearssl.h>)
#include "bearssl/bearssl.h"
#endif
#endif
#endif

#ifndef BR_BEARSSL_H__ /* BearSSL's include guard: no header yet */
#include <bearssl.h>
#endif

#endif
