package authn

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// Session is a sign-in that succeeded. Token goes to the browser and is stored nowhere else.
type Session struct {
	Token   string
	Expires time.Time
	Actor   *Actor
}

const tokenBytes = 32

// tokenHash is what the database knows of a token. The token has 256 random bits, so a plain digest suffices.
func tokenHash(token string) []byte {
	sum := gm.SM3([]byte("session:" + token))
	return sum[:]
}

// SignIn opens a session for a login name and password. The answers to an unknown name, a wrong password and
// a disabled account are the same ("authn.wrong"), and so is the work done; after MaxFails of them the name,
// known or not, is locked for LockTime ("authn.locked").
func (s *Service) SignIn(ctx context.Context, login, password string) (Session, error) {
	index := s.loginIndex(login)
	done, err := s.hasher.turn(ctx)
	if err != nil {
		return Session{}, err
	}
	defer done()
	// The attempt is counted before the password is tried, so that guesses made at the same time
	// cannot all pass a count that none of them has raised yet.
	if err := s.countAttempt(ctx, index); err != nil {
		return Session{}, err
	}
	opened, err := s.try(ctx, index, password)
	if errors.Is(err, errMoved) {
		opened, err = s.try(ctx, index, password)
	}
	if errors.Is(err, errMoved) {
		err = errWrong
	}
	return opened, err
}

// errMoved says that an account was changed while its password was tried: what is kept of it now decides.
var errMoved = errors.New("the account has changed")

// try tries a password and opens a session by it.
func (s *Service) try(ctx context.Context, index []byte, password string) (Session, error) {
	r, found, err := s.byLogin(ctx, index)
	if err != nil {
		return Session{}, err
	}
	stored := s.decoy
	if found {
		stored = r.hash
	}
	ok, outdated, err := s.hasher.matches(stored, clip(password))
	if err != nil {
		return Session{}, err
	}
	if !ok || !found || r.state != stateActive || len(password) > maxPassword {
		return Session{}, errWrong
	}
	actor, err := s.actor(r)
	if err != nil {
		return Session{}, err
	}
	fresh := ""
	if outdated {
		fresh = s.hasher.hash(password)
	}
	return s.open(ctx, actor, index, stored, fresh)
}

// clip keeps the work of an over-long password that of the longest allowed one.
func clip(password string) string {
	if len(password) > maxPassword {
		return password[:maxPassword]
	}
	return password
}

// countAttempt counts a try at a name, or refuses it while the name is locked. The fifth try locks at once;
// success takes the row away.
func (s *Service) countAttempt(ctx context.Context, index []byte) error {
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *db.Tx) error {
		// Writing first locks the row, so that tries at the same moment are counted one after the other.
		if _, err := tx.Exec(ctx, `
			INSERT INTO login_attempt (login_index, fails, locked_until, updated_at)
			VALUES ($1, 0, 0, $2)
			ON CONFLICT (login_index) DO UPDATE
			SET fails = login_attempt.fails`, index, db.Micros(now)); err != nil {
			return fmt.Errorf("lock login attempts: %w", err)
		}
		var fails, lockedUntil, updated int64
		if err := tx.QueryRow(ctx, `
			SELECT fails, locked_until, updated_at
			FROM login_attempt
			WHERE login_index = $1`, index).Scan(&fails, &lockedUntil, &updated); err != nil {
			return fmt.Errorf("read login attempts: %w", err)
		}
		fails, lockedUntil, err := nextAttempt(now, fails, lockedUntil, updated)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE login_attempt
			SET fails = $1, locked_until = $2, updated_at = $3
			WHERE login_index = $4`, fails, lockedUntil, db.Micros(now), index); err != nil {
			return fmt.Errorf("count login attempt: %w", err)
		}
		return nil
	})
}

// nextAttempt is the count after one more try, or the refusal of a locked name. Times are microseconds.
func nextAttempt(now time.Time, fails, lockedUntil, updated int64) (int64, int64, error) {
	if left := db.Time(lockedUntil).Sub(now); lockedUntil > 0 && left > 0 {
		minutes := int64((left + time.Minute - 1) / time.Minute)
		return 0, 0, errLocked.With("minutes", strconv.FormatInt(minutes, 10))
	}
	if lockedUntil > 0 || now.Sub(db.Time(updated)) > forgetAfter {
		fails = 0
	}
	fails++
	if fails < MaxFails {
		return fails, 0, nil
	}
	return fails, db.Micros(now.Add(LockTime)), nil
}

// open stores a new session, forgets failed attempts and, where fresh is given, renews the password hash.
func (s *Service) open(ctx context.Context, actor *Actor, index []byte, stored, fresh string) (Session, error) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.clock.Now()
	expires := now.Add(LifeTime)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		// Asked again where the session is made, and held: a password that was renewed, or an account that was stopped, while
		// this one was tried must not leave a session behind.
		n, err := tx.Exec(ctx, `
			UPDATE account
			SET state = state
			WHERE account_id = $1 AND password_hash = $2 AND state = $3`, actor.AccountID, stored, stateActive)
		if err != nil {
			return fmt.Errorf("hold account: %w", err)
		}
		if n == 0 {
			return errMoved
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at)
			VALUES ($1, $2, $3, $4, $5)`,
			tokenHash(token), actor.AccountID, db.Micros(now), db.Micros(now), db.Micros(expires)); err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM login_attempt WHERE login_index = $1`, index); err != nil {
			return fmt.Errorf("clear login attempts: %w", err)
		}
		if fresh == "" {
			return nil
		}
		if _, err := tx.Exec(ctx, `
			UPDATE account
			SET password_hash = $1
			WHERE account_id = $2 AND password_hash = $3`, fresh, actor.AccountID, stored); err != nil {
			return fmt.Errorf("renew password hash: %w", err)
		}
		return nil
	})
	if err != nil {
		return Session{}, err
	}
	return Session{Token: token, Expires: expires, Actor: actor}, nil
}

// Actor tells whose session a token is. It refuses ("unauthenticated") a token that is unknown, signed out,
// idle for IdleTime, older than LifeTime, or of an account no longer active.
func (s *Service) Actor(ctx context.Context, token string) (*Actor, error) {
	if token == "" || len(token) > 2*tokenBytes {
		return nil, errSession
	}
	hash := tokenHash(token)
	r, found, err := s.bySession(ctx, hash)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	idle := now.Sub(db.Time(r.seen))
	if !found || r.state != stateActive || idle >= IdleTime || !now.Before(db.Time(r.expires)) {
		return nil, errSession
	}
	if idle >= touchEvery {
		if err := s.touch(ctx, hash, now); err != nil {
			return nil, err
		}
	}
	a, err := s.actor(r.row)
	if err != nil {
		return nil, err
	}
	if r.confirmed > 0 {
		a.Confirmed, a.ConfirmedBy = db.Time(r.confirmed), r.confirmedBy
	}
	if r.relation == "" {
		return a, nil
	}
	return a, s.actFor(ctx, a, r.relation)
}

func (s *Service) touch(ctx context.Context, hash []byte, now time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET seen_at = $1 WHERE token_hash = $2 AND seen_at < $1`, db.Micros(now), hash)
		if err != nil {
			return fmt.Errorf("touch session: %w", err)
		}
		return nil
	})
}

// SignOut ends a session at once. An unknown token is no error: it is already out.
func (s *Service) SignOut(ctx context.Context, token string) error {
	hash := tokenHash(token)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE token_hash = $1`, hash); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		return nil
	})
}

// Sweep deletes sessions and counts of failures that no longer mean anything. Nothing depends on it but space.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2`,
			db.Micros(now), db.Micros(now.Add(-IdleTime))); err != nil {
			return fmt.Errorf("sweep sessions: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM session_step WHERE expires_at <= $1`, db.Micros(now)); err != nil {
			return fmt.Errorf("sweep steps: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM login_attempt WHERE updated_at < $1`,
			db.Micros(now.Add(-forgetAfter))); err != nil {
			return fmt.Errorf("sweep login attempts: %w", err)
		}
		return nil
	})
}
