package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// The ways of a strong confirmation (强确认): something the account's owner has or is, besides the password of the session.
const (
	ByCode    = "totp"    // 动态验证码, RFC 6238
	ByPasskey = "passkey" // 通行密钥, WebAuthn
	ByFace    = "face"    // 实人核验, by a connected service
)

// StrongTime is how long a session counts as confirmed strongly.
const StrongTime = 5 * time.Minute

// maxFactors bounds how many factors an account has, and maxFactorName the letters of what its owner calls one.
const (
	maxFactors    = 8
	maxFactorName = 40
)

// Factor is one thing that an account confirms itself with.
type Factor struct {
	ID        string
	Kind      string // ByCode or ByPasskey
	Name      string // what its owner calls it
	CreatedAt time.Time
	UsedAt    time.Time // zero: not yet
}

// Strong reports whether the session behind the actor was confirmed strongly a short while ago. While an account waits
// after its factors were reset, a face check alone does that.
func (a *Actor) Strong(now time.Time) bool {
	if a == nil || a.Confirmed.IsZero() || now.Sub(a.Confirmed) >= StrongTime {
		return false
	}
	return a.ConfirmedBy == ByFace || !a.waits(now)
}

func (a *Actor) waits(now time.Time) bool { return now.Before(a.StrongFrom) }

// MustBeStrong refuses ("authn.confirm") an actor whose session is not confirmed strongly, or no longer. The refusal
// names the ways that are open to the account; where it has to wait and no way is open, it says until when ("authn.wait").
func (s *Service) MustBeStrong(ctx context.Context, a *Actor) error {
	if a.Strong(s.clock.Now()) {
		return nil
	}
	all, err := s.Factors(ctx, a.AccountID)
	if err != nil {
		return err
	}
	ways := s.Ways(a, all)
	if len(ways) == 0 && a.waits(s.clock.Now()) {
		return errWait.With("until", a.StrongFrom.In(clock.Shanghai).Format("2006-01-02 15:04"))
	}
	return errConfirm.With("ways", strings.Join(ways, ","))
}

// MustBeStrongToEnd is MustBeStrong for what only ends a power that others have. Who waits after a reset may do that without:
// whoever had the reset done in vain gains nothing by it, and the owner is not kept from closing what is open.
func (s *Service) MustBeStrongToEnd(ctx context.Context, a *Actor) error {
	if a.Acting == nil && a.waits(s.clock.Now()) {
		return nil
	}
	return s.MustBeStrong(ctx, a)
}

// Ways are the ways in which an account with these factors can confirm itself now; none: it must enrol one first, or wait.
func (s *Service) Ways(a *Actor, all []Factor) []string {
	ways := []string{}
	for _, f := range all {
		if !slices.Contains(ways, f.Kind) && !a.waits(s.clock.Now()) {
			ways = append(ways, f.Kind)
		}
	}
	if s.hasFace(a) {
		ways = append(ways, ByFace)
	}
	slices.Sort(ways)
	slices.Reverse(ways) // codes before passkeys, which work not on every address; faces last, for they leave the house
	return ways
}

// Factors lists what an account confirms itself with, the oldest first.
func (s *Service) Factors(ctx context.Context, accountID string) ([]Factor, error) {
	out := []Factor{}
	err := s.db.Read(ctx, func(q *db.Tx) error {
		all, err := s.factors(ctx, q, accountID)
		out = out[:0]
		for _, f := range all {
			out = append(out, f.Factor)
		}
		return err
	})
	return out, err
}

// storedFactor is a factor with its opened secret and the last count that was taken of it.
type storedFactor struct {
	Factor
	secret  []byte
	counter int64
}

func factorAAD(id string) []byte     { return []byte("factor:" + id) }
func factorNameAAD(id string) []byte { return []byte("factor.name:" + id) }

func (s *Service) factors(ctx context.Context, q *db.Tx, accountID string) ([]storedFactor, error) {
	rows, err := q.Query(ctx, `
		SELECT factor_id, kind, name, secret, counter, created_at, used_at
		FROM account_factor
		WHERE account_id = $1
		ORDER BY factor_id`, accountID)
	if err != nil {
		return nil, fmt.Errorf("list factors: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []storedFactor
	for rows.Next() {
		var f storedFactor
		var name, secret []byte
		var created, used int64
		if err := rows.Scan(&f.ID, &f.Kind, &name, &secret, &f.counter, &created, &used); err != nil {
			return nil, fmt.Errorf("read factor: %w", err)
		}
		if name, err = s.vault.Unwrap(name, factorNameAAD(f.ID)); err != nil {
			return nil, fmt.Errorf("decrypt name of factor: %w", err)
		}
		if f.secret, err = s.vault.Unwrap(secret, factorAAD(f.ID)); err != nil {
			return nil, fmt.Errorf("decrypt factor: %w", err)
		}
		f.Name, f.CreatedAt = string(name), db.Time(created)
		if used > 0 {
			f.UsedAt = db.Time(used)
		}
		all = append(all, f)
	}
	return all, rows.Err()
}

// addFactor keeps a new factor of an account, which has then enrolled what it had to.
func (s *Service) addFactor(ctx context.Context, tx *db.Tx, accountID string, f storedFactor) (Factor, error) {
	f.ID, f.CreatedAt = db.NewID(), s.clock.Now()
	name, err := s.vault.Wrap([]byte(f.Name), factorNameAAD(f.ID))
	if err != nil {
		return Factor{}, fmt.Errorf("encrypt name of factor: %w", err)
	}
	secret, err := s.vault.Wrap(f.secret, factorAAD(f.ID))
	if err != nil {
		return Factor{}, fmt.Errorf("encrypt factor: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO account_factor (factor_id, account_id, kind, name, secret, counter, created_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, f.ID, accountID, f.Kind, name, secret, f.counter, db.Micros(f.CreatedAt))
	if err != nil {
		return Factor{}, fmt.Errorf("insert factor: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET must_enrol = 0 WHERE account_id = $1 AND must_enrol <> 0`, accountID); err != nil {
		return Factor{}, fmt.Errorf("note the enrolment: %w", err)
	}
	return f.Factor, nil
}

// mayEnrol holds an enrolment to its password, and where the account has a factor already, to that.
func (s *Service) mayEnrol(ctx context.Context, a *Actor, password, name string) error {
	if err := checkFactorName(name); err != nil {
		return err
	}
	have, err := s.Factors(ctx, a.AccountID)
	if err != nil {
		return err
	}
	if len(have) >= maxFactors {
		return errs.New(errs.Conflict, "authn.factors")
	}
	if len(have) > 0 {
		if err := s.MustBeStrong(ctx, a); err != nil {
			return err
		}
	}
	return s.reassure(ctx, a, password)
}

// reassure asks for the password again. Tries count as those of signing in do.
func (s *Service) reassure(ctx context.Context, a *Actor, password string) error {
	var index []byte
	var stored string
	err := s.db.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT login_index, password_hash FROM account WHERE account_id = $1`, a.AccountID).Scan(&index, &stored)
	})
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	done, err := s.hasher.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := s.countAttempt(ctx, index); err != nil {
		return err
	}
	ok, _, err := s.hasher.matches(stored, clip(password))
	if err != nil {
		return err
	}
	if !ok || len(password) > maxPassword {
		return errPassword.On("password")
	}
	return s.forgetAttempts(ctx, index)
}

func (s *Service) forgetAttempts(ctx context.Context, index []byte) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM login_attempt WHERE login_index = $1`, index); err != nil {
			return fmt.Errorf("clear attempts: %w", err)
		}
		return nil
	})
}

// stepTime is how long a confirmation or an enrolment that was begun can be finished.
const stepTime = 5 * time.Minute

// The kinds of steps that wait for an answer.
const (
	stepCode    = "enrol-totp"
	stepPasskey = "enrol-passkey" //nolint:gosec // a kind of step, no secret
	stepConfirm = "confirm-passkey"
	stepFace    = "confirm-face"
)

func stepAAD(hash []byte, kind string) []byte { return slices.Concat([]byte("step:"+kind+":"), hash) }

// keepStep keeps what a session began, in the place of what it began before of that kind.
func (s *Service) keepStep(ctx context.Context, token, kind string, state any) error {
	plain, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("encode step: %w", err)
	}
	hash := tokenHash(token)
	sealed, err := s.vault.Wrap(plain, stepAAD(hash, kind))
	if err != nil {
		return fmt.Errorf("encrypt step: %w", err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO session_step (token_hash, kind, state, expires_at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (token_hash, kind) DO UPDATE
			SET state = excluded.state, expires_at = excluded.expires_at`, hash, kind, sealed, db.Micros(s.clock.Now().Add(stepTime)))
		if err != nil {
			return fmt.Errorf("keep step: %w", err)
		}
		return nil
	})
}

// readStep reads what a session began; "authn.step" if there is nothing, or its time is over.
func (s *Service) readStep(ctx context.Context, q *db.Tx, token, kind string, state any) error {
	hash := tokenHash(token)
	var sealed []byte
	err := q.QueryRow(ctx, `
		SELECT state FROM session_step
		WHERE token_hash = $1 AND kind = $2 AND expires_at > $3`, hash, kind, db.Micros(s.clock.Now())).Scan(&sealed)
	if errors.Is(err, db.ErrNoRows) {
		return errStep
	}
	if err != nil {
		return fmt.Errorf("read step: %w", err)
	}
	plain, err := s.vault.Unwrap(sealed, stepAAD(hash, kind))
	if err != nil {
		return fmt.Errorf("decrypt step: %w", err)
	}
	return json.Unmarshal(plain, state)
}

// endStep takes a step away; of two that take it at once, one is refused.
func (s *Service) endStep(ctx context.Context, tx *db.Tx, token, kind string) error {
	n, err := tx.Exec(ctx, `DELETE FROM session_step WHERE token_hash = $1 AND kind = $2`, tokenHash(token), kind)
	if err != nil {
		return fmt.Errorf("end step: %w", err)
	}
	if n == 0 {
		return errStep
	}
	return nil
}

// takeStep reads a step and takes it away durably: what it asked for can be answered once, rightly or wrongly.
func (s *Service) takeStep(ctx context.Context, token, kind string, state any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.readStep(ctx, tx, token, kind, state); err != nil {
			return err
		}
		return s.endStep(ctx, tx, token, kind)
	})
}

// strengthen marks a session as confirmed strongly, and forgets the guesses before.
func (s *Service) strengthen(ctx context.Context, tx *db.Tx, token, accountID, way string) error {
	n, err := tx.Exec(ctx, `
		UPDATE session
		SET confirmed_at = $1, confirmed_by = $2
		WHERE token_hash = $3 AND account_id = $4`, db.Micros(s.clock.Now()), way, tokenHash(token), accountID)
	if err != nil {
		return fmt.Errorf("confirm session: %w", err)
	}
	if n == 0 {
		return errSession
	}
	if _, err := tx.Exec(ctx, `DELETE FROM login_attempt WHERE login_index = $1`, s.guessIndex(accountID)); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

// guessIndex is under which guesses at an account's factors are counted, apart from those at its password.
func (s *Service) guessIndex(accountID string) []byte {
	return s.vault.BlindIndex("factor.guess", accountID)
}

// guess counts a try at a factor before it is looked at, or refuses it while the account's factors are locked.
func (s *Service) guess(ctx context.Context, accountID string) error {
	err := s.countAttempt(ctx, s.guessIndex(accountID))
	if e := errs.Of(err); err != nil && e.Code == errLocked.Code {
		return errConfirmLocked.With("minutes", e.Args["minutes"])
	}
	return err
}
