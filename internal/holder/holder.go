// Package holder keeps the holders of licenses (持证主体): persons, firms and other bodies.
//
// A holder is known inside by a random id; the way from a code to the id is a keyed blind index. Names, codes
// and phones are SM4-GCM ciphertext under the holder's own key, which is wrapped by the master key outside the
// database: destroying the wrapped key makes them unreadable.
package holder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// Kinds of holder's codes (持证主体代码类型). GB/T 36903-2018, code table.
const (
	CodeUSCC    = "001"
	CodeCitizen = "111"
)

// Profile is who a holder is.
type Profile struct {
	Name     string `json:"name"`
	Code     Code   `json:"code"`
	CodeType string `json:"codeType"` // 001 or 111
	Phone    string `json:"phone,omitempty"`
	// Claimed says that the name is only what somebody else said; the first who has seen proof of another one corrects it.
	Claimed bool `json:"claimed,omitempty"`
}

// CodeTypeName is the Chinese name of the profile's kind of code.
func (p Profile) CodeTypeName() string {
	if p.CodeType == CodeUSCC {
		return "统一社会信用代码"
	}
	return "公民身份号码"
}

// Kind is what kind of holder has such a code.
func (p Profile) Kind() catalog.HolderKind {
	if p.CodeType == CodeUSCC {
		return catalog.Legal
	}
	return catalog.Natural
}

// Masked is the name fit for lists: a person's masked, an organisation's whole.
func (p Profile) Masked() string {
	if p.CodeType == CodeUSCC {
		return p.Name
	}
	return MaskName(p.Name)
}

// Holder is a known holder.
type Holder struct {
	ID      string
	Kind    catalog.HolderKind
	Profile Profile
	Erased  bool // what was known of the holder was erased; the profile is empty
}

// Store keeps holders and their keys.
type Store struct {
	db    *db.DB
	keys  *gm.KeyStore
	clock clock.Clock
}

// Open gives the store of holders.
func Open(d *db.DB, keys *gm.KeyStore, c clock.Clock) *Store {
	return &Store{db: d, keys: keys, clock: c}
}

// ParseCode tells what kind of code a text is and brings it to its normal form; field is blamed on error.
func ParseCode(text, field string) (Code, string, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	citizen := gbcode.CheckCitizen(text)
	if citizen == nil {
		return Code(text), CodeCitizen, nil
	}
	uscc := gbcode.CheckUSCC(text)
	if uscc == nil {
		return Code(text), CodeUSCC, nil
	}
	// Which of the two was meant shows in the middle: a person's number has the year of birth there.
	if e, ok := errors.AsType[*gbcode.Error](citizen); ok && looksCitizen(text) {
		return "", "", codeError("code.citizen", field, e)
	}
	if e, ok := errors.AsType[*gbcode.Error](uscc); ok && len(text) == 18 {
		return "", "", codeError("code.uscc", field, e)
	}
	return "", "", errs.New(errs.Invalid, "code.holder").On(field)
}

func codeError(code, field string, e *gbcode.Error) error {
	return errs.New(errs.Invalid, code).On(field).With("rule", e.Chinese()).With("ruleEn", e.Error())
}

func looksCitizen(s string) bool {
	return len(s) == 18 && allDigits(s[:17]) && (s[6:8] == "19" || s[6:8] == "20")
}

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// Put enters a holder or finds the one that has the code already, and gives the id. An existing profile stays, unless its
// name was only claimed and the new one is not.
func (s *Store) Put(ctx context.Context, tx *db.Tx, p Profile) (string, error) {
	index := s.index(p.Code)
	if _, err := tx.Exec(ctx, `
		INSERT INTO holder_index (code_index, holder_id) VALUES ($1, $2)
		ON CONFLICT (code_index) DO NOTHING`, index, db.NewRandomID()); err != nil {
		return "", fmt.Errorf("claim holder: %w", err)
	}
	var id string
	if err := tx.QueryRow(ctx, `SELECT holder_id FROM holder_index WHERE code_index = $1`, index).Scan(&id); err != nil {
		return "", fmt.Errorf("claim holder: %w", err)
	}
	if err := s.ensureKey(ctx, tx, id); err != nil {
		return "", err
	}
	plain, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode profile: %w", err)
	}
	profile, err := s.Seal(ctx, tx, id, plain)
	if err != nil {
		return "", err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO holder (holder_id, kind, profile, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (holder_id) DO NOTHING`, id, string(p.Kind()), profile, db.Micros(s.clock.Now()))
	if err != nil {
		return "", fmt.Errorf("put holder: %w", err)
	}
	if n == 1 || p.Claimed {
		return id, nil
	}
	return id, s.correct(ctx, tx, id, profile)
}

// correct takes a profile in the place of one whose name was only claimed.
func (s *Store) correct(ctx context.Context, tx *db.Tx, id string, profile []byte) error {
	known, err := s.Get(ctx, tx, id)
	if err != nil || !known.Profile.Claimed {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE holder SET profile = $1 WHERE holder_id = $2`, profile, id); err != nil {
		return fmt.Errorf("correct holder: %w", err)
	}
	return nil
}

// Rename gives a holder another name (名称变更): it is the same holder, under the same code.
func (s *Store) Rename(ctx context.Context, tx *db.Tx, id, name string) error {
	h, err := s.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	h.Profile.Name, h.Profile.Claimed = name, false
	plain, err := json.Marshal(h.Profile)
	if err != nil {
		return fmt.Errorf("encode profile: %w", err)
	}
	sealed, err := s.Seal(ctx, tx, id, plain)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE holder SET profile = $1 WHERE holder_id = $2`, sealed, id); err != nil {
		return fmt.Errorf("rename holder: %w", err)
	}
	return nil
}

// Find leads from a code to the holder's id, or gives case.holder-unknown.
func (s *Store) Find(ctx context.Context, q *db.Tx, code Code) (string, error) {
	var id string
	err := q.QueryRow(ctx, `SELECT holder_id FROM holder_index WHERE code_index = $1`, s.index(code)).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.New(errs.NotFound, "case.holder-unknown")
	}
	if err != nil {
		return "", fmt.Errorf("find holder: %w", err)
	}
	return id, nil
}

// Get reads a holder.
func (s *Store) Get(ctx context.Context, q *db.Tx, id string) (Holder, error) {
	h := Holder{ID: id}
	var kind string
	var profile []byte
	err := q.QueryRow(ctx, `SELECT kind, profile FROM holder WHERE holder_id = $1`, id).Scan(&kind, &profile)
	if errors.Is(err, db.ErrNoRows) {
		return Holder{}, errs.New(errs.NotFound, "case.holder-unknown")
	}
	if err != nil {
		return Holder{}, fmt.Errorf("get holder: %w", err)
	}
	h.Kind, h.Erased = catalog.HolderKind(kind), len(profile) == 0
	if h.Erased {
		return h, nil
	}
	plain, err := s.Open(ctx, q, id, profile)
	if err != nil {
		return Holder{}, err
	}
	if err := json.Unmarshal(plain, &h.Profile); err != nil {
		return Holder{}, fmt.Errorf("decode profile: %w", err)
	}
	return h, nil
}

func (s *Store) index(code Code) []byte { return s.keys.BlindIndex("holder.code", code.Reveal()) }

// Digest is a keyed digest of a text that may hold personal data, for comparing without keeping it.
func (s *Store) Digest(domain, text string) []byte { return s.keys.BlindIndex("digest."+domain, text) }
