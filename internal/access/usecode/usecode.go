// Package usecode is the written form of what the door gives out for a use in a case: the grant (用证码) and the
// one-shot token (取用凭据) that redeems it. Both are signed by the platform, so that whoever has its public key can
// see, offline, what they are for.
//
// A code is three parts, joined by dots: its kind, what it says as JSON in one spelling, and the SM2 signature over
// the first two as they stand there, the latter two in base64url. This package reads and writes the form; it holds no
// key and judges nothing.
package usecode

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The kinds of codes; the number is that of their form.
const (
	KindGrant = "yxg1"
	KindToken = "yxt1"
)

// MaxSize bounds a code in bytes.
const MaxSize = 1024

// NonceSize is the size of a token's secret in bytes.
const NonceSize = 32

// ErrForm says that a text is not a code.
var ErrForm = errors.New("not a use code")

// Grant is what a use grant says: this license, for this case, to this clerk, from when until when. Times are
// microseconds since 1970 UTC.
type Grant struct {
	Case    string `json:"case"`
	Clerk   string `json:"clerk"` // account
	From    int64  `json:"from"`
	ID      string `json:"grant"`
	License string `json:"license"`
	Shard   string `json:"shard"` // holder under whom the license lies
	Unit    string `json:"unit"`
	Until   int64  `json:"until"`
}

// Token is what a one-shot token says. Whoever has it can redeem it once: it is not shown to others.
type Token struct {
	Grant string `json:"grant"`
	Nonce []byte `json:"nonce"`
	Of    []byte `json:"of"` // digest of the grant, so that no other grant can take its place
	Shard string `json:"shard"`
	Until int64  `json:"until"`
}

// Code is a code taken apart.
type Code struct {
	Kind      string
	Signed    []byte // what the signature is over
	Signature []byte // DER, SM2 with SM3 and the default user id
	body      []byte
}

// body writes what a code says in one spelling: the members stand in the order of their names, and no value holds what
// could be written in two ways.
func body(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write use code: %w", err)
	}
	return b, nil
}

// Body is what a grant says, in one spelling; its digest is what tokens are bound to.
func (g Grant) Body() ([]byte, error) { return body(g) }

// Write makes the code of what a grant says.
func (g Grant) Write(sign func(msg []byte) ([]byte, error)) (string, error) {
	b, err := body(g)
	if err != nil {
		return "", err
	}
	return write(KindGrant, b, sign)
}

// Write makes the code of what a token says.
func (t Token) Write(sign func(msg []byte) ([]byte, error)) (string, error) {
	b, err := body(t)
	if err != nil {
		return "", err
	}
	return write(KindToken, b, sign)
}

func write(kind string, said []byte, sign func(msg []byte) ([]byte, error)) (string, error) {
	signed := kind + "." + base64.RawURLEncoding.EncodeToString(said)
	signature, err := sign([]byte(signed))
	if err != nil {
		return "", fmt.Errorf("sign use code: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// Parse takes a code apart. Whether its signature holds is for the caller to see.
func Parse(text string) (Code, error) {
	if len(text) > MaxSize {
		return Code{}, ErrForm
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || parts[0] != KindGrant && parts[0] != KindToken {
		return Code{}, ErrForm
	}
	strict := base64.RawURLEncoding.Strict()
	said, err := strict.DecodeString(parts[1])
	if err != nil {
		return Code{}, ErrForm
	}
	signature, err := strict.DecodeString(parts[2])
	if err != nil || len(signature) == 0 {
		return Code{}, ErrForm
	}
	return Code{Kind: parts[0], Signed: []byte(text[:len(parts[0])+1+len(parts[1])]), Signature: signature, body: said}, nil
}

// Grant reads what the code of a grant says.
func (c Code) Grant() (Grant, error) {
	var g Grant
	if c.Kind != KindGrant || !c.read(&g) || g.ID == "" || g.License == "" || g.Case == "" || g.Clerk == "" {
		return Grant{}, ErrForm
	}
	return g, nil
}

// Token reads what the code of a token says.
func (c Code) Token() (Token, error) {
	var t Token
	if c.Kind != KindToken || !c.read(&t) || t.Shard == "" || t.Grant == "" || len(t.Nonce) != NonceSize {
		return Token{}, ErrForm
	}
	return t, nil
}

// read reads a body that is in its one spelling.
func (c Code) read(into any) bool {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		return false
	}
	again, err := body(into)
	return err == nil && bytes.Equal(again, c.body)
}
