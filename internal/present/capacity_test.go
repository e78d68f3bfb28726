package present_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/test/world"
)

// What an agent asked in a firm's name is the firm's: back to themselves, or without the power, they do not receive it;
// and what they asked for themselves does not reach the firm.
func TestARequestIsOfWhomItWasAskedFor(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		self := w.Actor(t, "baker")
		firm := *self
		firm.HolderID, firm.Acting = w.HolderID(t, "food-firm"), &authn.Acting{Powers: []string{authn.PowerShow}}
		over := firm
		over.Acting = &authn.Acting{}
		wish := present.Wish{Items: []present.Item{{Type: w.TypeCode(t, demo.IdentityCard)}}, Purpose: "签订合同"}
		for _, x := range []struct {
			asks, other *authn.Actor
		}{{&firm, self}, {self, &firm}} {
			r, err := w.Desk.Ask(ctx, x.asks, wish)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.agree(r.Code); err != nil {
				t.Fatal(err)
			}
			_, err = w.Desk.Receive(ctx, x.other, r.ID)
			wantCode(t, "in another capacity", err, "present.request-unknown")
			wantCode(t, "taking it back in another capacity", w.Desk.EndRequest(ctx, x.other, r.ID), "present.request-unknown")
			_, err = w.Desk.Receive(ctx, &over, r.ID)
			wantCode(t, "after the mandate", err, "present.power")
			if len(s.receipts(x.other)) != 0 {
				t.Error("the other has a receipt")
			}
			if got, err := w.Desk.Receive(ctx, x.asks, r.ID); err != nil || len(got) != 1 {
				t.Errorf("who asked: %v, %v", got, err)
			}
			if n := len(s.receipts(x.asks)); n != 1 {
				t.Errorf("who asked has %d receipts", n)
			}
			s.exec(`DELETE FROM show_receipt WHERE holder_id = $1`, x.asks.HolderID)
		}
	})
}
