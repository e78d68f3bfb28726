package hall

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Verify says whether the license of a material is genuine and in force.
func (h *Hall) Verify(ctx context.Context, actor *authn.Actor, no string, seq int, told map[string]string) (access.Verdict, error) {
	ask, err := h.ask(ctx, actor, no, seq)
	if err != nil {
		return access.Verdict{}, err
	}
	return h.o.Door.Verify(ctx, actor, ask, access.Claim{Told: told})
}

// HoldAgainst holds what a person says against the license of a material; what the license says stays where it is.
func (h *Hall) HoldAgainst(ctx context.Context, actor *authn.Actor, no string, seq int, told map[string]string) (access.Comparison, error) {
	ask, err := h.ask(ctx, actor, no, seq)
	if err != nil {
		return access.Comparison{}, err
	}
	return h.o.Door.Compare(ctx, actor, ask, told)
}

// Of is the matter of a case and its parties, for a listing that the door decides about.
type Of struct {
	MatterCode string
	Parties    map[matter.Party]string // holder ids
}

// Case finds what a listing in a case is about. It does not look at who asks: that is the door's business.
func (h *Hall) Case(ctx context.Context, q *db.Tx, no string) (Of, error) {
	c, err := h.o.Cases.Get(ctx, q, no)
	if err != nil {
		return Of{}, err
	}
	parties, err := h.o.Cases.Parties(ctx, q, c)
	return Of{MatterCode: c.MatterCode, Parties: parties}, err
}
