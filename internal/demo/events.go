package demo

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// matterOffice is the account that keeps the matters.
const matterOffice = "matters"

// events enters the life events (一件事) as the matter office would.
func (s *setup) events(ctx context.Context) error {
	var f struct {
		Notice string         `json:"notice"`
		Events []matter.Event `json:"events"`
	}
	if err := decode("events.json", &f); err != nil {
		return err
	}
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		for _, e := range f.Events {
			if err := s.app.Matters.PutEvent(ctx, tx, change.Of(s.actors[matterOffice], "设置“"+e.Name+"”"), e, 0); err != nil {
				return err
			}
		}
		return nil
	})
}
