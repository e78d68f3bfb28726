package gm

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/emmansun/gmsm/sm2"
)

const (
	sm2Ext     = ".sm2"
	ed25519Ext = ".ed25519"
	certExt    = ".cer"
)

// Generate makes the SM2 signing key of an id. Where there is one already it
// does nothing, so that set-up can be repeated.
func (s *KeyStore) Generate(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.attachedKey(id) != nil {
		return nil
	}
	scalar, err := newScalar()
	if err != nil {
		return fmt.Errorf("generate SM2 key: %w", err)
	}
	_, err = s.createSecret(id, sm2Ext, scalar)
	return err
}

// newScalar draws a private key uniformly: a draw outside [1, n-2], about one
// in 2^32, is thrown away (GB/T 32918.1, 6.1).
func newScalar() ([]byte, error) {
	for {
		scalar := make([]byte, 32)
		if _, err := rand.Read(scalar); err != nil {
			return nil, err
		}
		if _, err := sm2.NewPrivateKey(scalar); err == nil {
			return scalar, nil
		}
	}
}

// Has reports whether the store has an SM2 key of the id, its own or attached.
func (s *KeyStore) Has(id string) bool {
	_, err := s.key(id)
	return err == nil
}

// Signer returns the signer of an SM2 key with the certificate that stands
// beside it now. It returns ErrNoKey for an unknown id.
func (s *KeyStore) Signer(id string) (*Signer, error) {
	key, err := s.key(id)
	if err != nil {
		return nil, err
	}
	cert, err := s.Cert(id)
	if err != nil && !errors.Is(err, ErrNoCert) {
		return nil, err
	}
	return &Signer{key: key, cert: cert}, nil
}

// Ed25519 returns the Ed25519 signer of an id, making the key on first use.
// The standard form of a checkpoint signature is Ed25519 over the message
// itself: call Sign with crypto.Hash(0).
func (s *KeyStore) Ed25519(id string) (crypto.Signer, error) {
	seed, err := s.readSecret(id, ed25519Ext)
	if errors.Is(err, ErrNoKey) {
		fresh := make([]byte, ed25519.SeedSize)
		if _, err := rand.Read(fresh); err != nil {
			return nil, fmt.Errorf("draw Ed25519 seed: %w", err)
		}
		seed, err = s.createSecret(id, ed25519Ext, fresh)
	}
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("gm: Ed25519 key %q is damaged", id)
	}
	return edSigner{ed25519.NewKeyFromSeed(seed)}, nil
}

// edSigner hides the private key that the standard library's type would show.
type edSigner struct{ key ed25519.PrivateKey }

func (e edSigner) Public() crypto.PublicKey { return e.key.Public() }

func (e edSigner) Sign(random io.Reader, msg []byte, opts crypto.SignerOpts) ([]byte, error) {
	return e.key.Sign(random, msg, opts)
}

// String keeps the key out of logs.
func (e edSigner) String() string { return "Ed25519 signer" }

// GoString keeps the key out of logs.
func (e edSigner) GoString() string { return e.String() }

// Signer signs with one SM2 key of a KeyStore. It satisfies ses.Signer.
type Signer struct {
	key  Key
	cert []byte
}

// Public returns the public key (curve sm2p256v1).
func (s *Signer) Public() *ecdsa.PublicKey { return s.key.Public() }

// Cert returns the certificate of the key in DER, or nil when none was issued.
func (s *Signer) Cert() []byte { return s.cert }

// Sign returns the DER signature SEQUENCE{r, s} over msg: SM2 with SM3, Z
// computed with the default user id 1234567812345678 (GB/T 32918.2, GB/T 35276).
func (s *Signer) Sign(msg []byte) ([]byte, error) {
	e, err := sm2.CalculateSM2Hash(s.key.Public(), msg, nil)
	if err != nil {
		return nil, fmt.Errorf("sign with SM2: %w", err)
	}
	return s.SignDigest([32]byte(e))
}

// SignDigest is Sign over e = SM3(Z‖M), computed by the caller.
func (s *Signer) SignDigest(e [32]byte) ([]byte, error) {
	sig, err := s.key.SignDigest(e)
	if err != nil {
		return nil, fmt.Errorf("sign with SM2: %w", err)
	}
	return sig, nil
}

// String keeps the key out of logs.
func (s *Signer) String() string { return "SM2 signer" }

// GoString keeps the key out of logs.
func (s *Signer) GoString() string { return s.String() }

// VerifySM2 reports whether sig (DER) is the signature of pub over msg as
// Signer.Sign makes it.
func VerifySM2(pub *ecdsa.PublicKey, msg, sig []byte) bool {
	return sm2.IsSM2PublicKey(pub) && sm2.VerifyASN1WithSM2(pub, nil, msg, sig)
}

// VerifyDigest is VerifySM2 over e = SM3(Z‖M), computed by the caller.
func VerifyDigest(pub *ecdsa.PublicKey, e [32]byte, sig []byte) bool {
	return sm2.IsSM2PublicKey(pub) && sm2.VerifyASN1(pub, e[:], sig)
}

func (s *KeyStore) privateKey(id string) (*sm2.PrivateKey, error) {
	s.mu.Lock()
	key := s.sm2[id]
	s.mu.Unlock()
	if key != nil {
		return key, nil
	}
	scalar, err := s.readSecret(id, sm2Ext)
	if err != nil {
		return nil, err
	}
	key, err = sm2.NewPrivateKey(scalar)
	if err != nil {
		return nil, fmt.Errorf("gm: SM2 key %q is damaged", id)
	}
	s.mu.Lock()
	s.sm2[id] = key
	s.mu.Unlock()
	return key, nil
}

// createSecret stores an encrypted secret unless there is one, and returns the
// one that is stored.
func (s *KeyStore) createSecret(id, ext string, secret []byte) ([]byte, error) {
	name, err := fileName(id, ext)
	if err != nil {
		return nil, err
	}
	sealed, err := Encrypt(s.derive("secret", []byte(name)), secret, []byte(name))
	if err != nil {
		return nil, err
	}
	if _, err := s.vault.create(name, sealed); err != nil {
		return nil, fmt.Errorf("store key: %w", err)
	}
	return s.readSecret(id, ext)
}

func (s *KeyStore) readSecret(id, ext string) ([]byte, error) {
	name, err := fileName(id, ext)
	if err != nil {
		return nil, err
	}
	sealed, err := s.vault.get(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q", ErrNoKey, id)
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	secret, err := Decrypt(s.derive("secret", []byte(name)), sealed, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("open key %q: %w", id, err)
	}
	return secret, nil
}
