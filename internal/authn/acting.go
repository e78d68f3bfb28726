package authn

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Acts tells for whom a holder acts by a relation, as it stands now. Acting without a power is acting by a relation
// that has ended.
type Acts func(ctx context.Context, selfID, relationID string) (holderID string, a Acting, err error)

// UseActs says who knows the relations: package agency, which stands above this one.
func (s *Service) UseActs(acts Acts) { s.acts = acts }

// actFor makes an actor one who acts for another. It is asked anew with every request: what has ended gives nothing,
// and the session does not fall back to the account's own affairs unasked, where the next step would be another one's.
func (s *Service) actFor(ctx context.Context, a *Actor, relationID string) error {
	if s.acts == nil {
		return fmt.Errorf("act for another: nobody knows the relations")
	}
	holderID, acting, err := s.acts(ctx, a.SelfID, relationID)
	if err != nil {
		return err
	}
	a.HolderID, a.Acting = holderID, &acting
	return nil
}

// Act turns a session to acting by a relation, or with "" back to the account itself, and gives the actor.
func (s *Service) Act(ctx context.Context, token, relationID string) (*Actor, error) {
	r, found, err := s.bySession(ctx, tokenHash(token))
	if err != nil {
		return nil, err
	}
	if !found || r.kind != KindHolder {
		return nil, errSession
	}
	a, err := s.actor(r.row)
	if err != nil {
		return nil, err
	}
	if relationID != "" {
		if err := s.actFor(ctx, a, relationID); err != nil {
			return nil, err
		}
		if len(a.Acting.Powers) == 0 {
			return nil, errActing
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE session SET relation_id = $1 WHERE token_hash = $2`, relationID, tokenHash(token))
		if err != nil {
			return fmt.Errorf("turn session: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Unauthenticated, "unauthenticated")
		}
		return nil
	})
	return a, err
}
