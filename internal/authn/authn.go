// Package authn knows who is at the other end: accounts, passwords, second factors and sessions.
//
// It guarantees that a wrong name and a wrong password cannot be told apart (same words, same work, same
// lockout), that no password and no session token can be read back from the database, and that signing
// out, disabling an account or changing its password ends its sessions at once; and that no code, no answer of a
// passkey and no face check confirms twice (强确认). It decides nothing about
// what an account may do; that is the business of access (用证) and of each operation's roles.
package authn

import (
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The kinds of account.
const (
	KindStaff  = "staff"  // works for a unit (机构)
	KindHolder = "holder" // is, or acts for, a holder of licenses (持证主体)
)

// The limits of GB/T 22239-2019 身份鉴别 b) as this platform sets them.
const (
	MaxFails = 5                // failed attempts on one name before it is locked
	LockTime = 10 * time.Minute // how long a locked name stays locked
	IdleTime = 30 * time.Minute // a session ends after this long without a request
	LifeTime = 12 * time.Hour   // a session ends this long after sign-in, used or not
)

// touchEvery bounds how often a session's last use is written, so that reading a page is not a write. A
// session may therefore end up to this much earlier than IdleTime after the last request.
const touchEvery = time.Minute

// forgetAfter is when an unfinished count of failures is dropped.
const forgetAfter = 24 * time.Hour

// Actor is a signed-in account. It is passed explicitly to whatever acts in its name.
type Actor struct {
	AccountID string
	Name      string  // full own name; personal, never logged
	Kind      string  // KindStaff or KindHolder
	UnitID    string  // of staff
	HolderID  string  // of holders: for whom they act, by default themselves
	SelfID    string  // of holders: who they are
	Acting    *Acting // nil: they act for themselves
	Roles     []string

	Confirmed   time.Time // when the session was last confirmed strongly (强确认); zero: not
	ConfirmedBy string    // and by what: ByCode, ByPasskey, ByFace
	StrongFrom  time.Time // before it nothing but a face check confirms: the factors were reset a short while ago; zero: any time
	MustEnrol   bool      // the factors were reset: nothing but enrolling one is open
}

// Acting is on what a holder acts for another one (代办): for a firm as its agent, for a child as its guardian.
type Acting struct {
	RelationID string
	Kind       string
	Powers     []string
}

// What a holder can let another one do.
const (
	PowerApply = "apply" // 办事
	PowerShow  = "show"  // 亮证
	PowerRead  = "read"  // 查看
)

// May reports whether the actor may do a thing for the holder they act for. For themselves they may do all.
func (a *Actor) May(power string) bool {
	return a != nil && (a.Acting == nil || slices.Contains(a.Acting.Powers, power))
}

// Has reports whether the actor holds one of the roles. Nobody (nil) holds none.
func (a *Actor) Has(roles ...string) bool {
	if a == nil {
		return false
	}
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(a.Roles, r) })
}

// Vault keeps what must not stand in clear in the database. gm.KeyStore is one.
type Vault interface {
	// BlindIndex is a keyed digest of value under a domain: equal values give equal results, nothing leads back.
	BlindIndex(domain, value string) []byte
	// Wrap seals plain; Unwrap opens it only with the same aad.
	Wrap(plain, aad []byte) ([]byte, error)
	Unwrap(sealed, aad []byte) ([]byte, error)
}

// Options are the parts a Service is made of. Params may be zero.
type Options struct {
	DB     *db.DB
	Clock  clock.Clock
	Vault  Vault
	Params Params // cost of new password hashes; zero means DefaultParams
	Origin string // the address under which passkeys work, see PasskeyOrigin; empty: none do
}

// Service signs people in and out and tells who a session belongs to. Safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	vault  Vault
	hasher *hasher
	decoy  string // hash of a random password, checked when a name is unknown
	acts   Acts   // nil: nobody acts for others here
	tells  Tells  // nil: nobody is told of changes of factors
	faces  Faces  // nil: no face check here
	origin string
	party  *webauthn.WebAuthn // nil: no passkeys here
}

// Open makes a Service. It computes one hash, so it takes as long as one sign-in.
func Open(o Options) (*Service, error) {
	if o.Params == (Params{}) {
		o.Params = DefaultParams
	}
	h := newHasher(o.Params)
	decoy, err := h.decoy()
	if err != nil {
		return nil, err
	}
	party, err := relyingParty(o.Origin)
	if err != nil {
		return nil, err
	}
	return &Service{db: o.DB, clock: o.Clock, vault: o.Vault, hasher: h, decoy: decoy, origin: o.Origin, party: party}, nil
}

// Origin is the address under which passkeys work; "" where they do not.
func (s *Service) Origin() string { return s.origin }

// The refusals of this package.
var (
	errWrong   = errs.New(errs.Unauthenticated, "authn.wrong")
	errLocked  = errs.New(errs.Limited, "authn.locked")
	errBusy    = errs.New(errs.Unavailable, "authn.busy")
	errSession = errs.New(errs.Unauthenticated, "unauthenticated")
	errTaken   = errs.New(errs.Conflict, "authn.taken")
	errWeak    = errs.New(errs.Invalid, "authn.weak")
	errUnknown = errs.New(errs.NotFound, "authn.unknown")
	errAccount = errs.New(errs.Invalid, "authn.account")
	errActing  = errs.New(errs.Denied, "acting.over")

	errConfirm       = errs.New(errs.Denied, "authn.confirm")
	errWait          = errs.New(errs.Denied, "authn.wait")
	errConfirmLocked = errs.New(errs.Limited, "authn.confirm-locked")
	errStep          = errs.New(errs.Conflict, "authn.step")
	errCode          = errs.New(errs.Invalid, "authn.code")
	errCodeUsed      = errs.New(errs.Invalid, "authn.code-used")
	errPassword      = errs.New(errs.Invalid, "authn.password")
	errPasskey       = errs.New(errs.Denied, "authn.passkey")
	errPasskeyCopied = errs.New(errs.Denied, "authn.passkey-copied")
	errFace          = errs.New(errs.Denied, "authn.face")
	errFaceDown      = errs.New(errs.Unavailable, "authn.face-down")
	errNoFace        = errs.New(errs.Conflict, "authn.no-face")
	errNoPasskeys    = errs.New(errs.Conflict, "authn.no-passkeys")
)
