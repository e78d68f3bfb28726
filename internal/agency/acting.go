package agency

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Acts tells a session for whom an account acts by a relation. authn asks it with every request, so that a relation
// that ended gives nothing from that moment on: its answer is then acting without any power.
func (s *Service) Acts(ctx context.Context, selfID, relationID string) (string, authn.Acting, error) {
	var r Relation
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		r, err = s.Get(ctx, q, selfID, relationID)
		return err
	})
	if err != nil {
		return "", authn.Acting{}, err
	}
	a := authn.Acting{RelationID: r.ID, Kind: string(r.Kind)}
	if r.AgentID != selfID {
		return "", authn.Acting{}, errs.New(errs.NotFound, "relation.unknown")
	}
	if r.InForce(s.o.Clock.Now()) {
		a.Powers = r.Powers
	}
	return r.PrincipalID, a, nil
}
