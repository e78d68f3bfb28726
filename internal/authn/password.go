package authn

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Params is the cost of an argon2id hash (RFC 9106).
type Params struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultParams stay above the least that RFC 9106 §4 and common guidance ask of an interactive sign-in.
var DefaultParams = Params{MemoryKiB: 32 * 1024, Passes: 3, Threads: 1}

// Bounds for hashes read from the database, so that a damaged row cannot take the memory of the machine.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxThreads   = 8
)

const (
	saltBytes = 16
	hashBytes = 32
	// atOnce bounds the hashes computed together: memory in use is at most atOnce × Params.MemoryKiB.
	atOnce = 2
	// patience is how long a sign-in waits for its turn before it is told to come back.
	patience = 5 * time.Second
)

// maxPassword is in bytes; longer ones are refused before they are hashed.
const maxPassword = 256

type hasher struct {
	params Params
	turns  chan struct{}
}

func newHasher(p Params) *hasher {
	return &hasher{params: p, turns: make(chan struct{}, atOnce)}
}

// turn waits for the right to hash. The caller must call done.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash makes the stored form of a password. The caller holds a turn.
func (h *hasher) hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, h.params.Passes, h.params.MemoryKiB, h.params.Threads, hashBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.MemoryKiB, h.params.Passes, h.params.Threads, b64(salt), b64(key))
}

// decoy is the hash of a password nobody knows.
func (h *hasher) decoy() (string, error) {
	done, err := h.turn(context.Background())
	if err != nil {
		return "", err
	}
	defer done()
	return h.hash(rand.Text()), nil
}

// matches reports whether the password made the stored hash, and whether that hash was made at another cost
// than the present one. The caller holds a turn.
func (h *hasher) matches(stored, password string) (ok, outdated bool, err error) {
	p, salt, want, err := parseHash(stored)
	if err != nil {
		return false, false, err
	}
	got := argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, p != h.params, nil
}

var errHash = errors.New("stored password hash has an unknown form")

// parseHash reads "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
func parseHash(s string) (p Params, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Threads); err != nil {
		return p, nil, nil, errHash
	}
	if p.MemoryKiB < 8 || p.MemoryKiB > maxMemoryKiB || p.Passes < 1 || p.Passes > maxPasses || p.Threads < 1 || p.Threads > maxThreads {
		return p, nil, nil, errHash
	}
	salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return p, nil, nil, errHash
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(key) < 16 || len(key) > 64 {
		return p, nil, nil, errHash
	}
	return p, salt, key, nil
}

// minLength is the fewest characters of a password.
const minLength = 8

// checkPassword holds a new password against GB/T 22239-2019 身份鉴别 a): eight characters, three of the four
// classes (upper, lower, digit, other), and not the login name.
func checkPassword(login, password string) error {
	if utf8.RuneCountInString(password) < minLength || len(password) > maxPassword || !utf8.ValidString(password) {
		return errWeak.On("password")
	}
	if strings.Contains(normalLogin(password), login) {
		return errWeak.On("password")
	}
	classes := map[string]bool{}
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			classes["upper"] = true
		case unicode.IsLower(r):
			classes["lower"] = true
		case unicode.IsDigit(r):
			classes["digit"] = true
		default:
			classes["other"] = true
		}
	}
	if len(classes) < 3 {
		return errWeak.On("password")
	}
	return nil
}
