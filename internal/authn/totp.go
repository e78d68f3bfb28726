package authn

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/yinxin-org/yinxin/internal/db"
)

// What every authenticator app can do (RFC 6238 with the parameters they all take): SHA-1 here is inside an HMAC.
const (
	codePeriod      = 30 // seconds
	codeDigits      = otp.DigitsSix
	codeSecretBytes = 20
	codeIssuer      = "Yinxin"
)

// NewCode is what an authenticator needs to make an account's codes.
type NewCode struct {
	Secret string // base32, to be typed
	URI    string // otpauth://, to be scanned
}

type codeStep struct{ Secret, Name string }

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

func newCodeSecret() string {
	raw := make([]byte, codeSecretBytes)
	rand.Read(raw)
	return base32Plain.EncodeToString(raw)
}

// CodeAt is the code that an authenticator shows at a moment.
func CodeAt(secret string, at time.Time) (string, error) { return codeOf(secret, at.Unix()/codePeriod) }

func codeOf(secret string, count int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(secret, uint64(count), hotp.ValidateOpts{Digits: codeDigits, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("make code: %w", err)
	}
	return code, nil
}

// EnrolCode begins the enrolment of an authenticator app. The password is asked for again. Nothing is enrolled until
// FinishCode has seen a code of it.
func (s *Service) EnrolCode(ctx context.Context, token string, a *Actor, password, name string) (NewCode, error) {
	if err := s.mayEnrol(ctx, a, password, name); err != nil {
		return NewCode{}, err
	}
	secret := newCodeSecret()
	if err := s.keepStep(ctx, token, stepCode, codeStep{Secret: secret, Name: strings.TrimSpace(name)}); err != nil {
		return NewCode{}, err
	}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + codeIssuer + ":" + a.Name,
		RawQuery: url.Values{"secret": {secret}, "issuer": {codeIssuer}}.Encode()}
	return NewCode{Secret: secret, URI: u.String()}, nil
}

// FinishCode enrols the authenticator that EnrolCode began, once it shows the right code. The session is confirmed by it.
func (s *Service) FinishCode(ctx context.Context, token string, a *Actor, code string) (Factor, error) {
	if err := s.guess(ctx, a.AccountID); err != nil {
		return Factor{}, err
	}
	var f Factor
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var step codeStep
		if err := s.readStep(ctx, tx, token, stepCode, &step); err != nil {
			return err
		}
		count, err := s.match(step.Secret, code, 0)
		if err != nil {
			return err
		}
		if err := s.endStep(ctx, tx, token, stepCode); err != nil {
			return err
		}
		f, err = s.enrol(ctx, tx, token, a, storedFactor{Factor: Factor{Kind: ByCode, Name: step.Name}, secret: []byte(step.Secret), counter: count})
		return err
	})
	return f, err
}

// AddCode gives an account a secret for codes without its password or a code: for setting an installation up, where the
// secret is handed to the account's owner as a first password is.
func (s *Service) AddCode(ctx context.Context, accountID, name string) (secret string, err error) {
	secret = newCodeSecret()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := s.addFactor(ctx, tx, accountID, storedFactor{Factor: Factor{Kind: ByCode, Name: name}, secret: []byte(secret)})
		return err
	})
	return secret, err
}

// ConfirmCode confirms a session by a code. Each code counts once, whatever session it is given in.
func (s *Service) ConfirmCode(ctx context.Context, token string, a *Actor, code string) error {
	if err := s.guess(ctx, a.AccountID); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		all, err := s.factors(ctx, tx, a.AccountID)
		if err != nil {
			return err
		}
		refusal := error(errCode.On("code"))
		for _, f := range all {
			if f.Kind != ByCode {
				continue
			}
			count, err := s.match(string(f.secret), code, f.counter)
			if err != nil {
				if errors.Is(err, errCodeUsed) {
					refusal = err
				}
				continue
			}
			if err := s.useFactor(ctx, tx, f, count, nil); err != nil {
				return err
			}
			return s.strengthen(ctx, tx, token, a.AccountID, ByCode)
		}
		return refusal
	})
}

// match finds which count a code is of: now, one before or one after, for clocks differ. A count that is not above the
// last one was used before ("authn.code-used").
func (s *Service) match(secret, code string, last int64) (int64, error) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	now := s.clock.Now().Unix() / codePeriod
	refusal := error(errCode.On("code"))
	for _, count := range []int64{now - 1, now, now + 1} {
		want, err := codeOf(secret, count)
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) != 1 {
			continue
		}
		if count > last {
			return count, nil
		}
		refusal = errCodeUsed.On("code")
	}
	return 0, refusal
}

// useFactor notes the use of a factor: of two at once with the same count, one is refused. secret, if given, replaces what is kept.
func (s *Service) useFactor(ctx context.Context, tx *db.Tx, f storedFactor, count int64, secret []byte) error {
	if secret == nil {
		secret = f.secret
	}
	sealed, err := s.vault.Wrap(secret, factorAAD(f.ID))
	if err != nil {
		return fmt.Errorf("encrypt factor: %w", err)
	}
	n, err := tx.Exec(ctx, `
		UPDATE account_factor
		SET counter = $1, secret = $2, used_at = $3
		WHERE factor_id = $4 AND counter = $5`, count, sealed, db.Micros(s.clock.Now()), f.ID, f.counter)
	if err != nil {
		return fmt.Errorf("use factor: %w", err)
	}
	if n == 0 {
		return errCodeUsed.On("code")
	}
	return nil
}
