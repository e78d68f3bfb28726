package authn

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/yinxin-org/yinxin/internal/db"
)

// PasskeyOrigin is the address under which passkeys of a platform work, and no other: they are bound to a name and never
// to a number. This machine by number is asked to come by its name; any other number has none ("").
func PasskeyOrigin(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		if !ip.IsLoopback() {
			return ""
		}
		host := "localhost"
		if u.Port() != "" {
			host = net.JoinHostPort(host, u.Port())
		}
		return u.Scheme + "://" + host
	}
	return u.Scheme + "://" + u.Host
}

// relyingParty checks the ceremonies of WebAuthn for an origin; nil where passkeys have none.
func relyingParty(origin string) (*webauthn.WebAuthn, error) {
	if origin == "" {
		return nil, nil //nolint:nilnil // a platform under a number has no passkeys, which is no error
	}
	u, err := url.Parse(origin)
	if err != nil {
		return nil, fmt.Errorf("read origin of passkeys: %w", err)
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "印信 Yinxin", RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys: %w", err)
	}
	return w, nil
}

// keyUser is an account as WebAuthn sees it.
type keyUser struct {
	actor *Actor
	keys  []webauthn.Credential
}

func (u keyUser) WebAuthnID() []byte                         { return []byte(u.actor.AccountID) }
func (u keyUser) WebAuthnName() string                       { return u.actor.Name }
func (u keyUser) WebAuthnDisplayName() string                { return u.actor.Name }
func (u keyUser) WebAuthnCredentials() []webauthn.Credential { return u.keys }

// keyUser reads the passkeys of an account, and which factor each of them is.
func (s *Service) keyUser(ctx context.Context, q *db.Tx, a *Actor) (keyUser, []storedFactor, error) {
	all, err := s.factors(ctx, q, a.AccountID)
	if err != nil {
		return keyUser{}, nil, err
	}
	u := keyUser{actor: a}
	var keys []storedFactor
	for _, f := range all {
		if f.Kind != ByPasskey {
			continue
		}
		var c webauthn.Credential
		if err := json.Unmarshal(f.secret, &c); err != nil {
			return keyUser{}, nil, fmt.Errorf("decode passkey: %w", err)
		}
		u.keys, keys = append(u.keys, c), append(keys, f)
	}
	return u, keys, nil
}

func (s *Service) readKeyUser(ctx context.Context, a *Actor) (u keyUser, err error) {
	err = s.db.Read(ctx, func(q *db.Tx) error {
		u, _, err = s.keyUser(ctx, q, a)
		return err
	})
	return u, err
}

type passkeyStep struct {
	Name    string
	Session webauthn.SessionData
}

// EnrolPasskey begins the enrolment of a passkey and gives what the browser's navigator.credentials.create takes. The
// password is asked for again.
func (s *Service) EnrolPasskey(ctx context.Context, token string, a *Actor, password, name string) (json.RawMessage, error) {
	if s.party == nil {
		return nil, errNoPasskeys
	}
	if err := s.mayEnrol(ctx, a, password, name); err != nil {
		return nil, err
	}
	u, err := s.readKeyUser(ctx, a)
	if err != nil {
		return nil, err
	}
	var known []protocol.CredentialDescriptor
	for _, k := range u.keys {
		known = append(known, k.Descriptor())
	}
	options, session, err := s.party.BeginRegistration(u, webauthn.WithExclusions(known))
	if err != nil {
		return nil, fmt.Errorf("begin passkey: %w", err)
	}
	if err := s.keepStep(ctx, token, stepPasskey, passkeyStep{Name: strings.TrimSpace(name), Session: *session}); err != nil {
		return nil, err
	}
	return json.Marshal(options.Response)
}

// FinishPasskey enrols the passkey that the browser made. The session is confirmed by it.
func (s *Service) FinishPasskey(ctx context.Context, token string, a *Actor, answer []byte) (Factor, error) {
	if s.party == nil {
		return Factor{}, errNoPasskeys
	}
	var step passkeyStep
	if err := s.takeStep(ctx, token, stepPasskey, &step); err != nil {
		return Factor{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Factor{}, errPasskey.Wrap(err)
	}
	made, err := s.party.CreateCredential(keyUser{actor: a}, step.Session, parsed)
	if err != nil {
		return Factor{}, errPasskey.Wrap(err)
	}
	secret, err := json.Marshal(made)
	if err != nil {
		return Factor{}, fmt.Errorf("encode passkey: %w", err)
	}
	var f Factor
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		f, err = s.enrol(ctx, tx, token, a, storedFactor{Factor: Factor{Kind: ByPasskey, Name: step.Name}, secret: secret,
			counter: int64(made.Authenticator.SignCount)})
		return err
	})
	return f, err
}

// BeginPasskey begins a confirmation by passkey and gives what the browser's navigator.credentials.get takes.
func (s *Service) BeginPasskey(ctx context.Context, token string, a *Actor) (json.RawMessage, error) {
	if s.party == nil {
		return nil, errNoPasskeys
	}
	u, err := s.readKeyUser(ctx, a)
	if err != nil {
		return nil, err
	}
	if len(u.keys) == 0 {
		return nil, errPasskey
	}
	options, session, err := s.party.BeginLogin(u)
	if err != nil {
		return nil, fmt.Errorf("begin passkey: %w", err)
	}
	if err := s.keepStep(ctx, token, stepConfirm, session); err != nil {
		return nil, err
	}
	return json.Marshal(options.Response)
}

// ConfirmPasskey confirms a session by what a passkey has signed. A challenge is answered once, and a key whose count of
// signatures does not grow is refused: it may have been copied.
func (s *Service) ConfirmPasskey(ctx context.Context, token string, a *Actor, answer []byte) error {
	if s.party == nil {
		return errNoPasskeys
	}
	if err := s.guess(ctx, a.AccountID); err != nil {
		return err
	}
	var session webauthn.SessionData
	if err := s.takeStep(ctx, token, stepConfirm, &session); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		// Parsed anew at each run: the library keeps state in what it validates.
		parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
		if err != nil {
			return errPasskey.Wrap(err)
		}
		u, keys, err := s.keyUser(ctx, tx, a)
		if err != nil {
			return err
		}
		used, err := s.party.ValidateLogin(u, session, parsed)
		if err != nil {
			return errPasskey.Wrap(err)
		}
		if used.Authenticator.CloneWarning {
			return errPasskeyCopied
		}
		secret, err := json.Marshal(used)
		if err != nil {
			return fmt.Errorf("encode passkey: %w", err)
		}
		for i, k := range u.keys {
			if !bytes.Equal(k.ID, used.ID) {
				continue
			}
			if err := s.useFactor(ctx, tx, keys[i], int64(used.Authenticator.SignCount), secret); err != nil {
				return err
			}
			return s.strengthen(ctx, tx, token, a.AccountID, ByPasskey)
		}
		return errPasskey
	})
}
