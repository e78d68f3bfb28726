package hall

import (
	"context"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// The papers by which a clerk knows that a guest is who they are, and not only who holds their phone (核对证件).
const (
	SeenIDCard    = "id-card"          // 居民身份证
	SeenResidence = "residence-permit" // 港澳台居民居住证, 外国人永久居留身份证
	SeenPassport  = "passport"         // 护照
)

// factorReset is the reset of a holder's lost factors as the log holds it.
type factorReset struct {
	AccountID string `json:"accountId"`
	UnitID    string `json:"unitId"`
	Means     string `json:"means"`
	Seen      string `json:"seen"`
	At        string `json:"at"`
}

// ResetFactors takes the lost factors (确认方式) from the accounts of a guest who stands at the counter and whose paper the
// clerk has looked at. It is recorded and told to the holder; what they enrol then does not confirm before authn.ResetWait is
// over. It gives that moment. A guest without an account is "window.no-account".
func (h *Hall) ResetFactors(ctx context.Context, actor *authn.Actor, visitID string, guest int, seen string) (time.Time, error) {
	now := h.o.Clock.Now()
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := h.visit(ctx, tx, actor, visitID)
		if err != nil {
			return err
		}
		if guest < 1 || guest > len(v.Guests) {
			return errs.New(errs.Invalid, "window.person").On("guest")
		}
		g := v.Guests[guest-1]
		n, err := h.o.ResetFactors(ctx, tx, g.HolderID)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "window.no-account")
		}
		unit, err := h.o.Units.Get(ctx, tx, actor.UnitID)
		if err != nil {
			return err
		}
		r, err := h.o.Book.Append(ctx, tx, evidence.Event{HolderID: g.HolderID, Kind: authn.FactorsReset, At: now, Body: factorReset{
			AccountID: actor.AccountID, UnitID: actor.UnitID, Means: g.Means, Seen: seen, At: now.Format(time.RFC3339Nano)}})
		if err != nil {
			return err
		}
		return h.o.Notices.Send(ctx, tx, notice.Notice{HolderID: g.HolderID, Kind: notice.FactorsReset, Subject: r.No,
			Detail: map[string]string{"unit": unit.Name, "unitEn": unit.NameEn}})
	})
	return now.Add(authn.ResetWait), err
}
