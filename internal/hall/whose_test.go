package hall_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

// What is not handed in does not exist for the unit, whoever guesses its number: neither while it is filled in, nor after
// it was dropped.
func TestADraftIsNobodysButItsApplicants(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		h := newHome(t, w, "food-firm")
		ctx := context.Background()
		no := h.apply("draft")
		h.attach(no, 3)
		unseen := func(when string) {
			t.Helper()
			for _, who := range []*authn.Actor{h.clerk, h.approver} {
				_, err := h.Hall.Look(ctx, who, no)
				wantCode(t, when+": the case", err, "case.unknown")
				_, err = h.Hall.HandedIn(ctx, who, no)
				wantCode(t, when+": its files", err, "case.unknown")
			}
		}
		unseen("filled in")
		if err := h.Hall.Withdraw(ctx, h.me, no, h.view(no).Case.RowVersion); err != nil {
			t.Fatal(err)
		}
		unseen("dropped")
		other := h.handedIn("sent")
		if _, err := h.Hall.Look(ctx, h.clerk, other); err != nil {
			t.Errorf("handed in: %v", err)
		}
	})
}

// One account, one key, two holders: an agent who asks for themselves and for a firm gets two applications.
func TestAKeyIsOfWhomTheAccountActsFor(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		h := newHome(t, w, "food-firm")
		own := h.apply("same")
		agent := *h.me
		agent.HolderID, agent.Acting = w.HolderID(t, "tea-firm"), &authn.Acting{Powers: []string{authn.PowerApply}}
		owner := h.Cast(t, "owner")
		no, err := h.Hall.Apply(context.Background(), &agent, hall.Application{MatterCode: foodMatter, Key: "same",
			Parties: map[matter.Party]hall.Person{matter.Representative: {Code: owner.Code, Name: owner.Name}}})
		if err != nil || no == own {
			t.Errorf("%q, %v; for oneself it was %q", no, err, own)
		}
	})
}

// Who may only show somebody's licenses does not see what they handed in.
func TestFilesNeedThePowerToReadOrApply(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	h := newHome(t, w, "food-firm")
	no := h.apply("files")
	h.attach(no, 3)
	id := h.view(no).Attachments[0].ID
	for power, code := range map[string]string{authn.PowerShow: "application.no-power", authn.PowerRead: "", authn.PowerApply: ""} {
		agent := *h.me
		agent.Acting = &authn.Acting{Powers: []string{power}}
		if _, _, err := h.Hall.OwnAttachment(context.Background(), &agent, no, id); err != nil && errs.Code(err) != code || err == nil && code != "" {
			t.Errorf("with the power %s: %v, want %q", power, err, code)
		}
	}
}

// Nobody is given a name by a stranger's application: the counter, which sees the card, has the last word.
func TestAStrangersNameIsAClaim(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		h := newHome(t, w, "food-firm")
		ctx := context.Background()
		const code = "350102199003070017" // of nobody known
		number := code[:17] + checkChar(t, code[:17])
		if _, err := h.Hall.Apply(ctx, h.me, hall.Application{MatterCode: foodMatter, Key: "claim",
			Parties: map[matter.Party]hall.Person{matter.Representative: {Code: number, Name: "王八"}}}); err != nil {
			t.Fatal(err)
		}
		v, err := h.Hall.ReceiveCard(ctx, h.clerk, "", hall.Card{Name: "陈真", Code: number, ReadAt: w.Now.Now()})
		if err != nil {
			t.Fatal(err)
		}
		_, guests, err := h.Hall.LookVisit(ctx, h.clerk, v.ID)
		if err != nil || guests[0].Profile.Name != "陈真" || guests[0].Profile.Claimed {
			t.Errorf("%v, %v", guests, err)
		}
	})
}

func checkChar(t *testing.T, first string) string {
	t.Helper()
	c, err := gbcode.CitizenCheckChar(first)
	if err != nil {
		t.Fatal(err)
	}
	return string(c)
}
