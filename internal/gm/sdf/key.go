package sdf

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// Key is a signing key in the device. It is safe for concurrent use and satisfies gm.Key.
type Key struct {
	device   *Device
	index    uint32
	password []byte
	public   *ecdsa.PublicKey
}

// Key returns the signing key of a number, after the device has taken its password and told its public half.
func (d *Device) Key(index uint32, password string) (*Key, error) {
	k := &Key{device: d, index: index, password: []byte(password)}
	var ref refPublicKey
	err := d.do(func(s *session) error {
		delete(s.unlocked, index) // a right that another holder of the key got says nothing of this password
		if err := k.unlock(s); err != nil {
			return err
		}
		return check("SDF_ExportSignPublicKey_ECC", d.lib.signPublicKey(s.handle, index, &ref))
	})
	if err != nil {
		return nil, fmt.Errorf("open key %d of the device: %w", index, err)
	}
	if k.public, err = ref.key(); err != nil {
		return nil, fmt.Errorf("open key %d of the device: %w", index, err)
	}
	return k, nil
}

// Public returns the public key on curve sm2p256v1.
func (k *Key) Public() *ecdsa.PublicKey { return k.public }

// SignDigest returns the DER signature SEQUENCE{r, s} over e = SM3(Z‖M). A signature that does not verify under the
// key's public half is an error: a device that goes wrong must fail here.
func (k *Key) SignDigest(e [32]byte) ([]byte, error) {
	var ref refSignature
	err := k.device.do(func(s *session) error {
		if err := k.unlock(s); err != nil {
			return err
		}
		// A copy, for the interface does not promise to leave what it signs alone.
		data := e
		return check("SDF_InternalSign_ECC", k.device.lib.internalSign(s.handle, k.index, &data[0], uint32(len(data)), &ref))
	})
	if err != nil {
		return nil, fmt.Errorf("sign with key %d of the device: %w", k.index, err)
	}
	sig, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(ref.R[:]), new(big.Int).SetBytes(ref.S[:])})
	if err != nil {
		return nil, fmt.Errorf("sign with key %d of the device: %w", k.index, err)
	}
	if !sm2.VerifyASN1(k.public, e[:], sig) {
		return nil, fmt.Errorf("sign with key %d of the device: the signature is not the key's", k.index)
	}
	return sig, nil
}

// unlock gives the session the right to use the key.
func (k *Key) unlock(s *session) error {
	if s.unlocked[k.index] {
		return nil
	}
	password := append(bytes.Clone(k.password), 0) // never an empty slice, and ended for libraries that look for it
	err := check("SDF_GetPrivateKeyAccessRight", k.device.lib.accessRight(s.handle, k.index, &password[0], uint32(len(k.password))))
	if err == nil {
		s.unlocked[k.index] = true
	}
	return err
}

// String keeps the password out of logs.
func (k *Key) String() string { return fmt.Sprintf("key %d of a device", k.index) }

// GoString keeps the password out of logs.
func (k *Key) GoString() string { return k.String() }

// key reads the numbers, which stand at the end of their fields.
func (r *refPublicKey) key() (*ecdsa.PublicKey, error) {
	const size = 32
	if r.Bits != 8*size {
		return nil, fmt.Errorf("a key of %d bits is no SM2 key", r.Bits)
	}
	point := append(append([]byte{4}, r.X[refMax-size:]...), r.Y[refMax-size:]...)
	public, err := sm2.NewPublicKey(point)
	if err != nil {
		return nil, errors.New("its public half is no point of the curve")
	}
	return public, nil
}
