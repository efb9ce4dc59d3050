/*
 * Certificates for test_posix_pem.c. Their private keys were thrown away. OpenSSL 3.0 made them:
 *
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=EC root" -days 3650
 *
 * and similar commands. The subject names what is in each. No test looks at their dates. Those of version 1 were made
 * by `openssl x509 -req`, with -signkey or -CA and without -extfile.
 */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#define EC_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBeDCCAR+gAwIBAgIUI5gBpmim+bmPf1VPN89fhYI5jAowCgYIKoZIzj0EAwIw\n" \
    "EjEQMA4GA1UEAwwHRUMgcm9vdDAeFw0yNjExMjMwNjUxNDlaFw0zNjExMjAwNjUx\n" \
    "NDlaMBIxEDAOBgNVBAMMB0VDIHJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n" \
    "AATqcfr29o+xFCNPTfpWSMJERgdFowbtj++M4VqkUNLpVzKuk8k8IapDVSnzI+sY\n" \
    "fmoCC8O5yjQnRToZe6aJoNYuo1MwUTAdBgNVHQ4EFgQUqit9cAW26v/qBSv/Ojmd\n" \
    "7lPv8VEwHwYDVR0jBBgwFoAUqit9cAW26v/qBSv/Ojmd7lPv8VEwDwYDVR0TAQH/\n" \
    "BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAtFBfvfEusW+nvZc40toLXZQbceoNs\n" \
    "4o7UnvFHINOLKQIgMmF4Uw/Gvi0C6f3CXo9+HN825yoIsqTsBA8JpbPF52c=\n" \
    "-----END CERTIFICATE-----\n"

#define P384_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBvTCCAUKgAwIBAgIUZX6aTbKmHl3/esRwCZuyrq999vUwCgYIKoZIzj0EAwIw\n" \
    "FTETMBEGA1UEAwwKUC0zODQgcm9vdDAeFw0yNjExMjMwNjUxNDlaFw0zNjExMjAw\n" \
    "NjUxNDlaMBUxEzARBgNVBAMMClAtMzg0IHJvb3QwdjAQBgcqhkjOPQIBBgUrgQQA\n" \
    "IgNiAATKRqN4cdmfAK5LA4o2A4JpJvsHkKoyu5LtrJrsGOTEofC/kN1IoaQ6moxY\n" \
    "Ny/kxsgRaUsGOHK8polSUy6XXsYffXJgcMAAvUlHSbCq0e+Ji7coMHVdRjuFEMFQ\n" \
    "icLa7BCjUzBRMB0GA1UdDgQWBBTiNXx8tYPJgPG0svJpgnw3Qvs6djAfBgNVHSME\n" \
    "GDAWgBTiNXx8tYPJgPG0svJpgnw3Qvs6djAPBgNVHRMBAf8EBTADAQH/MAoGCCqG\n" \
    "SM49BAMCA2kAMGYCMQDTy21OLKERww3MFLFWo3pxDL6S1ACrAAra0e58ZxPn7YLG\n" \
    "c5UmFf2pCXorL+hfnMcCMQDcL6jEA6w5nMW27U9AfaSvLoWEioxBNk6gGNwNarSO\n" \
    "sJc62YZJSSuNPf9GpBFfI+g=\n" \
    "-----END CERTIFICATE-----\n"

#define RSA_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIDJzCCAg+gAwIBAgIUL0M7LACO83AweluY+hsvAW1lMaQwDQYJKoZIhvcNAQEL\n" \
    "BQAwIzEOMAwGA1UECgwFVGVzdHMxETAPBgNVBAMMCFJTQSByb290MB4XDTI2MTEy\n" \
    "MzA2NTE0OVoXDTM2MTEyMDA2NTE0OVowIzEOMAwGA1UECgwFVGVzdHMxETAPBgNV\n" \
    "BAMMCFJTQSByb290MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxa1Q\n" \
    "PU7JoEliN+5vzXh4LIxpTE5/s6GRNgB9gqx4/OSOQu2pjskDklVOtzbrNboZw565\n" \
    "aWrLY/BXIubBTwnCUd++ICJlxOn8tTer0J6Ygx5OJ2iAB/rWLgxvXkkq8P3rkSaB\n" \
    "UX7Wh/VXyzD6DIxkG0X3XMrRXY5h5ghFb7qGn/wgWRnBrMYMpLqhYRcS7GfMMlbd\n" \
    "jNmEm+hwi2Z0eCrU7lPxcvvs+82ifM0zU8krlSme8AB1fAe1d7QZgKxGbd4WtwBy\n" \
    "id7HmJvpTfFhwhWzgUOc2+BqtvYJcCZqy7cZxsWGtmr/x16mK1fn6aooL01klLw3\n" \
    "Rz4ywMJTNXAJht1YrwIDAQABo1MwUTAdBgNVHQ4EFgQUCqKqwav6i79QmOn+NleG\n" \
    "IZtgYQcwHwYDVR0jBBgwFoAUCqKqwav6i79QmOn+NleGIZtgYQcwDwYDVR0TAQH/\n" \
    "BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAiG2KulzUnSwCvnulsjLfQuec/2zl\n" \
    "D5JZegs4ENcamfGQD9HWKWzHc/eYbai0DTneIJ8kTibHpPxfdZyZlyYD18ChSh/p\n" \
    "cM9Q2SRvrMoWb4/mvxEZtyIvQqoc0zvV9qq3Bm/Eth/fKnCXi5T9g2wHK60BvVM1\n" \
    "Y/6Q+r2wkqhku4Xrti/VtW3VVgLccrZaab1sziwbzAPUCaoHE9VlJ5Jp47U9NZxK\n" \
    "OguG/RxV+xP7pMZiZSjXN0emV9gYEQmr2twEs7OBThsYQIDq3wcb0VggdX4XfXHw\n" \
    "1YbIT/IRfuYaZ/qiyoCogHrnJpsNb8JBW/VhrNp3NW9XNO0oZtvRtvAhug==\n" \
    "-----END CERTIFICATE-----\n"

#define WEAK_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIICBDCCAW2gAwIBAgIUeC+yjqCUgNLWkdUxRcTUdL6Ux2kwDQYJKoZIhvcNAQEL\n" \
    "BQAwFDESMBAGA1UEAwwJV2VhayByb290MB4XDTI2MTEyMzA2NTE0OVoXDTM2MTEy\n" \
    "MDA2NTE0OVowFDESMBAGA1UEAwwJV2VhayByb290MIGfMA0GCSqGSIb3DQEBAQUA\n" \
    "A4GNADCBiQKBgQCkgdVniboDVqxECiSHo5DalvKON70Z6zQDeI2Qm9uYIDBkeajz\n" \
    "9835mU2TMmQVAG1wKARfUzg/DEiBiXOwj0injp11woPKcSNdl1IReTXWAzeo0bhQ\n" \
    "2sM9KvtjiNFixjmUuGr3gML28ADaeFRvxRerRzE7MQTP5YViQKJJo2XTzQIDAQAB\n" \
    "o1MwUTAdBgNVHQ4EFgQUK3ezjsshkzsHRbTcQih772QDwYUwHwYDVR0jBBgwFoAU\n" \
    "K3ezjsshkzsHRbTcQih772QDwYUwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B\n" \
    "AQsFAAOBgQAQyD7msMQEv2rwjqKG49zC84XVrg8klFRO/PfPepq8q8iXfed5h9z3\n" \
    "mBxIHZ5WVN4VuXnYz3lArhWZF7YAr2BJ3JrNnZQYsKFRdb6Yhm2m5GbJnWpCKvZE\n" \
    "ZLeltUyKVDevvScqr24T27C4wXFOuls4KaUY7F4H3OAWSEJUAOs9DA==\n" \
    "-----END CERTIFICATE-----\n"

#define P521_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIICBjCCAWigAwIBAgIUbe/CQiyy1X2DkLkizf2f/Mq82XgwCgYIKoZIzj0EAwIw\n" \
    "FTETMBEGA1UEAwwKUC01MjEgcm9vdDAeFw0yNjExMjMwNjUxNDlaFw0zNjExMjAw\n" \
    "NjUxNDlaMBUxEzARBgNVBAMMClAtNTIxIHJvb3QwgZswEAYHKoZIzj0CAQYFK4EE\n" \
    "ACMDgYYABAHIZfpGBxxOFwdHm6uSh07HQ+qV3ZrVFN1mgSwhG3aTaMyw6x5n205X\n" \
    "dwlpb/N3sgTdxWB92skXGH7+zl0QGSgVIQCJiCM6dczmNT3Vj0OmwR9pVa3/eJpS\n" \
    "q0jZQZOs8JSj7ENU+MIQz8Z1xpfk8gxbRlTEri9N/OSZVSkTq21ef1XbQKNTMFEw\n" \
    "HQYDVR0OBBYEFPtmc2dj+cN8B8y8chYmq+c+DMfgMB8GA1UdIwQYMBaAFPtmc2dj\n" \
    "+cN8B8y8chYmq+c+DMfgMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDgYsA\n" \
    "MIGHAkF+st22sPLwdBay8sWNOOp7AqvFoLN+0s1DpN/6EV9xOqqx94AsyE2y/Oo/\n" \
    "ae3SM0KAQC8Wy2hDuHRvouvbEKkHqQJCAPA87Y0b672Q2h0KQmglpFDCrv9QpCil\n" \
    "z0dToUfjoitOTO0boZbA2NZOSExT95PIt6ixaas2padGrxNp6QeyfPLd\n" \
    "-----END CERTIFICATE-----\n"

#define ED25519_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBQjCB9aADAgECAhQ3hLJix9STJrYmA77CopQcLalPCDAFBgMrZXAwFzEVMBMG\n" \
    "A1UEAwwMRWQyNTUxOSByb290MB4XDTI2MTEyMzA2NTE0OVoXDTM2MTEyMDA2NTE0\n" \
    "OVowFzEVMBMGA1UEAwwMRWQyNTUxOSByb290MCowBQYDK2VwAyEAF71V5mzpcClW\n" \
    "ZErLveGkFrMY0F/8UO/rl/RegFxw2rqjUzBRMB0GA1UdDgQWBBTVOrHx85H7j4/S\n" \
    "3uAZuLkfpK4ELDAfBgNVHSMEGDAWgBTVOrHx85H7j4/S3uAZuLkfpK4ELDAPBgNV\n" \
    "HRMBAf8EBTADAQH/MAUGAytlcANBAEuDbAsupP0fP7IgyukDe7ubMZMvxWIvZvFH\n" \
    "4WTn+AcJ8Ms4TbSaouwpUFUSRZ/+qIYH0ANPI/g291Pn4FKy6gM=\n" \
    "-----END CERTIFICATE-----\n"

#define LEAF \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBcDCCARagAwIBAgIUZtl9yhBw7t593E4xlbRS6nPEDkUwCgYIKoZIzj0EAwIw\n" \
    "DzENMAsGA1UEAwwEbGVhZjAeFw0yNjExMjMwNjUxNDlaFw0zNjExMjAwNjUxNDla\n" \
    "MA8xDTALBgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQK+cA+\n" \
    "rGlEje2enHuW6PAl+nhq35zxOTl9OZ0OaOdoNoB8pJ17mNUlcisxchSRroSOo/6x\n" \
    "3ESffb9sI59+oGXgo1AwTjAdBgNVHQ4EFgQUnY3lXrkF64JiH8xNR9mesC5ff50w\n" \
    "HwYDVR0jBBgwFoAUnY3lXrkF64JiH8xNR9mesC5ff50wDAYDVR0TAQH/BAIwADAK\n" \
    "BggqhkjOPQQDAgNIADBFAiAioTKoaTRfmQMfT3qWSJsjTTHilCo27Ehg3yH54dA5\n" \
    "BQIhAOMhhq1Txi0FobjJiS5GqRiAQ9XTpAULRAyYt4JWu3DD\n" \
    "-----END CERTIFICATE-----\n"

#define V1_ROOT \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBLDCB0wIUK5Ed/+xv5lTrS77gMT1/cHLHV10wCgYIKoZIzj0EAwIwGTEXMBUG\n" \
    "A1UEAwwOVmVyc2lvbiAxIHJvb3QwHhcNMjYxMTI3MjIzMjI3WhcNMzYxMTI0MjIz\n" \
    "MjI3WjAZMRcwFQYDVQQDDA5WZXJzaW9uIDEgcm9vdDBZMBMGByqGSM49AgEGCCqG\n" \
    "SM49AwEHA0IABM5wmxrDGpfivbuMPSev5SV1ktEeK4HzxYt+/bZs835MNhAHZJ7t\n" \
    "QmYM28K2OBABZcf9uVA96ShHl9KQwlF0Gc0wCgYIKoZIzj0EAwIDSAAwRQIhAJDz\n" \
    "2ogSz6e2iC0uP/q7uIXagT/FojDyMJu95fQriJfqAiAIAiCmfOZL62rh/wrG0xTC\n" \
    "adBySIXDp/XQ1/wXpmZajQ==\n" \
    "-----END CERTIFICATE-----\n"

#define V1_LEAF \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBKzCB0wIUFx3pTIwzoKAFzCyo+tNbPSJiKdEwCgYIKoZIzj0EAwIwGTEXMBUG\n" \
    "A1UEAwwOVmVyc2lvbiAxIHJvb3QwHhcNMjYxMTI3MjIzMjI3WhcNMzYxMTI0MjIz\n" \
    "MjI3WjAZMRcwFQYDVQQDDA5WZXJzaW9uIDEgbGVhZjBZMBMGByqGSM49AgEGCCqG\n" \
    "SM49AwEHA0IABOMNs5U6SSyDkjRZBGg0cKnI7PtFpn6PDkSKIeQsF5S24oT2EH2/\n" \
    "19yAdhhH/AjMrxdEuQLkLg67WU9/n06E0xwwCgYIKoZIzj0EAwIDRwAwRAIgcDSD\n" \
    "fY6jknD+LwRiUF4w7gvJ7pPcel8B14wm2LWOFvECIEpcEjBIfvehkq8MWqYtc/Tz\n" \
    "+JziDNmxl17+aFTEEhTr\n" \
    "-----END CERTIFICATE-----\n"

#define V3_WITHOUT_CONSTRAINTS \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBYjCCAQigAwIBAgIUScCABh57ukSBAFHFeCi0Vmm+IzswCgYIKoZIzj0EAwIw\n" \
    "GTEXMBUGA1UEAwwOVmVyc2lvbiAxIHJvb3QwHhcNMjYxMTI3MjIzMjI3WhcNMzYx\n" \
    "MTI0MjIzMjI3WjAZMRcwFQYDVQQDDA5WZXJzaW9uIDEgcm9vdDBZMBMGByqGSM49\n" \
    "AgEGCCqGSM49AwEHA0IABM5wmxrDGpfivbuMPSev5SV1ktEeK4HzxYt+/bZs835M\n" \
    "NhAHZJ7tQmYM28K2OBABZcf9uVA96ShHl9KQwlF0Gc2jLjAsMAsGA1UdDwQEAwIH\n" \
    "gDAdBgNVHQ4EFgQUwrE3goyEwyjYib048aZlhR/1wqEwCgYIKoZIzj0EAwIDSAAw\n" \
    "RQIhAJ5VMkfylc1fCa5IsJ7eBVAhNhLy312pA/+BSJE+urPHAiAyMXJt4frnAE8w\n" \
    "/nwKmRQHr5cQ1OxufGLS/jjimSNijw==\n" \
    "-----END CERTIFICATE-----\n"

/* Their version is written, though it is the default one; their signatures are of the certificates before. */

#define V1_ROOT_SAYING_SO \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBMTCB2KADAgEAAhQrkR3/7G/mVOtLvuAxPX9wcsdXXTAKBggqhkjOPQQDAjAZ\n" \
    "MRcwFQYDVQQDDA5WZXJzaW9uIDEgcm9vdDAeFw0yNjExMjcyMjMyMjdaFw0zNjEx\n" \
    "MjQyMjMyMjdaMBkxFzAVBgNVBAMMDlZlcnNpb24gMSByb290MFkwEwYHKoZIzj0C\n" \
    "AQYIKoZIzj0DAQcDQgAEznCbGsMal+K9u4w9J6/lJXWS0R4rgfPFi379tmzzfkw2\n" \
    "EAdknu1CZgzbwrY4EAFlx/25UD3pKEeX0pDCUXQZzTAKBggqhkjOPQQDAgNIADBF\n" \
    "AiEAkPPaiBLPp7aILS4/+ru4hdqBP8WiMPIwm73l9CuIl+oCIAgCIKZ85kvrauH/\n" \
    "CsbTFMJp0HJIhcOn9dDX/BemZlqN\n" \
    "-----END CERTIFICATE-----\n"

#define V1_WITH_EXTENSIONS \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIBYjCCAQigAwIBAAIUScCABh57ukSBAFHFeCi0Vmm+IzswCgYIKoZIzj0EAwIw\n" \
    "GTEXMBUGA1UEAwwOVmVyc2lvbiAxIHJvb3QwHhcNMjYxMTI3MjIzMjI3WhcNMzYx\n" \
    "MTI0MjIzMjI3WjAZMRcwFQYDVQQDDA5WZXJzaW9uIDEgcm9vdDBZMBMGByqGSM49\n" \
    "AgEGCCqGSM49AwEHA0IABM5wmxrDGpfivbuMPSev5SV1ktEeK4HzxYt+/bZs835M\n" \
    "NhAHZJ7tQmYM28K2OBABZcf9uVA96ShHl9KQwlF0Gc2jLjAsMAsGA1UdDwQEAwIH\n" \
    "gDAdBgNVHQ4EFgQUwrE3goyEwyjYib048aZlhR/1wqEwCgYIKoZIzj0EAwIDSAAw\n" \
    "RQIhAJ5VMkfylc1fCa5IsJ7eBVAhNhLy312pA/+BSJE+urPHAiAyMXJt4frnAE8w\n" \
    "/nwKmRQHr5cQ1OxufGLS/jjimSNijw==\n" \
    "-----END CERTIFICATE-----\n"

#endif
