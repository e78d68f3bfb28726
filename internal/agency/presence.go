package agency

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// PresenceLife is how long a presence code lives: long enough to be read out, too short to be passed on.
const PresenceLife = 60 * time.Second

// draws bounds how often a code is drawn anew when one that is still known comes up.
const draws = 8

// Presence is a code that shows that its holder stands at the counter (到场码).
type Presence struct {
	Code      string // eight digits, to be typed; stored nowhere
	ExpiresAt time.Time
}

// Attendance is who a presence code stood for.
type Attendance struct {
	HolderID   string
	AccountID  string
	RelationID string // for whom they were acting, as a hint for whom they come; "" for themselves
}

// Presence makes a code for the actor's own person, whoever they act for.
func (s *Service) Presence(ctx context.Context, actor *authn.Actor) (Presence, error) {
	relation := ""
	if actor.Acting != nil {
		relation = actor.Acting.RelationID
	}
	var p Presence
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := s.o.Clock.Now()
		if _, err := tx.Exec(ctx, `DELETE FROM presence_code WHERE expires_at <= $1`, db.Micros(now.Add(-time.Hour))); err != nil {
			return fmt.Errorf("clear presence codes: %w", err)
		}
		p.ExpiresAt = now.Add(PresenceLife)
		for range draws {
			n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
			if err != nil {
				return fmt.Errorf("draw presence code: %w", err)
			}
			p.Code = fmt.Sprintf("%08d", n)
			done, err := tx.Exec(ctx, `
				INSERT INTO presence_code (code_index, holder_id, account_id, relation_id, expires_at, used_at, used_by)
				VALUES ($1, $2, $3, $4, $5, 0, '')
				ON CONFLICT (code_index) DO NOTHING`,
				s.codeIndex(p.Code), actor.SelfID, actor.AccountID, relation, db.Micros(p.ExpiresAt))
			if err != nil {
				return fmt.Errorf("put presence code: %w", err)
			}
			if done == 1 {
				return nil
			}
		}
		return errors.New("draw presence code: none is free")
	})
	return p, err
}

// codeIndex is keyed: a digest of eight digits alone could be turned back by trying them all.
func (s *Service) codeIndex(code string) []byte { return s.o.Keys.BlindIndex("presence", code) }

// Attend uses a presence code up at a counter. A code that is unknown, used or too old is refused in the same words.
func (s *Service) Attend(ctx context.Context, tx *db.Tx, clerk *authn.Actor, code string) (Attendance, error) {
	now := s.o.Clock.Now()
	index := s.codeIndex(code)
	n, err := tx.Exec(ctx, `
		UPDATE presence_code
		SET used_at = $1, used_by = $2
		WHERE code_index = $3 AND used_at = 0 AND expires_at > $1`, db.Micros(now), clerk.AccountID, index)
	if err != nil {
		return Attendance{}, fmt.Errorf("use presence code: %w", err)
	}
	if n == 0 {
		return Attendance{}, errs.New(errs.Gone, "presence.code").On("code")
	}
	var a Attendance
	err = tx.QueryRow(ctx, `SELECT holder_id, account_id, relation_id FROM presence_code WHERE code_index = $1`, index).
		Scan(&a.HolderID, &a.AccountID, &a.RelationID)
	if err != nil {
		return Attendance{}, fmt.Errorf("read presence code: %w", err)
	}
	return a, nil
}
