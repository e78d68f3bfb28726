package access_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/share"
)

// flight is a ground that people use at once while whoever gave it takes it back.
type flight struct {
	uses int                 // how often it gives data at most
	use  func() (int, error) // how much data came
	end  func() error
}

// left is what the operations on one ground share.
type left struct {
	ended bool
	uses  int
}

// inFlight says what a sequence of operations, one after the other, must come to: data as often as was allowed, and none after
// the end.
var inFlight = porcupine.Model{
	Init: func() any { return left{} },
	Step: func(state, input, output any) (bool, any) {
		s, most, given := state.(left), input.(int), output.(bool)
		if most == 0 { // the end
			s.ended = true
			return true, s
		}
		if given != (!s.ended && s.uses < most) {
			return false, s
		}
		if given {
			s.uses++
		}
		return true, s
	},
}

// TestWithdrawnInFlight: on each ground that somebody can take back, it is taken back while eight people use it. Whoever got
// data asked before the end was answered, and nobody who asked after it got any: what came of all of them is what would have
// come had they done so one after the other, each at some moment between asking and answer.
func TestWithdrawnInFlight(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		for name, begin := range map[string]func(w *world, t *testing.T) flight{
			"a case that closes":              (*world).closing,
			"a clerk who hands the case over": (*world).handingOver,
			"a license that is reported lost": (*world).losing,
			"a code that is taken back":       (*world).takingBack,
			"a consent that is read":          (*world).reading,
			"a download that is ended":        (*world).endingShare,
			"an emergency look that is ended": (*world).endingLook,
		} {
			t.Run(name, func(t *testing.T) {
				given := 0
				for round := range 4 {
					history := begin(w, t).rush(t, round)
					if result := porcupine.CheckOperationsTimeout(inFlight, history, 20*time.Second); result != porcupine.Ok {
						t.Fatalf("round %d is %s: %d operations", round, result, len(history))
					}
					for _, op := range history {
						if op.Output.(bool) {
							given++
						}
					}
				}
				if given == 0 {
					t.Error("nobody ever got anything: nothing was tried")
				}
			})
		}
	})
}

// rush lets eight people use a ground at once, and one take it back somewhere in between, and asks once more afterwards.
func (f flight) rush(t *testing.T, round int) []porcupine.Operation {
	t.Helper()
	const people, each = 8, 3
	var mu sync.Mutex
	var history []porcupine.Operation
	began := time.Now()
	note := func(who, in int, do func() bool) {
		call := time.Since(began)
		given := do()
		back := time.Since(began)
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: who, Input: in, Call: int64(call), Output: given, Return: int64(back)})
	}
	use := func() bool {
		n, err := f.use()
		if err == nil != (n > 0) {
			t.Errorf("%d fields and bytes came with %v", n, err)
		}
		return n > 0
	}
	var wg sync.WaitGroup
	first := make(chan struct{}, people)
	for who := range people {
		wg.Go(func() {
			for range each {
				note(who, f.uses, use)
				select {
				case first <- struct{}{}:
				default:
				}
			}
		})
	}
	if f.end != nil {
		wg.Go(func() {
			for range 1 + rand.IntN(2+2*round) { // as many have had their answer
				<-first
			}
			note(people, 0, func() bool {
				if err := f.end(); err != nil {
					t.Errorf("end: %v", err)
				}
				return false
			})
		})
	}
	wg.Wait()
	note(people+1, f.uses, use)
	return history
}

// often is more than anybody uses a ground that has no number.
const often = 1 << 20

func sized(r access.Reading, err error) (int, error) {
	return len(r.Fields) + len(r.Content), err
}

// alterCase changes a case as the hall does, which ends the grants for it in the same transaction.
func (w *world) alterCase(t *testing.T, no string, change func(c *casefile.Case)) error {
	return w.App.DB.Write(t.Context(), func(tx *db.Tx) error {
		c, err := w.App.Cases.Get(t.Context(), tx, no)
		if err != nil {
			return err
		}
		change(&c)
		if err := w.App.Cases.Save(t.Context(), tx, &c); err != nil {
			return err
		}
		return w.door.EndGrants(t.Context(), tx, c)
	})
}

// tokens hands out one token after the other.
func (w *world) tokens(t *testing.T, ask access.Ask, n int) func() (int, error) {
	t.Helper()
	secrets := make(chan string, n)
	for range n {
		token, err := w.door.Grant(t.Context(), w.clerk, ask)
		if err != nil {
			t.Fatal(err)
		}
		secrets <- token.Secret
	}
	return func() (int, error) { return sized(w.door.Redeem(t.Context(), w.clerk, <-secrets, access.Fields)) }
}

func (w *world) closing(t *testing.T) flight {
	c := w.open(t, labMatter, "student")
	return flight{often, w.tokens(t, w.ask(t, c, "student", identityCard), 25), func() error {
		return w.alterCase(t, c.No, func(c *casefile.Case) { c.State = casefile.StateClosed })
	}}
}

func (w *world) handingOver(t *testing.T) flight {
	c := w.open(t, labMatter, "mother")
	ask := w.ask(t, c, "mother", identityCard)
	return flight{often, func() (int, error) {
		r, _, err := w.door.Lend(t.Context(), w.clerk, ask, access.Fields)
		return sized(r, err)
	}, func() error {
		return w.alterCase(t, c.No, func(c *casefile.Case) { c.ClerkID = w.colleague.AccountID })
	}}
}

func (w *world) losing(t *testing.T) flight {
	c := w.open(t, labMatter, "elder")
	l := w.License(t, "elder", identityCard)
	set := func(lost bool) error {
		return w.App.DB.Write(t.Context(), func(tx *db.Tx) error {
			now, err := w.App.Licenses.Get(t.Context(), tx, l.HolderID, l.ID)
			if err != nil || now.State(w.Clock.Now()).Usable() != lost {
				return err
			}
			if lost {
				return w.App.Licenses.Lose(t.Context(), tx, now, "holder")
			}
			return w.App.Licenses.Recover(t.Context(), tx, now, "holder")
		})
	}
	if err := set(false); err != nil {
		t.Fatal(err)
	}
	return flight{often, w.tokens(t, w.ask(t, c, "elder", identityCard), 25), func() error { return set(true) }}
}

func (w *world) takingBack(t *testing.T) flight {
	bride := w.Actor(t, "bride")
	p, err := w.App.Desk.Show(t.Context(), bride, present.Showing{LicenseID: w.License(t, "bride", identityCard).ID})
	if err != nil {
		t.Fatal(err)
	}
	return flight{1, func() (int, error) {
		v, err := w.App.Desk.Check(t.Context(), nil, p.Code, "")
		return len(v.Fields), err
	}, func() error { return w.App.Desk.End(t.Context(), bride, p.ID) }}
}

// reading has no end: a consent is for one reading, which one of all gets.
func (w *world) reading(t *testing.T) flight {
	groom, bride, card := w.Actor(t, "groom"), w.Actor(t, "bride"), w.License(t, "groom", identityCard)
	r, err := w.App.Desk.Ask(t.Context(), bride, present.Wish{Items: []present.Item{{Type: card.TypeCode, Fields: []string{"CZZT"}}}, Purpose: "核对"})
	if err == nil {
		_, err = w.App.Desk.Consent(t.Context(), groom, r.Code, []present.Choice{{LicenseID: card.ID}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return flight{1, func() (int, error) {
		got, err := w.App.Desk.Receive(t.Context(), bride, r.ID)
		if len(got) == 0 {
			return 0, err
		}
		return len(got[0].Fields), err
	}, nil}
}

func (w *world) endingShare(t *testing.T) flight {
	owner := w.Actor(t, "owner")
	s, err := w.App.Shares.Make(t.Context(), owner, w.License(t, "owner", identityCard).ID, share.Terms{Receiver: "受托人", Purpose: "核对", Days: 1, Downloads: 10})
	if err != nil {
		t.Fatal(err)
	}
	return flight{10, func() (int, error) {
		f, err := w.App.Shares.Download(t.Context(), nil, s.Token, s.Code, share.OFD)
		return len(f.Content), err
	}, func() error {
		_, err := w.App.Shares.End(t.Context(), owner, s.ID)
		return err
	}}
}

func (w *world) endingLook(t *testing.T) flight {
	admin, digital := staff(unitID, "admin"), staff(unitID, "digital")
	id, err := w.door.AskGlass(t.Context(), admin, w.License(t, "owner", identityCard).Identifier, "法院调查", 30)
	if err == nil {
		err = w.door.ApproveGlass(t.Context(), digital, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return flight{often, func() (int, error) { return sized(w.door.Broken(t.Context(), admin, id, access.Fields)) },
		func() error { return w.door.EndGlass(t.Context(), digital, id) }}
}
