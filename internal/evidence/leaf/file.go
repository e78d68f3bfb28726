package leaf

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// MaxFile bounds the size of a receipt or proof file in bytes.
const MaxFile = 4 << 20

// Receipt is receipt.json: the record itself and the log's promise to enter it. It holds the opened record
// and belongs in the holder's hands only. Byte strings are base64 in JSON.
type Receipt struct {
	No      string `json:"no"`      // 存证编号
	Leaf    []byte `json:"leaf"`    // as in the log
	Salt    []byte `json:"salt"`    // SaltSize bytes
	Body    []byte `json:"body"`    // the record, canonical JSON
	Promise []byte `json:"promise"` // Ed25519 signature of PromiseText
}

// Proof is proof.json: that the leaf stands in the log of a signed checkpoint. It tells nothing about the
// record.
type Proof struct {
	No         string   `json:"no"`
	Index      uint64   `json:"index"`      // of the leaf, from 0
	Size       uint64   `json:"size"`       // of the tree
	Hashes     [][]byte `json:"hashes"`     // inclusion proof (RFC 6962 §2.1.1)
	Checkpoint string   `json:"checkpoint"` // signed note
}

// Certificate is certificate.json (存证凭证): receipt and proof in one file, with the checkpoint and its cosignatures, so that
// one file and the log's public keys are all that is needed years later. It holds the opened record, like the receipt.
type Certificate struct {
	Receipt Receipt `json:"receipt"`
	Proof   Proof   `json:"proof"`
}

// ErrFile says that bytes are no receipt or proof file.
var ErrFile = errors.New("malformed evidence file")

// ParseReceipt reads receipt.json. It checks the form only.
func ParseReceipt(b []byte) (Receipt, error) {
	var r Receipt
	if err := parseFile(b, &r); err != nil {
		return Receipt{}, err
	}
	return r, r.formed()
}

func (r Receipt) formed() error {
	if len(r.Salt) != SaltSize || len(r.Leaf) == 0 || len(r.Body) == 0 {
		return ErrFile
	}
	return nil
}

// ParseProof reads proof.json. It checks the form only.
func ParseProof(b []byte) (Proof, error) {
	var p Proof
	if err := parseFile(b, &p); err != nil {
		return Proof{}, err
	}
	return p, p.formed()
}

func (p Proof) formed() error {
	if p.Checkpoint == "" || p.Index >= p.Size {
		return ErrFile
	}
	return nil
}

// ParseCertificate reads certificate.json. It checks the form only.
func ParseCertificate(b []byte) (Certificate, error) {
	var c Certificate
	if err := parseFile(b, &c); err != nil {
		return Certificate{}, err
	}
	if err := errors.Join(c.Receipt.formed(), c.Proof.formed()); err != nil {
		return Certificate{}, ErrFile
	}
	return c, nil
}

func parseFile(b []byte, into any) error { return parseBounded(b, MaxFile, into) }

func parseBounded(b []byte, limit int, into any) error {
	if len(b) > limit {
		return ErrFile
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return ErrFile
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return ErrFile
	}
	return nil
}
