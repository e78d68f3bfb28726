/*
 * A cryptographic device in software behind the interface of GM/T 0018 (SDF), for tests alone: its keys live as long as
 * the library stays loaded and its password is no secret. It keeps to the rules of a real one where a program could
 * go wrong: handles that were closed are refused, a private key signs only in a session that was given the access
 * right, sessions are few, and a device that was pulled out invalidates every handle that was opened before.
 *
 * SoftSDF_* are not part of the standard: by them a test makes the device misbehave.
 */
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#define SDR_OK 0x0
#define SDR_COMMFAIL 0x01000003
#define SDR_OPENDEVICE 0x01000005
#define SDR_OPENSESSION 0x01000006
#define SDR_PARDENY 0x01000007
#define SDR_KEYNOTEXIST 0x01000008
#define SDR_SKOPERR 0x0100000C
#define SDR_RANDERR 0x01000017
#define SDR_PRKRERR 0x01000018
#define SDR_INARGERR 0x0100001D

#define SLOTS 4
#define DEVICES 64
#define SESSIONS 256
#define REF_MAX_LEN 64 /* ECCref_MAX_LEN: room for curves of 512 bits, SM2's 32 bytes stand at its end */

typedef struct {
  unsigned int bits;
  unsigned char x[REF_MAX_LEN];
  unsigned char y[REF_MAX_LEN];
} ECCrefPublicKey;

typedef struct {
  unsigned char r[REF_MAX_LEN];
  unsigned char s[REF_MAX_LEN];
} ECCSignature;

static const char password[] = "device-pin";

static struct {
  int open;
  unsigned int epoch;
} devices[DEVICES];

static struct {
  int open;
  unsigned int epoch;
  int right[SLOTS];
  int signing; /* a second call in the same session at the same time is the caller's fault */
} sessions[SESSIONS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static EVP_PKEY *keys[SLOTS];
static unsigned int epoch = 1;         /* counts how often the device was plugged in */
static int out;                        /* pulled out */
static unsigned int most = 32;         /* sessions at a time */
static unsigned int fail_code;         /* of the signatures to come */
static unsigned int fail_times;
static int wrong;                      /* signatures come out damaged */
static unsigned int overlaps, signatures;

/* Handles are small numbers plus one in the pointer's place, so that a stale one can be told without touching memory. */
static int device_of(void *h) {
  uintptr_t i = (uintptr_t)h;
  if (i < 1 || i > DEVICES || !devices[i - 1].open) return -1;
  return (int)i - 1;
}

static int session_of(void *h) {
  uintptr_t i = (uintptr_t)h;
  if (i <= DEVICES || i > DEVICES + SESSIONS || !sessions[i - DEVICES - 1].open) return -1;
  return (int)(i - DEVICES - 1);
}

/* usable finds a session that the device still knows. */
static int usable(void *h, int *s) {
  *s = session_of(h);
  if (*s < 0) return SDR_INARGERR;
  return out || sessions[*s].epoch != epoch ? SDR_COMMFAIL : SDR_OK;
}

int SDF_OpenDevice(void **device) {
  int rc = SDR_OPENDEVICE;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < DEVICES && !out; i++) {
    if (devices[i].open) continue;
    devices[i].open = 1;
    devices[i].epoch = epoch;
    *device = (void *)(uintptr_t)(i + 1);
    rc = SDR_OK;
    break;
  }
  for (int i = 1; i < SLOTS && rc == SDR_OK; i++) { /* slot 0 of the standard is the device's own key */
    if (keys[i] == NULL && i != 3) keys[i] = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
  }
  pthread_mutex_unlock(&lock);
  return rc;
}

int SDF_CloseDevice(void *device) {
  pthread_mutex_lock(&lock);
  int d = device_of(device);
  if (d >= 0) devices[d].open = 0;
  pthread_mutex_unlock(&lock);
  return d < 0 ? SDR_INARGERR : SDR_OK;
}

int SDF_OpenSession(void *device, void **session) {
  int rc = SDR_OPENSESSION;
  unsigned int n = 0;
  pthread_mutex_lock(&lock);
  int d = device_of(device);
  for (int i = 0; i < SESSIONS; i++) n += sessions[i].open && sessions[i].epoch == epoch;
  if (d < 0) {
    rc = SDR_INARGERR;
  } else if (out || devices[d].epoch != epoch) {
    rc = SDR_COMMFAIL;
  } else if (n < most) {
    for (int i = 0; i < SESSIONS; i++) {
      if (sessions[i].open) continue;
      memset(&sessions[i], 0, sizeof sessions[i]);
      sessions[i].open = 1;
      sessions[i].epoch = epoch;
      *session = (void *)(uintptr_t)(DEVICES + i + 1);
      rc = SDR_OK;
      break;
    }
  }
  pthread_mutex_unlock(&lock);
  return rc;
}

int SDF_CloseSession(void *session) {
  pthread_mutex_lock(&lock);
  int s = session_of(session);
  if (s >= 0) sessions[s].open = 0;
  pthread_mutex_unlock(&lock);
  return s < 0 ? SDR_INARGERR : SDR_OK;
}

int SDF_GenerateRandom(void *session, unsigned int length, unsigned char *random) {
  int s;
  pthread_mutex_lock(&lock);
  int rc = usable(session, &s);
  pthread_mutex_unlock(&lock);
  if (rc != SDR_OK) return rc;
  return RAND_bytes(random, (int)length) == 1 ? SDR_OK : SDR_RANDERR;
}

int SDF_GetPrivateKeyAccessRight(void *session, unsigned int index, unsigned char *pin, unsigned int length) {
  int s;
  pthread_mutex_lock(&lock);
  int rc = usable(session, &s);
  if (rc == SDR_OK && (index >= SLOTS || keys[index] == NULL)) rc = SDR_KEYNOTEXIST;
  if (rc == SDR_OK && (length != sizeof password - 1 || memcmp(pin, password, length) != 0)) rc = SDR_PRKRERR;
  if (rc == SDR_OK) sessions[s].right[index] = 1;
  pthread_mutex_unlock(&lock);
  return rc;
}

int SDF_ReleasePrivateKeyAccessRight(void *session, unsigned int index) {
  int s;
  pthread_mutex_lock(&lock);
  int rc = usable(session, &s);
  if (rc == SDR_OK && index < SLOTS) sessions[s].right[index] = 0;
  pthread_mutex_unlock(&lock);
  return rc;
}

int SDF_ExportSignPublicKey_ECC(void *session, unsigned int index, ECCrefPublicKey *key) {
  int s;
  unsigned char point[65];
  size_t n = 0;
  pthread_mutex_lock(&lock);
  int rc = usable(session, &s);
  if (rc == SDR_OK && (index >= SLOTS || keys[index] == NULL)) rc = SDR_KEYNOTEXIST;
  EVP_PKEY *pkey = rc == SDR_OK ? keys[index] : NULL;
  pthread_mutex_unlock(&lock);
  if (rc != SDR_OK) return rc;
  if (EVP_PKEY_get_octet_string_param(pkey, "pub", point, sizeof point, &n) != 1 || n != 65 || point[0] != 4)
    return SDR_SKOPERR;
  memset(key, 0, sizeof *key);
  key->bits = 256;
  memcpy(key->x + REF_MAX_LEN - 32, point + 1, 32);
  memcpy(key->y + REF_MAX_LEN - 32, point + 33, 32);
  return SDR_OK;
}

/* sign is SM2 over the digest as it is: what goes into it, Z and SM3, is the caller's affair. */
static int sign(EVP_PKEY *key, const unsigned char *digest, ECCSignature *signature) {
  unsigned char der[80];
  const unsigned char *p = der;
  size_t n = sizeof der;
  int rc = SDR_SKOPERR;
  ECDSA_SIG *sig = NULL;
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
  if (ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &n, digest, 32) == 1)
    sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
  memset(signature, 0, sizeof *signature);
  if (sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature->r, REF_MAX_LEN) == REF_MAX_LEN &&
      BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature->s, REF_MAX_LEN) == REF_MAX_LEN)
    rc = SDR_OK;
  ECDSA_SIG_free(sig);
  EVP_PKEY_CTX_free(ctx);
  return rc;
}

int SDF_InternalSign_ECC(void *session, unsigned int index, unsigned char *data, unsigned int length, ECCSignature *signature) {
  int s;
  pthread_mutex_lock(&lock);
  int rc = usable(session, &s);
  if (rc == SDR_OK && (index >= SLOTS || keys[index] == NULL)) rc = SDR_KEYNOTEXIST;
  if (rc == SDR_OK && !sessions[s].right[index]) rc = SDR_PARDENY;
  if (rc == SDR_OK && length != 32) rc = SDR_INARGERR;
  if (rc == SDR_OK && fail_times > 0) {
    fail_times--;
    rc = (int)fail_code;
  }
  if (rc == SDR_OK && sessions[s].signing++ > 0) overlaps++;
  pthread_mutex_unlock(&lock);
  if (rc != SDR_OK) return rc;
  rc = sign(keys[index], data, signature);
  pthread_mutex_lock(&lock);
  sessions[s].signing--;
  signatures++;
  if (wrong) signature->s[REF_MAX_LEN - 1] ^= 1;
  if (out || sessions[s].epoch != epoch) rc = SDR_COMMFAIL; /* pulled out before the answer came */
  pthread_mutex_unlock(&lock);
  return rc;
}

/* SoftSDF_Plug pulls the device out (0) or puts it back (1): handles from before are dead for good. */
void SoftSDF_Plug(int in) {
  pthread_mutex_lock(&lock);
  out = !in;
  epoch++;
  pthread_mutex_unlock(&lock);
}

/* SoftSDF_Most sets how many sessions the device gives at a time. */
void SoftSDF_Most(unsigned int n) {
  pthread_mutex_lock(&lock);
  most = n;
  pthread_mutex_unlock(&lock);
}

/* SoftSDF_Fail lets the next signatures fail with a code. */
void SoftSDF_Fail(unsigned int code, unsigned int times) {
  pthread_mutex_lock(&lock);
  fail_code = code;
  fail_times = times;
  pthread_mutex_unlock(&lock);
}

/* SoftSDF_Wrong lets signatures come out damaged. */
void SoftSDF_Wrong(int on) {
  pthread_mutex_lock(&lock);
  wrong = on;
  pthread_mutex_unlock(&lock);
}

/* SoftSDF_Count tells: 0 open sessions, 1 open devices, 2 calls that shared a session, 3 signatures made. */
unsigned int SoftSDF_Count(int what) {
  unsigned int n = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; what == 0 && i < SESSIONS; i++) n += (unsigned int)sessions[i].open;
  for (int i = 0; what == 1 && i < DEVICES; i++) n += (unsigned int)devices[i].open;
  if (what == 2) n = overlaps;
  if (what == 3) n = signatures;
  pthread_mutex_unlock(&lock);
  return n;
}
