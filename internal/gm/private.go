package gm

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

const privateKeyBlock = "PRIVATE KEY"

// NewPrivateKey makes an SM2 key that leaves this process, as PKCS #8 in PEM: for a system that signs what it sends here. The
// platform's own keys never do; they stay in a KeyStore.
func NewPrivateKey() (private, public []byte, scalar string, err error) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, "", fmt.Errorf("make private key: %w", err)
	}
	der, err := smx509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, "", fmt.Errorf("encode private key: %w", err)
	}
	if public, err = EncodePublicKey(&key.PublicKey); err != nil {
		return nil, nil, "", err
	}
	return pem.EncodeToMemory(&pem.Block{Type: privateKeyBlock, Bytes: der}), public, hex.EncodeToString(key.D.FillBytes(make([]byte, 32))), nil
}

// ParsePrivateKey reads an SM2 key as PKCS #8 in PEM, to sign as a system outside the platform does.
func ParsePrivateKey(text []byte) (*Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != privateKeyBlock {
		return nil, errors.New("parse private key: no PEM block PRIVATE KEY")
	}
	parsed, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("parse private key: it cannot be read") // the cause might quote it
	}
	key, ok := parsed.(*sm2.PrivateKey)
	if !ok || !sm2.IsSM2PublicKey(&key.PublicKey) {
		return nil, errors.New("parse private key: it is no SM2 key")
	}
	return &Signer{key: softKey{key: key}}, nil
}
